"""One attempt of one action: on its platform, or by telling somebody; what goes wrong is kept to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import Connection, Engine

from core.model import Action, ActionStatus, Receipt, Refusal, Verb
from core.ports import DeliveryError, Platform
from core.store import breakers, claims
from core.store.claims import Claimed
from core.store.codec import UnreadableError
from core.trail import span, wrong
from core.work import numbers
from core.work.apply import Policies
from core.work.failures import is_lasting, outlasting, told
from core.work.lease import Held
from core.work.outgoing import Found, as_write
from core.work.remarks import as_comment
from core.work.retry import MAX_ATTEMPTS, MAX_NOTICE_ATTEMPTS, pause
from core.work.telling import HeldError, NotWantedError, Teller

log = structlog.get_logger()

_SOON = timedelta(seconds=1)
_SETTLED = timedelta(seconds=10)
"""What a request that nobody waits for any more may still do on its platform is done by then."""
_STOPPED = "its worker was told to end before it was done"


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes attempts. `lease` is how long after a worker's death another one takes up what it had."""

    database: Engine
    platforms: Callable[[], Mapping[str, Platform]]
    policies: Policies
    teller: Teller
    lease: timedelta
    held: Held

    def make(self, claimed: Claimed, found: Found) -> tuple[Claimed, Receipt | Refusal | None]:
        """Make one; returns the action as it was done and how it ended, None where it goes on or needs no end.

        Raises what is wrong with the database; the action is given back then.
        """
        if claimed.attempts > MAX_ATTEMPTS:  # a message too: workers that died say nothing of the way to its reader
            return claimed, Refusal("given up: every worker that took it up ended over it")
        try:
            action, receipt = self._timed(claimed, found)
        except HeldError as held:
            log.info("notice held back", reason=str(held))
        except NotWantedError:
            log.info("notice withdrawn: nobody has to be asked any more")
            numbers.acted(claimed.action, "withdrawn")
            outlasting(self.lease)(self._withdraw, claimed)
        except DeliveryError as error:
            log.warning("action failed", reason=error.message, attempt=claimed.attempts)
            wrong(error.message)
            return claimed, self._failed(claimed, error)
        except UnreadableError as error:
            log.warning("action left to a newer version of Rung", reason=str(error))
            outlasting(self.lease)(self._give_back, claimed, told(error), claims.LEFT_FOR)
        except Exception as error:  # the boundary that keeps an action which breaks something to itself
            if not is_lasting(error):
                outlasting(self.lease)(self._give_back, claimed, told(error))
                raise
            log.exception("action broke off")
            wrong(type(error).__name__)
            return claimed, Refusal(f"an error in Rung itself: {type(error).__name__}")
        else:
            log.info("action done", found=receipt.found)
            return replace(claimed, action=action), receipt
        return claimed, None

    def _timed(self, claimed: Claimed, found: Found) -> tuple[Action, Receipt]:
        place, verb = claimed.action.platform or numbers.NOTIFY, claimed.action.verb.value
        with self._having(claimed), numbers.ACTION.labels(place, verb).time():
            return self._perform(claimed, found)

    @contextmanager
    def _having(self, claimed: Claimed) -> Iterator[None]:
        """While the block runs, the claim is given back if the process must end."""
        with self.held.keeping(partial(self._give_back, claimed, _STOPPED, _SETTLED)):
            yield

    def _perform(self, claimed: Claimed, found: Found) -> tuple[Action, Receipt]:
        """Do it; returns the action as it was done, and what came of it."""
        action, ticket = claimed.action, found.readable
        if ticket is None:
            raise DeliveryError(f"ticket {action.ticket_id} is gone", permanent=True)
        if action.verb is Verb.NOTIFY:
            if found.gathers and action.notice and action.notice.lapses:
                raise NotWantedError
            with _outside(action):
                return action, self.teller.tell(claimed, ticket)
        roster = self.policies.version(ticket.policy_version).roster
        platform = self.platforms().get(action.platform)
        if platform is None:
            raise DeliveryError(f"no platform is called {action.platform}: name it in platforms.yaml", permanent=True)
        if action.remark is not None:
            comment = as_comment(claimed, ticket, roster)
            with _outside(action):
                return action, platform.comment(comment)
        write = as_write(claimed, ticket, roster)
        with _outside(action):
            return replace(action, changes=write.changes), platform.write(write)

    def _withdraw(self, claimed: Claimed) -> None:
        with self.database.begin() as connection:
            if claims.is_still_claimed(connection, claimed):
                claims.finish(connection, claimed.id, ActionStatus.SUPERSEDED)

    def _give_back(self, claimed: Claimed, error: str, delay: timedelta = _SOON) -> None:
        """Have it taken up soon, not when our lease runs out; whether it was done is looked up first."""
        with self.database.begin() as connection:
            if claims.is_still_claimed(connection, claimed):
                claims.postpone(connection, claimed, delay, error, look_first=True, burn=False)

    def _failed(self, claimed: Claimed, error: DeliveryError) -> Refusal | None:
        """Put it off, or give it up."""
        if error.permanent:
            return Refusal(error.message)
        numbers.put_off(claimed.action, error)
        if outlasting(self.lease)(self._note_attempt, claimed, error):
            return Refusal(f"gave up after {claimed.attempts} attempts: {error.message}")
        return None

    def _note_attempt(self, claimed: Claimed, error: DeliveryError) -> bool:
        """Put it off; True when it has had all its attempts."""
        with self.database.begin() as connection:
            # The action before the breaker, as everywhere.
            is_ours = claims.is_still_claimed(connection, claimed)
            is_down = self._note_failure(connection, claimed.action, error)
            burns = not (is_down or error.too_soon)
            out_of_attempts = claimed.attempts >= _limit(claimed.action) and burns
            if not out_of_attempts and is_ours:
                look_first = claimed.look_first or error.ambiguous
                delay = pause(claimed.attempts, error.retry_after)
                claims.postpone(connection, claimed, delay, error.message, look_first=look_first, burn=burns)
        return out_of_attempts

    def _note_failure(self, connection: Connection, action: Action, error: DeliveryError) -> bool:
        """Whether the platform as a whole is down, so that the attempt does not count against the action."""
        if not action.platform:
            return False
        if not error.platform_down:
            breakers.answered(connection, action.platform)
            return False
        asked = timedelta(seconds=error.retry_after or 0)
        return breakers.failed(connection, action.platform, error.message, asked)


def _outside(action: Action) -> AbstractContextManager[None]:
    """What is asked of a platform or channel, and how long it takes."""
    return span(action.verb.value.replace("_", " "), "client", platform=action.platform)


def _limit(action: Action) -> int:
    """How many attempts an action has."""
    return MAX_NOTICE_ATTEMPTS if action.verb is Verb.NOTIFY else MAX_ATTEMPTS

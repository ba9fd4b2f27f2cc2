"""Delivery: actions are carried out on their platforms and channels, and what came of them reaches the ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import Connection, Engine

from core.model import Action, ActionStatus, Changes, Receipt, RecordRef, Refusal, Report, Ticket, Verb
from core.model.conflict import OURSELVES
from core.policy import Roster
from core.ports import Clock, DeliveryError, Notifier, Platform, RecordWrite
from core.store import actions, breakers, signals, tickets
from core.store.actions import Claimed
from core.store.codec import UnreadableError
from core.trail import span, trail, wrong
from core.work import digests, numbers
from core.work.apply import Policies, apply_to
from core.work.failures import is_lasting, outlasting, told
from core.work.lease import Held, kept
from core.work.remarks import as_comment
from core.work.retry import MAX_ATTEMPTS, MAX_NOTICE_ATTEMPTS, never, pause
from core.work.telling import HeldError, Links, NotWantedError, Teller

log = structlog.get_logger()

_SOON = timedelta(seconds=1)
_SETTLED = timedelta(seconds=10)
"""What a request that nobody waits for any more may still do on its platform is done by then."""
_STOPPED = "its worker was told to end before it was done"


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Carries actions out. `lease` is how long after a worker's death another one takes up what it had."""

    database: Engine
    platforms: Callable[[], Mapping[str, Platform]]
    notifier: Notifier
    policies: Policies
    links: Links
    clock: Clock
    lease: timedelta = timedelta(seconds=30)
    threads: int = 4
    held: Held = field(default_factory=Held)

    def drain(self, stopping: Callable[[], bool] = never) -> int:
        """Carry out what waits until nothing does, or a stop is asked for, several lanes at once.

        Returns how many attempts that were.
        """
        with ThreadPoolExecutor(self.threads, thread_name_prefix="delivery") as pool:
            return sum(pool.map(lambda _: self._drain_one_thread(stopping), range(self.threads)))

    def drain_notices(self, stopping: Callable[[], bool] = never) -> int:
        """Tell the people who wait to be told, and do nothing else: for a thread that no slow platform holds up."""
        return self._drain_one_thread(stopping, only=Verb.NOTIFY)

    def _drain_one_thread(self, stopping: Callable[[], bool], only: Verb | None = None) -> int:
        done = 0
        while not stopping() and (claimed := self._claim(only)):
            with _trail(claimed):
                self._attempt(claimed)
            done += 1
        return done

    def _claim(self, only: Verb | None) -> Claimed | None:
        with self.database.begin() as connection:
            claimed = actions.claim(connection, self.lease, only)
            if claimed:
                breakers.probing(connection, claimed.action.platform, self.lease)
            return claimed

    def _attempt(self, claimed: Claimed) -> None:
        action = claimed.action
        if claimed.attempts > _limit(action):
            self._ended(claimed, Refusal("given up: every worker that took it up ended over it"))
            return
        try:
            timed = numbers.ACTION.labels(action.platform or numbers.NOTIFY, action.verb.value).time()
            with self._having(claimed), timed:
                action, receipt = self._perform(claimed)
        except HeldError as held:
            log.info("notice held back", reason=str(held))
            return
        except NotWantedError:
            log.info("notice withdrawn: nobody has to be asked any more")
            numbers.acted(action, "withdrawn")
            outlasting(self.lease)(self._withdraw, claimed)
            return
        except DeliveryError as error:
            log.warning("action failed", reason=error.message, attempt=claimed.attempts)
            wrong(error.message)
            self._failed(claimed, error)
            return
        except UnreadableError as error:
            log.warning("action left to a newer version of Rung", reason=str(error))
            outlasting(self.lease)(self._give_back, claimed, told(error), actions.LEFT_FOR)
            return
        except Exception as error:  # the boundary that keeps an action which breaks something to itself
            if not is_lasting(error):
                outlasting(self.lease)(self._give_back, claimed, told(error))
                raise
            log.exception("action broke off")
            wrong(type(error).__name__)
            self._ended(claimed, Refusal(f"an error in Rung itself: {type(error).__name__}"))
            return
        log.info("action done", found=receipt.found)
        self._ended(replace(claimed, action=action), receipt)

    @contextmanager
    def _having(self, claimed: Claimed) -> Iterator[None]:
        """While the block runs the claim is kept, and given back if the process must end meanwhile."""
        give_back = partial(self._give_back, claimed, _STOPPED, _SETTLED)
        with kept(self.lease, partial(self._renew, claimed)), self.held.keeping(give_back):
            yield

    def _renew(self, claimed: Claimed) -> None:
        with self.database.begin() as connection:
            actions.renew(connection, claimed, self.lease)

    def _perform(self, claimed: Claimed) -> tuple[Action, Receipt]:
        """Do it; returns the action as it was done, and what came of it."""
        action = claimed.action
        with self.database.begin() as connection:
            ticket = tickets.get(connection, action.ticket_id)
            quiet = action.verb is Verb.NOTIFY and signals.gathers(connection, action.ticket_id)
        if ticket is None:
            raise DeliveryError(f"ticket {action.ticket_id} is gone", permanent=True)
        if action.verb is Verb.NOTIFY:
            if quiet and action.notice and action.notice.lapses:
                raise NotWantedError
            with _outside(action):
                return action, self._teller.tell(claimed, ticket)
        roster = self.policies.version(ticket.policy_version).roster
        platform = self.platforms().get(action.platform)
        if platform is None:
            raise DeliveryError(f"no platform is called {action.platform}: name it in platforms.yaml", permanent=True)
        if action.remark is not None:
            comment = as_comment(claimed, ticket, roster)
            with _outside(action):
                return action, platform.comment(comment)
        write = _as_write(claimed, ticket, roster)
        with _outside(action):
            return replace(action, changes=write.changes), platform.write(write)

    @property
    def _teller(self) -> Teller:
        return Teller(self.database, self.notifier, self.policies, self.links, self.clock)

    def _withdraw(self, claimed: Claimed) -> None:
        with self.database.begin() as connection:
            if actions.is_still_claimed(connection, claimed):
                actions.finish(connection, claimed.id, ActionStatus.SUPERSEDED)

    def _give_back(self, claimed: Claimed, error: str, delay: timedelta = _SOON) -> None:
        """Have it taken up soon, not when our lease runs out; whether it was done is looked up first."""
        with self.database.begin() as connection:
            if actions.is_still_claimed(connection, claimed):
                actions.postpone(connection, claimed, delay, error, look_first=True, burn=False)

    def _ended(self, claimed: Claimed, result: Receipt | Refusal) -> None:
        """Note how it ended, also when the database has just gone away: what was done must not be done again."""
        outlasting(self.lease)(self._note_end, claimed, result)
        age = self.clock() - claimed.decided_at if claimed.decided_at else None
        numbers.acted(claimed.action, numbers.result(result), age)

    def _note_end(self, claimed: Claimed, result: Receipt | Refusal) -> None:
        action = claimed.action
        if action.notice and action.notice.digest:
            with self.database.begin() as connection:
                digests.ended(connection, claimed, result, self.policies, self.clock())
            return
        status = ActionStatus.DONE if isinstance(result, Receipt) else ActionStatus.DEAD
        error = result.message if isinstance(result, Refusal) else ""
        with self.database.begin() as connection:
            # The ticket first, as everywhere: two transactions that lock in one order never wait for each other.
            tickets.get(connection, action.ticket_id, lock=True)
            if not actions.is_still_claimed(connection, claimed):
                return
            actions.finish(connection, claimed.id, status, error)
            if action.platform:
                note = breakers.succeeded if status is ActionStatus.DONE else breakers.answered
                note(connection, action.platform)
            apply_to(connection, action.ticket_id, Report(action, result), self.policies, self.clock())

    def _failed(self, claimed: Claimed, error: DeliveryError) -> None:
        if error.permanent:
            self._ended(claimed, Refusal(error.message))
            return
        numbers.put_off(claimed.action, error)
        if outlasting(self.lease)(self._note_attempt, claimed, error):
            self._ended(claimed, Refusal(f"gave up after {claimed.attempts} attempts: {error.message}"))

    def _note_attempt(self, claimed: Claimed, error: DeliveryError) -> bool:
        """Put it off; True when it has had all its attempts."""
        with self.database.begin() as connection:
            # The action before the breaker, as everywhere.
            is_ours = actions.is_still_claimed(connection, claimed)
            is_down = self._note_failure(connection, claimed.action, error)
            burns = not (is_down or error.too_soon)
            out_of_attempts = claimed.attempts >= _limit(claimed.action) and burns
            if not out_of_attempts and is_ours:
                look_first = claimed.look_first or error.ambiguous
                delay = pause(claimed.attempts, error.retry_after)
                actions.postpone(connection, claimed, delay, error.message, look_first=look_first, burn=burns)
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


def _trail(claimed: Claimed) -> AbstractContextManager[None]:
    action = claimed.action
    ids = {"operation": action.operation_id, "ticket": action.ticket_id, "platform": action.platform}
    return trail("carry out action", "consumer", claimed.trace, **ids, verb=action.verb.value)


def _outside(action: Action) -> AbstractContextManager[None]:
    """What is asked of a platform or channel, and how long it takes."""
    return span(action.verb.value.replace("_", " "), "client", platform=action.platform)


def _limit(action: Action) -> int:
    """How many attempts an action has."""
    return MAX_NOTICE_ATTEMPTS if action.verb is Verb.NOTIFY else MAX_ATTEMPTS


def _record(action: Action, ticket: Ticket) -> RecordRef | None:
    """Where to write; None for a creation. A record that was never created cannot be written to."""
    if action.verb is Verb.CREATE_RECORD:
        return None
    record = ticket.record_on(action.platform)
    if record is None or not record.exists:
        raise DeliveryError("the record was never created there, so there is nothing to write to", permanent=True)
    return record.ref


def _outdated(changes: Changes, ticket: Ticket) -> set[str]:
    """The fields of people that a write would change from what they decided; their own decision is to be written.

    What they said on a record counts for all of the ticket's records.
    """
    severity = ticket.severity_override is not None and changes.severity is ticket.severity
    decided = {"severity", "impact", "urgency"} if severity else set()
    said = {name for name, saying in ticket.sayings.items() if saying.where != OURSELVES}
    names = {name for name in ticket.theirs | said if getattr(changes, name) != _decided(ticket, name)} - decided
    return names | {"resolution"} if "state" in names else names


def _decided(ticket: Ticket, name: str) -> object:
    return ticket.assigned if name == "assignee" else getattr(ticket, name)


def _as_write(claimed: Claimed, ticket: Ticket, roster: Roster) -> RecordWrite:
    """The write as it is to be made now: what a person has decided while it waited is left alone."""
    action = claimed.action
    record, planned = _record(action, ticket), ticket.record_on(action.platform)
    team = roster.teams.get(action.changes.team or "")
    return RecordWrite(
        operation_id=action.operation_id,
        record=record,
        changes=action.changes.without(_outdated(action.changes, ticket)) if record else action.changes,
        into=planned.ref.collection if planned else "",
        made_as=planned.made_as if planned else "",
        group=team.groups.get(action.platform, "") if team else "",
        person=roster.people.get(action.changes.assignee or ""),
        look_first=claimed.look_first,
    )

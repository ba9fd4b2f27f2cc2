"""How actions ended: noted on the ledger and taken into their tickets, several in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import Connection, Engine

from core.engine import Outcome
from core.model import ActionStatus, Receipt, Refusal, Report
from core.ports import Clock
from core.store import breakers, claims
from core.store.claims import Claimed
from core.store.claims import Ended as Line
from core.work import digests, numbers
from core.work.apply import give
from core.work.failures import is_away, outlasting, told
from core.work.hand import Hand, Policies

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ended:
    """An action as it was done, or refused for good; `trail` is the context in which that was."""

    claimed: Claimed
    result: Receipt | Refusal
    trail: Context

    @property
    def line(self) -> Line:
        """What the ledger says of it."""
        if isinstance(self.result, Refusal):
            return Line(self.claimed, ActionStatus.DEAD, self.result.message)
        return Line(self.claimed, ActionStatus.DONE)

    @property
    def is_digest(self) -> bool:
        """Whether several tickets hear of it."""
        notice = self.claimed.action.notice
        return notice is not None and notice.digest


@dataclass(slots=True)
class Follows:
    """What the steps that took the ends in have others do: writes, messages, and what tickets tell each other."""

    writes: bool = False
    messages: bool = False
    signals: bool = False

    def add(self, outcome: Outcome) -> None:
        """Count in what a step has left."""
        self.writes |= any(action.notice is None for action in outcome.actions)
        self.messages |= any(action.notice is not None for action in outcome.actions)
        self.signals |= bool(outcome.signals or outcome.to_children)


@dataclass(frozen=True, slots=True)
class Endings:
    """Notes ends together while nothing goes wrong; otherwise each by itself, so that one touches no other.

    While the database is away they are kept for a while: what was done must not be done again.
    """

    database: Engine
    policies: Policies
    clock: Clock
    lease: timedelta
    errors: list[BaseException] = field(default_factory=list)

    def note(self, ended: Sequence[Ended]) -> Follows:
        """Note how these ended. What could not be noted is in `errors`, and its lease runs out."""
        apart = [one for one in ended if one.is_digest]
        together = sorted((one for one in ended if not one.is_digest), key=lambda one: one.claimed.id)
        follows = Follows()
        if len(together) < 2 or not self._noted(together, follows):
            apart += together
        for one in apart:
            self._alone(one, follows)
        return follows

    def _noted(self, ended: Sequence[Ended], follows: Follows) -> bool:
        """Whether all was done about these that can be; with the database away none would fare better alone."""
        try:
            outlasting(self.lease)(self._together, ended, follows)
        except Exception as error:  # noqa: BLE001 - it shows again, for the action whose it is, when each goes alone
            if is_away(error):
                self.errors.append(error)
                return True
            log.debug("ends are noted one by one", reason=told(error))
            return False
        self._count(ended)
        return True

    def _alone(self, one: Ended, follows: Follows) -> None:
        try:
            if one.is_digest:
                one.trail.run(outlasting(self.lease), self._digest, one)
                follows.writes = follows.messages = follows.signals = (
                    True  # what its tickets' steps have left is not told
                )
            else:
                outlasting(self.lease)(self._together, [one], follows)
        except Exception as error:  # noqa: BLE001 - kept, for whoever asked to have it noted, behind the others' ends
            self.errors.append(error)
            return
        self._count([one])

    def _count(self, ended: Sequence[Ended]) -> None:
        for one in ended:
            decided = one.claimed.decided_at
            age = self.clock() - decided if decided else None
            numbers.acted(one.claimed.action, numbers.result(one.result), age)

    def _digest(self, one: Ended) -> None:
        with self.database.begin() as connection:
            digests.ended(connection, one.claimed, one.result, self.policies, self.clock())

    def _together(self, ended: Sequence[Ended], follows: Follows) -> None:
        with self.database.begin() as connection:
            hand = Hand(connection, self.policies, self.clock())
            # The tickets first, as everywhere: two transactions that lock in one order never wait for each other.
            hand.take({one.claimed.action.ticket_id for one in ended})
            ours = claims.finish_all(connection, [one.line for one in ended])
            mine = [one for one in ended if one.claimed.id in ours]
            self._tell_breakers(connection, mine)
            for one in mine:
                report = Report(one.claimed.action, one.result)
                outcome = one.trail.run(give, hand, one.claimed.action.ticket_id, report)
                if outcome is not None:
                    follows.add(outcome)
            hand.save()

    def _tell_breakers(self, connection: Connection, mine: Sequence[Ended]) -> None:
        by_place = {one.claimed.action.platform: False for one in mine}
        for one in mine:
            by_place[one.claimed.action.platform] |= isinstance(one.result, Receipt)
        for platform, has_succeeded in sorted(by_place.items()):
            if platform:
                (breakers.succeeded if has_succeeded else breakers.answered)(connection, platform)

"""Signals: what one ticket's step tells another reaches it, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.ports import Clock
from core.store import signals
from core.store.signals import ClaimedSignal
from core.trail import trail, wrong
from core.work.apply import Policies, give
from core.work.failures import is_away, is_lasting, outlasting, told
from core.work.halves import in_halves
from core.work.hand import Hand
from core.work.retry import MAX_ATTEMPTS, never, pause

log = structlog.get_logger()

_BATCH = 200
_TRUSTED = 3
"""What was taken up more often is taken up alone: it may be what ends the worker."""
_SOON = timedelta(seconds=1)
_NOW = timedelta(0)


@dataclass(frozen=True, slots=True)
class Messenger:
    """Applies signals, those of one ticket in the order in which they were given.

    A signal is struck out in the transaction that applies it: whenever a worker dies, it was applied once or will be.
    """

    database: Engine
    policies: Policies
    clock: Clock
    lease: timedelta = timedelta(seconds=30)

    def drain(self, stopping: Callable[[], bool] = never) -> int:
        """Apply what waits until nothing does, or a stop is asked for; returns how many signals that were."""
        done = 0
        while not stopping() and (claimed := self._claim()):
            self._take_all(claimed)
            done += len(claimed)
        return done

    def _claim(self) -> list[ClaimedSignal]:
        with self.database.begin() as connection:
            return signals.claim(connection, self.lease, _BATCH)

    def _take_all(self, claimed: Sequence[ClaimedSignal]) -> None:
        """Apply them together, and in smaller parts what goes wrong: what comes after one that must wait waits, too."""
        claimed = self._without_risk(claimed)
        waits: dict[int, int] = {}

        def alone(one: ClaimedSignal) -> None:
            if one.ticket_id not in waits and not self._take(one):
                waits[one.ticket_id] = one.id

        if claimed[0].attempts > _TRUSTED:
            alone(claimed[0])
        else:
            try:
                in_halves(claimed, lambda part: self._apply([one for one in part if one.ticket_id not in waits]), alone)
            except (DBAPIError, PoolTimeout) as error:  # none would fare better now
                log.warning("signals put off: the database is away", reason=told(error))
                outlasting(self.lease)(self._give_back, claimed, _SOON)
                return
        if behind := [one for one in claimed if one.id > waits.get(one.ticket_id, one.id)]:
            self._give_back(behind, _NOW)

    def _without_risk(self, claimed: Sequence[ClaimedSignal]) -> Sequence[ClaimedSignal]:
        """What can be taken together, or the first alone if it may be what ends workers. The rest is given back before
        that, and no attempt counted: what stands beside such a one must not be given up with it.
        """
        risky = next((at for at, one in enumerate(claimed) if one.attempts > _TRUSTED), len(claimed))
        if rest := claimed[max(risky, 1) :]:
            self._give_back(rest, _NOW)
        return claimed[: max(risky, 1)]

    def _take(self, claimed: ClaimedSignal) -> bool:
        """Apply one alone; whether what comes after it may be applied."""
        with _trail(claimed):
            if claimed.attempts > MAX_ATTEMPTS:
                self._bury(claimed, "given up: every worker that took it up ended over it")
                return True
            try:
                self._apply([claimed])
            except Exception as error:
                if is_lasting(error):
                    log.exception("signal could not be applied")
                    wrong(told(error))
                    self._bury(claimed, told(error))
                    return True
                self._again(claimed, error)
                return False
        return True

    def _apply(self, claimed: Sequence[ClaimedSignal]) -> None:
        """Apply them in one transaction; raises whatever goes wrong, with nothing done."""
        said = [(one, one.read()) for one in claimed]
        with self.database.begin() as connection:
            # The tickets first, as everywhere: two transactions that lock in one order never wait for each other.
            hand = Hand(connection, self.policies, self.clock())
            hand.take([one.ticket_id for one in claimed])
            ours = signals.strike(connection, claimed)
            for one, signal in said:
                if one.id in ours:
                    with _trail(one):
                        give(hand, one.ticket_id, signal)
            hand.save()

    def _again(self, claimed: ClaimedSignal, error: Exception) -> None:
        """Try it again later; the attempt is not counted while the database is away."""
        log.warning("signal put off: the database refused", reason=told(error))
        if is_away(error):
            outlasting(self.lease)(self._give_back, [claimed], _SOON)
        else:
            outlasting(self.lease)(self._put_off, claimed, told(error))

    def _give_back(self, claimed: Sequence[ClaimedSignal], delay: timedelta) -> None:
        with self.database.begin() as connection:
            signals.give_back(connection, claimed, delay)

    def _put_off(self, claimed: ClaimedSignal, error: str) -> None:
        with self.database.begin() as connection:
            signals.postpone(connection, claimed, pause(claimed.attempts), error)

    def _bury(self, claimed: ClaimedSignal, error: str) -> None:
        with self.database.begin() as connection:
            signals.bury(connection, claimed, error)


def _trail(one: ClaimedSignal) -> AbstractContextManager[None]:
    return trail("tell ticket", "consumer", one.trace, ticket=one.ticket_id, signal=one.id, kind=one.kind)

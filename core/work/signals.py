"""Signals: what one ticket's step tells another reaches it, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Engine

from core.ports import Clock
from core.store import signals, tickets
from core.store.signals import ClaimedSignal
from core.trail import trail, wrong
from core.work.apply import Policies, apply_to
from core.work.failures import is_away, is_lasting, outlasting, told
from core.work.retry import MAX_ATTEMPTS, never, pause

log = structlog.get_logger()

_BATCH = 50
_SOON = timedelta(seconds=1)


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
            for one in claimed:
                with trail("tell ticket", "consumer", one.trace, ticket=one.ticket_id, signal=one.id, kind=one.kind):
                    self._take(one)
            done += len(claimed)
        return done

    def _claim(self) -> list[ClaimedSignal]:
        with self.database.begin() as connection:
            return signals.claim(connection, self.lease, _BATCH)

    def _take(self, claimed: ClaimedSignal) -> None:
        if claimed.attempts > MAX_ATTEMPTS:
            self._bury(claimed, "given up: every worker that took it up ended over it")
            return
        try:
            self._apply(claimed)
        except Exception as error:
            if not is_lasting(error):
                outlasting(self.lease)(self._put_off, claimed, told(error), burn=not is_away(error))
                log.warning("signal put off: the database refused", reason=told(error))
                return
            log.exception("signal could not be applied")
            wrong(told(error))
            self._bury(claimed, told(error))

    def _apply(self, claimed: ClaimedSignal) -> None:
        signal = claimed.read()
        with self.database.begin() as connection:
            # The ticket first, as everywhere: two transactions that lock in one order never wait for each other.
            tickets.get(connection, claimed.ticket_id, lock=True)
            if signals.applied(connection, claimed):
                apply_to(connection, claimed.ticket_id, signal, self.policies, self.clock())

    def _put_off(self, claimed: ClaimedSignal, error: str, *, burn: bool) -> None:
        with self.database.begin() as connection:
            delay = pause(claimed.attempts) if burn else _SOON
            signals.postpone(connection, claimed, delay, error, burn=burn)

    def _bury(self, claimed: ClaimedSignal, error: str) -> None:
        with self.database.begin() as connection:
            signals.bury(connection, claimed, error)

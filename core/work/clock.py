"""The clock: timers that are due and shift changes reach their tickets, and rings that were lost are rung again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from core.model import TimerDue
from core.ports import Bell, Clock
from core.store import actions, deliveries, signals, timers
from core.trail import trail, wrong
from core.work import digests, numbers
from core.work.apply import Policies, apply_to, give
from core.work.failures import is_away, told
from core.work.halves import in_halves
from core.work.hand import Hand
from core.work.handover import Handovers
from core.work.heartbeat import Heartbeats
from core.work.surgewatch import SurgeWatch

log = structlog.get_logger()

_BATCH = 200
Due = tuple[int, TimerDue]
"""A ticket's number, and its timer that is due."""


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Looks at what is due. Any number of them may run at once: a ticket's lock lets one of them step it."""

    database: Engine
    policies: Policies
    clock: Clock
    bell: Bell
    handovers: Handovers
    surges: SurgeWatch
    heartbeats: Heartbeats

    def sweep(self) -> int:
        """Fire every timer that is due, notice what has changed by time alone, then ring for work that waits unheard.

        Returns how many tickets were stepped and messages released.
        """
        with numbers.SWEEP.time():
            fired = self._sweep()
        numbers.LAST_SWEEP.set_to_current_time()
        return fired

    def _sweep(self) -> int:
        fired = 0
        while due := self._due():
            fired += self._fire_all(due)
            if len(due) < _BATCH:
                break
        fired += self.handovers.look()
        fired += digests.release(self.database, self.policies, self.clock())
        self.surges.look()
        fired += self.heartbeats.look()
        if fired:
            self.bell.ring("delivery")
        self._ring_again()
        return fired

    def _due(self) -> list[Due]:
        now = self.clock()
        with self.database.begin() as connection:
            found = timers.due(connection, now, _BATCH)
        for _, _, due_at in found:
            numbers.LATENESS.observe(max((now - due_at).total_seconds(), 0))
        return [(ticket_id, timer) for ticket_id, timer, _ in found]

    def _fire_all(self, due: Sequence[Due]) -> int:
        """Fire these; returns how many could be."""
        failed: list[Due] = []

        def alone(one: Due) -> None:
            if not self._fire_one(*one):
                failed.append(one)

        in_halves(due, self._fire_together, alone)
        return len(due) - len(failed)

    def _fire_together(self, due: Sequence[Due]) -> None:
        """Step all their tickets in one transaction; raises whatever goes wrong, with nothing done."""
        with self.database.begin() as connection:
            hand = Hand(connection, self.policies, self.clock())
            hand.take([ticket_id for ticket_id, _ in due])
            for ticket_id, timer in due:
                with _trail(ticket_id, timer):
                    give(hand, ticket_id, timer)
            hand.save()

    def _fire_one(self, ticket_id: int, timer: TimerDue) -> bool:
        with _trail(ticket_id, timer):
            return self._fire(ticket_id, timer)

    def _fire(self, ticket_id: int, timer: TimerDue) -> bool:
        try:
            with self.database.begin() as connection:
                apply_to(connection, ticket_id, timer, self.policies, self.clock())
        except Exception as error:  # the boundary that keeps a ticket which cannot be stepped to itself
            if is_away(error):
                raise
            log.exception("a timer could not be applied")
            wrong(told(error))
            with self.database.begin() as connection:
                timers.put_off(connection, ticket_id, timer, told(error))
            return False
        return True

    def _ring_again(self) -> None:
        with self.database.begin() as connection:
            intake = deliveries.are_waiting(connection) or signals.are_waiting(connection)
            delivery = actions.are_waiting(connection)
        if intake:
            self.bell.ring("intake")
        if delivery:
            self.bell.ring("delivery")


def _trail(ticket_id: int, timer: TimerDue) -> AbstractContextManager[None]:
    return trail("fire timer", "internal", ticket=ticket_id, timer=timer.kind.value)

"""After a restore: what was lost since the copy was made is looked for on the platforms, before anything is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from core.model import TimerDue
from core.ports import Clock
from core.store import recovery, tickets, timers
from core.store.recovery import Waiting
from core.work.apply import apply_to
from core.work.failures import is_away
from core.work.failures import told as failures_told
from core.work.intake import Intake
from core.work.news import Lost
from core.work.reconcile import Reconciler

_LOOK_AGAIN_SECONDS = 1.0
_BATCH = 500


class InUseError(Exception):
    """Something else uses the database, so that it cannot be made safe; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a database is made safe.

    `skip` ticket numbers are left out. `until` is when the Rung whose database was lost last ran (the policy's time);
    None for when it last wrote, as the platforms show. Timers that have run out since wait for `pause`. Platforms that
    cannot be asked are given up after `wait`. `anyway` goes on although others use the database.
    """

    skip: int = 10_000
    until: datetime | None = None
    pause: timedelta = timedelta(0)
    wait: timedelta = timedelta(minutes=10)
    anyway: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What was made of a restored database.

    `first` is the number that the next ticket gets. `until` is when the lost Rung last ran, None where it left no trace
    after the copy was made. `writes` and `notices` waited in the copy or were made by the lost Rung, as far as that can
    be told: `replayed` of its timers were fired again. `timers` ran out after it. `found` changes stood on platforms
    which the copy does not know. `behind` could not be asked, each with why.
    """

    first: int
    until: datetime | None
    writes: int
    notices: int
    replayed: int
    timers: int
    found: int
    behind: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Makes a restored database safe. Nothing else may run meanwhile, and nothing is sent or written outside."""

    database: Engine
    clock: Clock
    intake: Intake
    reconciler: Reconciler

    def recover(self, plan: Plan, told: Callable[[str], None]) -> Recovered:
        """Do it; `told` hears what is being done. Safe to be done again; raises `InUseError`."""
        with self.database.begin() as connection:
            _alone(connection, anyway=plan.anyway)
            first = recovery.skip_numbers(connection, plan.skip)
            before, marks = recovery.found(connection), recovery.marks(connection)
            counts = recovery.overdue(connection, self.clock())
            waiting = recovery.doubt(connection, plan.until or self.clock())
            recovery.sign_everybody_off(connection)
            recovery.try_platforms_again(connection)
        told("Leaving out operation ids that may have been used")
        self._skip_operations()
        told("Asking the platforms what has changed since")
        lost = Lost()
        behind = self._catch_up(lost, plan.wait)
        until = plan.until or lost.wrote_at
        replayed, again = self._replay(until, counts) if until else (0, Waiting(0, 0))
        if lost.has_put_back:
            told("Comparing with what was written there since")
            lost.puts_back = False
            with self.database.begin() as connection:
                recovery.set_back(connection, marks)
            behind |= self._catch_up(lost, plan.wait)
        with self.database.begin() as connection:
            return Recovered(
                first=first,
                until=until,
                writes=waiting.writes + again.writes,
                notices=waiting.notices + again.notices,
                replayed=replayed,
                timers=recovery.put_timers_off(connection, self.clock(), plan.pause),
                found=recovery.found(connection) - before,
                behind=behind,
            )

    def _skip_operations(self) -> None:
        after: int | None = 0
        while after is not None:
            with self.database.begin() as connection:
                after = recovery.skip_operations(connection, after)

    def _catch_up(self, lost: Lost, wait: timedelta) -> dict[str, str]:
        """Poll everything to its end and apply what was found; returns what could not be."""
        with self.database.begin() as connection:
            since = recovery.now(connection)
        reconciler = replace(self.reconciler, lost=lost)
        until = time.monotonic() + wait.total_seconds()
        while True:
            reconciler.drain()
            self.intake.drain()
            with self.database.begin() as connection:
                behind = recovery.behind(connection, since)
                recovery.hurry(connection, since)
            if not behind or time.monotonic() > until:
                return behind
            if any(behind.values()):
                time.sleep(_LOOK_AGAIN_SECONDS)

    def _replay(self, until: datetime, counts: dict[int, int]) -> tuple[int, Waiting]:
        """Take the steps that the lost Rung took when timers ran out, at the moments at which it took them.

        The engine decides again what it decided then, so its writes bear the ids under which they stand on the
        platforms, and are found there. What is told to people was told.
        """
        with self.database.begin() as connection:
            counts = recovery.due_among(connection, counts, until)
            recovery.count_operations_from(connection, counts)
            last = recovery.last_action(connection)
        fired: set[tuple[int, TimerDue]] = set()
        while due := self._due(until):
            for number, timer, at in due:
                self._fire(number, timer, at, again=(number, timer) in fired)
                fired.add((number, timer))
        with self.database.begin() as connection:
            beyond = {number: count + 2 * recovery.OPERATIONS for number, count in counts.items()}
            recovery.count_operations_from(connection, beyond)
            return len(fired), recovery.doubt(connection, until, after=last)

    def _due(self, until: datetime) -> list[tuple[int, TimerDue, datetime]]:
        """The first timer of each ticket that ran out until then: what comes of it may come before its next one."""
        with self.database.begin() as connection:
            found = timers.due(connection, until, _BATCH)
        return list({number: (number, timer, at) for number, timer, at in reversed(found)}.values())

    def _fire(self, ticket_id: int, timer: TimerDue, at: datetime, *, again: bool) -> None:
        """Step one ticket, but not back in time; a timer that is still there after its step is left to the clock."""
        why = ""
        try:
            with self.database.begin() as connection:
                ticket = tickets.get(connection, ticket_id)
                moment = max(at, ticket.updated_at) if ticket else at
                apply_to(connection, ticket_id, timer, self.intake.policies, moment)
        except Exception as error:  # the boundary that keeps a ticket which cannot be stepped to itself
            if is_away(error):
                raise
            why = failures_told(error)
        if why or again:
            with self.database.begin() as connection:
                timers.put_off(connection, ticket_id, timer, why)


def _alone(connection: Connection, *, anyway: bool) -> None:
    count = recovery.others(connection)
    if count and not anyway:
        raise InUseError(
            f"The database is in use (other sessions: {count}): stop every web, worker, clock and mail role first. "
            "If they are none of Rung's, say --anyway."
        )

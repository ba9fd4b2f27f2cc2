"""Shift changes: noticed once each, also those that came while nothing ran, and brought to the tickets concerned."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine

from core.engine.handover import LISTED, concerns, summary, worst_first
from core.model import ShiftChanged, Ticket
from core.policy import OnCall, Policy, Roster, Shift
from core.policy import shifts as shifts_of
from core.ports import Clock
from core.store import shifts
from core.store.shifts import Held
from core.work.apply import Policies, apply_to
from core.work.failures import is_away, told

log = structlog.get_logger()

_LOOK_AHEAD = timedelta(days=1)
_AGAIN = timedelta(minutes=1)
_BRINGING_SECONDS = 0.5
_LOOK_BACK = timedelta(days=31)
"""Longer ago nobody asks who had the duty meanwhile; who has it now is right all the same."""


@dataclass(slots=True)
class _Seen:
    """When each duty may next pass on, by team and level, under the roster that was last looked at."""

    roster: Roster = field(default_factory=Roster)
    next: dict[tuple[str, str], datetime] = field(default_factory=dict)


@dataclass(slots=True)
class _Concerned:
    """Whom a shift change concerns, noted in passing: every ticket's rank, and of those that are no mere shadows, whom
    the one coming in is not told of, how many there are and how many nobody has acknowledged.
    """

    ranks: list[tuple[int, bool, int]] = field(default_factory=list)
    real: int = 0
    waiting: int = 0

    def noting(self, them: Iterable[tuple[Ticket, Policy]]) -> Iterator[tuple[Ticket, Policy]]:
        """Those that are no shadows, while all are noted."""
        for one in them:
            self.ranks.append(worst_first(one))
            if not one[0].shadow:
                self.real += 1
                self.waiting += not one[0].is_acknowledged
                yield one


@dataclass(frozen=True, slots=True)
class Handovers:
    """Looks who has come on duty. Any number may look at once: a duty's row in the database lets one pass it on.

    The row says who had the duty when it was last looked at, so what changed while every clock was down is noticed by
    the first that runs again. A change is announced to each ticket in the transaction that notes it, and each ticket
    hears of it in one of its own.
    """

    database: Engine
    policies: Policies
    clock: Clock
    seen: _Seen = field(default_factory=_Seen)

    def look(self) -> int:
        """Notice the shift changes that have come, and bring them to their tickets; returns to how many."""
        policy, now = self.policies.newest(), self.clock()
        if policy.roster is not self.seen.roster:
            self.seen.roster = policy.roster
            self.seen.next = {(team.id, level): now for team in policy.roster.teams.values() for level in team.on_call}
        for (team, level), due in list(self.seen.next.items()):
            if due <= now:
                self.seen.next[team, level] = self._look_safely(team, level, policy, now)
        return self._bring()

    def _look_safely(self, team: str, level: str, policy: Policy, now: datetime) -> datetime:
        """Look at one duty; one that cannot be looked at is tried again later, and the others are looked at."""
        try:
            return self._look_at(team, level, policy, now)
        except Exception as error:  # the boundary that keeps a duty which cannot be looked at to itself
            if is_away(error):
                raise
            log.exception("a duty could not be looked at", team=team, level=level)
            return now + _AGAIN

    def _look_at(self, team: str, level: str, policy: Policy, now: datetime) -> datetime:
        """Look at one duty; returns when it may next pass on."""
        duty = policy.roster.duty(team, level) or OnCall()
        with self.database.begin() as connection:
            person = policy.roster.on_call(team, level, now)
            held = shifts.locked(connection, team, level, Held(person, now))
            since = min(max(held.looked_at, now - _LOOK_BACK), now)
            found = shifts_of(duty, since, now + _LOOK_AHEAD, policy.roster.time_off)
            change, after = _passed(held, found, now)
            shifts.put(connection, team, level, after)
            if change:
                self._announce(connection, replace(change, team=team, level=level), now)
        return next((shift.end for shift in found if now < shift.end), now + _LOOK_AHEAD)

    def _announce(self, connection: Connection, change: ShiftChanged, now: datetime) -> None:
        """Have each open ticket of the level hear of it; the worst one also brings the summary of all."""
        paths = self.policies.newest().paths.values()
        lends = any(level.team == change.team for path in paths for level in path.levels)
        # A team whose expertise other teams' paths call in has tickets of theirs, too.
        theirs = shifts.open_tickets(connection, None if lends else change.team)
        every = ((ticket, self.policies.version(ticket.policy_version)) for ticket in theirs)
        concerned = _Concerned()
        worst = heapq.nsmallest(LISTED, concerned.noting(one for one in every if concerns(*one, change)), worst_first)
        brings = worst[0][0].id if worst else 0
        if worst:
            told = summary(change, worst, now, count=concerned.real, waiting=concerned.waiting)
            shifts.announce(connection, [brings], replace(change, summary=told, count=concerned.real))
        shifts.announce(connection, [number for *_, number in sorted(concerned.ranks) if number != brings], change)
        if concerned.ranks:
            log.info("a shift has changed", team=change.team, level=change.level, tickets=len(concerned.ranks))

    def _bring(self) -> int:
        """To some of those who wait; the others hear of it with the next rounds, so that timers do not wait for them
        all.
        """
        brought, until = 0, time.monotonic() + _BRINGING_SECONDS
        while time.monotonic() < until and self._bring_next():
            brought += 1
        return brought

    def _bring_next(self) -> bool:
        """Let a ticket hear of a shift change; False when none waits."""
        change_id = 0
        try:
            with self.database.begin() as connection:
                waiting = shifts.next_change(connection)
                if waiting is None:
                    return False
                change_id, ticket_id, body = waiting
                apply_to(connection, ticket_id, shifts.read(body), self.policies, self.clock())
                shifts.heard(connection, change_id)
        except Exception as error:  # the boundary that keeps a ticket which cannot be stepped to itself
            if is_away(error) or not change_id:
                raise
            log.exception("a shift change could not be applied", change=change_id)
            with self.database.begin() as connection:
                shifts.put_off(connection, change_id, told(error))
        return True


def _passed(held: Held, found: tuple[Shift, ...], now: datetime) -> tuple[ShiftChanged | None, Held]:
    """What has changed from who had the duty to the shift that runs now, and who has it after that.

    Where it passes to nobody, those who had it are remembered until somebody comes.
    """
    until_now = [shift for shift in found if shift.start <= now]
    person = until_now[-1].person if until_now else ""
    holders = tuple(dict.fromkeys(_named((*held.outgoing, held.person, *(shift.person for shift in until_now)))))
    has_passed = any(shift.person != held.person for shift in until_now)
    if not has_passed:
        return None, replace(held, looked_at=now)
    if not person:
        return None, Held("", now, holders)
    outgoing = tuple(one for one in holders if one != person)
    # Without a moment at which it passed, it is today's roster that says another than yesterday's.
    at = until_now[-1].start if len(until_now) > 1 else now
    return ShiftChanged(team="", level="", incoming=person, at=at, outgoing=outgoing), Held(person, now)


def _named(people: tuple[str, ...]) -> Iterator[str]:
    return (person for person in people if person)

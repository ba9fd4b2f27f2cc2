"""One clock: what becomes of it when what it should be changes, or time passes. Nothing here knows of tickets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.model import Clock
from core.policy import Policy
from core.policy.spent import comes_to, elapsed, percent

BREACH = 100
"""The mark at which all of the target's time is spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a clock should now be.

    It stands still where `paused` says why, and is `over` when what it waits for has happened. `anew` is a moment since
    which it counts from nothing. A clock that is wanted again after it was over counts from nothing, too, unless it
    `goes_on`.
    """

    name: str
    target: timedelta
    calendar: str
    rule: str = ""
    warn_at: tuple[int, ...] = ()
    paused: str = ""
    over: bool = False
    anew: datetime | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """A clock came to a mark (percent of its target, 100 is the breach) at that moment."""

    mark: int
    at: datetime


def bring(clock: Clock | None, aim: Aim, policy: Policy, now: datetime) -> tuple[Clock | None, tuple[Passed, ...]]:
    """The clock as it should now be, and the marks that it came to since it was last looked at, each told once.

    What it has counted outlasts every change but a beginning anew.
    """
    if aim.over and (clock is None or clock.is_over):
        return clock, ()
    if clock is None or (clock.is_over and not aim.goes_on):
        return _with_due(_begun(aim, now), policy), ()
    before: tuple[Passed, ...] = ()
    if aim.anew is not None and aim.anew > clock.started_at:
        clock, before = _mark(clock, policy, aim.anew)
        clock = _begun(aim, aim.anew)
    clock, passed = _mark(clock, policy, now)
    if not _fits(clock, aim):
        clock = _set(clock, aim, policy, now)
        clock, more = _mark(clock, policy, now)
        passed += more
    return _with_due(clock, policy), before + passed


def is_settled(clock: Clock, aim: Aim, looked_at: datetime | None, now: datetime) -> bool:
    """Whether a clock is as it should be, and its next mark (at `looked_at`, None for none known) still to come."""
    if clock.is_over:
        return aim.over
    if not _fits(clock, aim) or (aim.anew is not None and aim.anew > clock.started_at):
        return False
    return clock.since is None or (looked_at is not None and now < looked_at)


def next_mark(clock: Clock, policy: Policy) -> datetime | None:
    """When a running clock comes to its next mark; None when there is none to come."""
    if clock.since is None:
        return None
    left = [mark for mark in _marks(clock, policy) if mark not in clock.marks]
    return comes_to(clock, policy.calendar(clock.calendar), min(left)) if left else None


def _begun(aim: Aim, at: datetime) -> Clock:
    return Clock(
        name=aim.name,
        target=aim.target,
        calendar=aim.calendar,
        rule=aim.rule,
        warn_at=aim.warn_at,
        started_at=at,
        since=None if aim.paused else at,
        paused=aim.paused,
    )


def _fits(clock: Clock, aim: Aim) -> bool:
    has = (clock.target, clock.calendar, clock.rule, clock.warn_at, clock.paused, clock.is_over)
    return has == (aim.target, aim.calendar, aim.rule, aim.warn_at, aim.paused, aim.over)


def _set(clock: Clock, aim: Aim, policy: Policy, now: datetime) -> Clock:
    """Count what it has by what it was, and go on as it should be; marks that the new target has not reached count no
    longer.
    """
    counted = elapsed(clock, policy.calendar(clock.calendar), now)
    reached = counted * 100 // aim.target
    return replace(
        clock,
        target=aim.target,
        calendar=aim.calendar,
        rule=aim.rule,
        warn_at=aim.warn_at,
        elapsed=counted,
        since=None if aim.paused or aim.over else now,
        paused="" if aim.over else aim.paused,
        marks=tuple(mark for mark in clock.marks if mark <= reached),
        breached_at=clock.breached_at if reached >= BREACH else None,
        met_at=now if aim.over else None,
        due_at=None,
    )


def _mark(clock: Clock, policy: Policy, at: datetime) -> tuple[Clock, tuple[Passed, ...]]:
    """Take in the marks that it has come to by then."""
    calendar = policy.calendar(clock.calendar)
    reached = percent(clock, calendar, at)
    new = sorted(mark for mark in _marks(clock, policy) if mark <= reached and mark not in clock.marks)
    if not new:
        return clock, ()
    passed = tuple(Passed(mark, comes_to(clock, calendar, mark) or at) for mark in new)
    breach = next((one.at for one in passed if one.mark == BREACH), None)
    return replace(clock, marks=(*clock.marks, *new), breached_at=breach or clock.breached_at), passed


def _with_due(clock: Clock, policy: Policy) -> Clock:
    if clock.due_at is not None or clock.since is None:
        return clock
    return replace(clock, due_at=clock.breached_at or comes_to(clock, policy.calendar(clock.calendar), BREACH))


def _marks(clock: Clock, policy: Policy) -> frozenset[int]:
    return frozenset((*clock.warn_at, *policy.marks(clock.name), BREACH))

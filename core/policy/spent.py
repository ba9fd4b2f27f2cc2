"""How much of its target's time a clock has used."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.model import Clock
from core.policy.calendar import Calendar


def elapsed(clock: Clock, calendar: Calendar, at: datetime) -> timedelta:
    """The working time that it has counted by then; `calendar` is its own."""
    return clock.elapsed if clock.since is None else clock.elapsed + calendar.elapsed(clock.since, at)


def percent(clock: Clock, calendar: Calendar, at: datetime) -> int:
    """How much of the target that is, rounded down; past 100 where it is breached."""
    return elapsed(clock, calendar, at) * 100 // clock.target


def comes_to(clock: Clock, calendar: Calendar, mark: int) -> datetime | None:
    """When it comes, or came, to that percent if it runs on as it does; None while it stands still."""
    if clock.since is None:
        return None
    return calendar.due(clock.since, -(clock.target * -mark // 100) - clock.elapsed)

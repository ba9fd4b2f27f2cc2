"""Quiet hours: until when somebody is told nothing that can wait."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from core.model import QuietHours
from core.policy.localtime import instant, wall_clock

_DAY = timedelta(days=1)


def quiet_until(hours: QuietHours, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours in which a moment falls end (UTC); None where it falls in none.

    `zone` is the IANA zone by whose wall clock they are. A night in which clocks change is as long as it is.
    """
    local = wall_clock(now, zone)
    midnight = datetime.combine(local.date(), time())
    for day in (midnight - _DAY, midnight):
        start, end = day + hours.start, day + hours.end
        if hours.end <= hours.start:
            end += _DAY
        if instant(start, zone) <= now < instant(end, zone):
            return instant(end, zone)
    return None

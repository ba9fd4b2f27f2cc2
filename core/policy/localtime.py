"""From the clock on a wall to the one moment it means, whatever daylight saving does there."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def wall_clock(at: datetime, zone: str) -> datetime:
    """What the clock in that IANA zone shows at a moment, as a naive local time."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def told_there(at: datetime, zone: str) -> str:
    """A moment for people, by the clock of an IANA zone: "Mon 2026-03-02 09:00 CET"."""
    return at.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M %Z")


@lru_cache(maxsize=16384)
def instant(local: datetime, zone: str) -> datetime:
    """The first moment, in UTC, at which the clock in that IANA zone shows the naive time `local` or a later one.

    So a time that comes twice, when clocks go back, is its first; one that is skipped, when they go forward, is the
    moment of the skip. With this rule a later local time never is an earlier moment, so shifts neither overlap nor
    leave a gap.
    """
    there = ZoneInfo(zone)
    found = local.replace(tzinfo=there, fold=0).astimezone(UTC)
    if wall_clock(found, zone) == local:
        return found
    return _skip(local, zone, local.replace(tzinfo=there, fold=1).astimezone(UTC), found)


def _skip(local: datetime, zone: str, before: datetime, after: datetime) -> datetime:
    """The moment at which clocks go past `local`: between the two readings that Python offers for a skipped time.

    zoneinfo does not tell its transitions, so the second is searched by halving.
    """
    low, high = math.floor(before.timestamp()), math.ceil(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if wall_clock(datetime.fromtimestamp(middle, UTC), zone) < local:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)

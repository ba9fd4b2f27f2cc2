"""Who is on call, and what is left of a target: the arithmetic of calendars, on one core."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bench.figures import Figure
from bench.timing import rate
from core.policy import Calendar, Hours, Layer, OnCall, on_call, shifts

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_STARTS = datetime(2026, 1, 5, 9, tzinfo=UTC).replace(tzinfo=None)
"""A duty's beginning is a local time."""
_YEAR = timedelta(days=365)
_WEEKDAYS = frozenset(range(5))


def _duty() -> OnCall:
    """A weekly rotation with a follow-the-sun layer over it."""
    office = (Hours(_WEEKDAYS, timedelta(hours=9), timedelta(hours=17)),)
    return OnCall(
        people=("dana", "lee", "sam"),
        rotation="weekly",
        starts=_STARTS,
        time_zone="Europe/Paris",
        layers=(
            Layer(
                people=("yuki", "hana"),
                rotation="daily",
                starts=_STARTS,
                time_zone="Asia/Tokyo",
                hours=office,
            ),
        ),
    )


def measure() -> list[Figure]:
    """Look-ups at moments all over a year, and working time across all of it."""
    duty = _duty()
    office = Calendar(
        name="office",
        time_zone="Europe/Paris",
        hours=(Hours(_WEEKDAYS, timedelta(hours=9), timedelta(hours=17)),),
        country="FR",
    )
    moments = [_BEGIN + number * timedelta(hours=7, minutes=13) for number in range(1200)]
    year = _BEGIN + _YEAR
    lookups = rate(lambda: [on_call(duty, at, {}) for at in moments]) * len(moments)
    ends = [_BEGIN + number * timedelta(days=3, hours=5) for number in range(1, 110)]
    return [
        Figure(name="who is on call", value=lookups, unit="look-ups/s"),
        Figure(name="the shifts of a year", value=rate(lambda: list(shifts(duty, _BEGIN, year, {}))), unit="years/s"),
        Figure(
            name="working time up to a moment of the year",
            value=rate(lambda: [office.elapsed(_BEGIN, end) for end in ends]) * len(ends),
            unit="spans/s",
        ),
        Figure(
            name="when 500 working hours are over",
            value=rate(lambda: office.due(_BEGIN, timedelta(hours=500))),
            unit="moments/s",
        ),
    ]

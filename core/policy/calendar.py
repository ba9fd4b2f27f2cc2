"""Working calendars: how much working time lies between two moments, and when an amount of it will have passed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate

from core.policy.layer import Hours
from core.policy.localtime import instant, wall_clock

ROUND_THE_CLOCK = "always"
"""The name of the calendar that never closes; there is always one."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_LAST_YEAR = 9000
_NEVER = datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)
"""When an amount will have passed that no calendar can hold."""


@dataclass(frozen=True, slots=True)
class OpenDay:
    """The hours of one day alone, as times since its midnight; `end` may be past 24 hours, into the day after."""

    day: date
    start: timedelta
    end: timedelta

    def span(self, zone: str) -> tuple[int, int]:
        """From when until when, in microseconds since 1970."""
        midnight = datetime.combine(self.day, time())
        return _micros(instant(midnight + self.start, zone)), _micros(instant(midnight + self.end, zone))


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """When time counts, by the clock of the IANA zone `time_zone`; without `hours` it always does.

    Hours belong to the day on which they begin. They do not count on a public holiday of the country (an ISO code; in
    one of its subdivisions) and on `closed` days; on the days of `opened` its hours take the place of all that.
    """

    name: str
    time_zone: str = "UTC"
    hours: tuple[Hours, ...] = ()
    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = frozenset()
    opened: tuple[OpenDay, ...] = ()
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def is_always(self) -> bool:
        """Whether time counts round the clock."""
        return not self.hours

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` until `end`; none where the end is not after the start."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)  # two moments of one zone subtract as its clock shows
        if end <= start:
            return timedelta(0)
        if self.is_always:
            return end - start
        first, last = _micros(start), _micros(end)
        year = self._year_of(start)
        worked = -self._years[year].worked(first)
        while self._year(year).end < last:
            worked += self._years[year].total
            year += 1
        return timedelta(microseconds=worked + self._years[year].worked(last))

    def due(self, start: datetime, amount: timedelta) -> datetime:
        """The first moment (UTC) by which that much working time has passed since `start`; `start` itself for none."""
        start = start.astimezone(UTC)
        if amount <= timedelta(0):
            return start
        if self.is_always:
            return start + amount if amount < _NEVER - start else _NEVER
        year = self._year_of(start)
        left = amount // _MICROSECOND + self._years[year].worked(_micros(start))
        while left > self._year(year).total:
            left -= self._years[year].total
            year += 1
            if year >= _LAST_YEAR:
                return _NEVER
        return _EPOCH + timedelta(microseconds=self._years[year].moment(left))

    def is_open(self, at: datetime) -> bool:
        """Whether time counts at that moment."""
        return self.is_always or self._year(self._year_of(at)).counts(_micros(at))

    def _year_of(self, at: datetime) -> int:
        """The local year in which a moment lies; clocks may go back across its beginning."""
        year, micros = wall_clock(at, self.time_zone).year, _micros(at)
        while micros < self._year(year).start:
            year -= 1
        while micros >= self._year(year).end:
            year += 1
        return year

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = self._reckoned(year)
        return found

    def _reckoned(self, year: int) -> _Year:
        """The year's spans, cut where it begins and ends; hours of the day before it may reach into it."""
        first, last = date(year, 1, 1), date(year + 1, 1, 1)
        start, end = (_micros(instant(datetime.combine(day, time()), self.time_zone)) for day in (first, last))
        days = (first + number * _DAY for number in range(-1, (last - first).days))
        spans = sorted(span for day in days for span in self._spans(day))
        merged: list[tuple[int, int]] = []
        for begin, until in ((max(a, start), min(b, end)) for a, b in spans):
            if begin >= until:
                continue
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
            else:
                merged.append((begin, until))
        return _Year(start, end, tuple(a for a, _ in merged), tuple(b for _, b in merged))

    def _spans(self, day: date) -> Iterator[tuple[int, int]]:
        special = self._special.get(day)
        if special:
            yield from (one.span(self.time_zone) for one in special)
        elif day not in self.closed and day not in holidays_of(self.country, self.subdivision, day.year):
            found = (hours.on(day, self.time_zone) for hours in self.hours)
            yield from ((_micros(span.start), _micros(span.end)) for span in found if span)

    @cached_property
    def _special(self) -> dict[date, list[OpenDay]]:
        days: dict[date, list[OpenDay]] = {}
        for one in self.opened:
            days.setdefault(one.day, []).append(one)
        return days


ALWAYS_OPEN = Calendar(name=ROUND_THE_CLOCK)
"""Every minute counts, in every zone, whatever clocks do."""


class _Year:
    """The working time of one local year, in microseconds since 1970: spans in order that do not touch."""

    __slots__ = ("before", "end", "ends", "start", "starts", "total")

    def __init__(self, start: int, end: int, starts: tuple[int, ...], ends: tuple[int, ...]) -> None:
        self.start, self.end, self.starts, self.ends = start, end, starts, ends
        lengths = (until - begin for begin, until in zip(starts, ends, strict=True))
        self.before = tuple(accumulate(lengths, initial=0))
        self.total = self.before[-1]

    def worked(self, at: int) -> int:
        """How much working time there is from the year's beginning until that moment."""
        place = bisect_right(self.starts, at) - 1
        return self.before[place] + min(at, self.ends[place]) - self.starts[place] if place >= 0 else 0

    def moment(self, amount: int) -> int:
        """The first moment by which that much (more than none, at most the total) has passed since it began."""
        place = bisect_left(self.before, amount) - 1
        return self.starts[place] + amount - self.before[place]

    def counts(self, at: int) -> bool:
        """Whether time counts at that moment."""
        place = bisect_right(self.starts, at) - 1
        return place >= 0 and at < self.ends[place]


@lru_cache(maxsize=1024)
def holidays_of(country: str, subdivision: str, year: int) -> frozenset[date]:
    """The public holidays of a year; none without a country."""
    if not country:
        return frozenset()
    import holidays  # takes a tenth of a second, and only a calendar with holidays needs it

    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND

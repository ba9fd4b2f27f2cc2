"""A layer of a duty: people who take turns, always or at some hours of the week, by the clock where they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from core.policy.localtime import instant, wall_clock
from core.policy.spans import Span

Rotation = Literal["none", "daily", "weekly"]
_LENGTHS: dict[Rotation, timedelta] = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of some weekdays (Monday is 0), as times since local midnight.

    `end` is after `start` by at most a day, so past 24 hours where they span midnight; the weekday is that of `start`.
    """

    days: frozenset[int]
    start: timedelta
    end: timedelta

    def on(self, day: date, zone: str) -> Span | None:
        """When they are on a local day; None when it is another weekday, or clocks skip them."""
        if day.weekday() not in self.days:
            return None
        midnight = datetime.combine(day, time())
        span = Span(instant(midnight + self.start, zone), instant(midnight + self.end, zone))
        return span if span.start < span.end else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """People who take turns.

    With `rotation` "none" (or without `starts`) the first of `people` has every turn. Otherwise turns change every day,
    every week, or after that length of time, counted on the wall clock of the IANA zone `time_zone` from `starts`, a
    naive local time: a turn of 24 hours is 23 or 25 long where daylight saving begins or ends, and a hand-over at 09:00
    stays at 09:00. `hours`, local too, restrict when the layer has anybody; none means always.
    """

    people: tuple[str, ...] = ()
    rotation: Rotation | timedelta = "none"
    starts: datetime | None = None
    time_zone: str = "UTC"
    hours: tuple[Hours, ...] = ()

    def queue(self, at: datetime) -> tuple[str, ...]:
        """Everybody in the order in which they have the duty at that moment; empty outside its hours."""
        if not self.people or not self._is_open(at):
            return ()
        first = self._turn(at) % len(self.people)
        return self.people[first:] + self.people[:first]

    def changes(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Every moment from `start` to `end` at which `queue` may change, in no order, and some outside."""
        yield from self._hand_overs(start, end)
        for span in self._windows(wall_clock(start, self.time_zone).date(), wall_clock(end, self.time_zone).date()):
            yield from (span.start, span.end)

    def _is_open(self, at: datetime) -> bool:
        if not self.hours:
            return True
        day = wall_clock(at, self.time_zone).date()
        return any(at in span for span in self._windows(day, day))

    def _windows(self, first: date, last: date) -> Iterator[Span]:
        """Its hours on those days and on the days around them.

        Yesterday's may span midnight, and tomorrow's may have begun: where clocks go back across midnight it is
        yesterday again.
        """
        days = (first + number * _DAY for number in range(-1, (last - first).days + 2))
        found = (hours.on(day, self.time_zone) for day in days for hours in self.hours)
        return (span for span in found if span)

    def _turn(self, at: datetime) -> int:
        """How many hand-overs there have been since `starts`; negative before it."""
        length = self._length
        if length is None or self.starts is None:
            return 0
        turn = (wall_clock(at, self.time_zone) - self.starts) // length
        while self._hand_over(self.starts, length, turn + 1) <= at:  # clocks went back, past a hand-over that had been
            turn += 1
        return turn

    def _hand_overs(self, start: datetime, end: datetime) -> Iterator[datetime]:
        length = self._length
        if length is None or self.starts is None:
            return
        turn = self._turn(start) + 1
        while (moment := self._hand_over(self.starts, length, turn)) < end:
            yield moment
            turn += 1

    def _hand_over(self, starts: datetime, length: timedelta, turn: int) -> datetime:
        return instant(starts + turn * length, self.time_zone)

    @property
    def _length(self) -> timedelta | None:
        return self.rotation if isinstance(self.rotation, timedelta) else _LENGTHS.get(self.rotation)

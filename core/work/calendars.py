"""Keeping people's own calendars: fetched on a schedule, and kept as they were while they cannot be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Engine

from core.model import CalendarFeed, Person
from core.policy import Roster, Span, instant
from core.policy.spans import merged
from core.ports import Calendars, Clock, DeliveryError
from core.store import calendars
from core.work.apply import Policies
from core.work.retry import never

log = structlog.get_logger()

EVERY = timedelta(minutes=15)
AGAIN = timedelta(minutes=5)
STALE = timedelta(hours=24)
"""What was fetched longer ago still counts, and is warned of."""
AHEAD = timedelta(days=400)
_BEHIND = timedelta(days=2)


def source(feed: CalendarFeed) -> str:
    """A word that is another one when the feed is another, or is read otherwise; it tells nothing of the address."""
    return hashlib.sha256(repr((feed.url, feed.file, feed.busy.value, feed.titles)).encode()).hexdigest()[:16]


@dataclass(slots=True)
class _Seen:
    roster: Roster | None = None


@dataclass(frozen=True, slots=True)
class Keeper:
    """Fetches the calendars that are due. Any number may run: each calendar is claimed by one of them."""

    database: Engine
    policies: Policies
    clock: Clock
    reader: Calendars
    seen: _Seen = field(default_factory=_Seen)

    def refresh(self, stopping: Callable[[], bool] = never) -> int:
        """Fetch what is due until nothing is, or a stop is asked for; returns how many were tried."""
        people = self._people()
        tried = 0
        while not stopping() and (name := self._claim()) is not None:
            self._fetch(people[name]) if name in people else None
            tried += 1
        return tried

    def _people(self) -> dict[str, Person]:
        """Those who have a calendar; the table is told of them when the roster is another."""
        roster = self.policies.newest().roster
        people = {one.id: one for one in roster.people.values() if one.calendar}
        if roster is not self.seen.roster:
            with self.database.begin() as connection:
                calendars.have(connection, {one.id: source(one.calendar) for one in people.values() if one.calendar})
            self.seen.roster = roster
        return people

    def _claim(self) -> str | None:
        with self.database.begin() as connection:
            return calendars.claim(connection, EVERY)

    def _fetch(self, person: Person) -> None:
        now = self.clock()
        start, end = now - _BEHIND, now + AHEAD
        try:
            spans = merged(_within(self.reader.off(person, start, end), person.time_zone, start, end))
        except DeliveryError as error:
            self._failed(person, error.message)
            return
        with self.database.begin() as connection:
            calendars.fetched(connection, person.id, spans)

    def _failed(self, person: Person, message: str) -> None:
        with self.database.begin() as connection:
            age = calendars.failed(connection, person.id, message, AGAIN)
        tell = log.warning if age is None or age > STALE else log.info
        hours = round(age / timedelta(hours=1)) if age is not None else None
        what = "a calendar could not be fetched; what it told before counts"
        tell(what, person=person.id, reason=message, hours_old=hours)


def _within(told: Sequence[tuple[datetime, datetime]], zone: str, start: datetime, end: datetime) -> Iterator[Span]:
    """What lies in the time that is kept, as moments; those without a zone are by the person's own clock."""
    for first, last in told:
        span = Span(_moment(first, zone), _moment(last, zone)).within(start, end)
        if span:
            yield span


def _moment(at: datetime, zone: str) -> datetime:
    return at.astimezone(UTC) if at.tzinfo else instant(at, zone)

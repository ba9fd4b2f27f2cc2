"""When people are off by their own calendars: what was last fetched stays until something newer comes.

The times within are moments of the policy; when a feed is fetched is in the database's own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from core.policy import Span, TimeOff
from core.store.tables import calendars

Version = tuple[int, datetime | None]
"""Another one when what any calendar tells has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarStatus:
    """How it stands with somebody's feed: when it was last fetched, how long ago that is, and what went wrong since.

    `source` is that of `have`. `age` is None where it never was.
    """

    person: str
    source: str
    fetched_at: datetime | None
    age: timedelta | None
    error: str = ""


def have(connection: Connection, sources: Mapping[str, str]) -> None:
    """Say whose calendars (by roster id) there are to fetch, each with a word for where and how: a new one is due."""
    connection.execute(delete(calendars).where(calendars.c.person.not_in(list(sources))))
    for person, source in sorted(sources.items()):
        statement = upsert(calendars).values(person=person, source=source)
        due = case(
            (calendars.c.source == statement.excluded.source, calendars.c.attempt_at), else_=func.clock_timestamp()
        )
        values = {"source": statement.excluded.source, "attempt_at": due}
        connection.execute(statement.on_conflict_do_update(index_elements=["person"], set_=values))


def claim(connection: Connection, every: timedelta) -> str | None:
    """Somebody whose calendar is due; it is due again after `every`, so nobody else fetches it meanwhile."""
    due = select(calendars.c.person).where(calendars.c.attempt_at <= func.clock_timestamp())
    first = due.order_by(calendars.c.attempt_at).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    values = {"attempt_at": func.clock_timestamp() + every}
    query = update(calendars).where(calendars.c.person == first).values(values).returning(calendars.c.person)
    return connection.execute(query).scalar_one_or_none()


def fetched(connection: Connection, person: str, spans: Iterable[Span]) -> None:
    """Note what a calendar tells."""
    told = [[span.start.isoformat(), span.end.isoformat()] for span in spans]
    same = calendars.c.spans == literal(told, JSONB)
    changed = case((same, calendars.c.changed_at), else_=func.clock_timestamp())
    values = {"spans": told, "changed_at": changed, "fetched_at": func.clock_timestamp(), "error": ""}
    connection.execute(update(calendars).where(calendars.c.person == person).values(values))


def failed(connection: Connection, person: str, error: str, again: timedelta) -> timedelta | None:
    """Note why it could not be fetched, and try again soon; returns for how long it has not been, None for never."""
    values = {"error": error, "attempt_at": func.clock_timestamp() + again}
    age = func.clock_timestamp() - calendars.c.fetched_at
    query = update(calendars).where(calendars.c.person == person).values(values).returning(age)
    return connection.execute(query).scalar_one_or_none()


def version(connection: Connection) -> Version:
    """Which one it is that `time_off` tells: cheap enough to be asked for every second."""
    row = connection.execute(select(func.count(), func.max(calendars.c.changed_at))).one()
    return row[0], row[1]


def time_off(connection: Connection) -> TimeOff:
    """When people are off by their calendars."""
    return {row.person: _spans(row.spans) for row in connection.execute(select(calendars.c.person, calendars.c.spans))}


def _spans(told: Iterable[tuple[str, str]]) -> tuple[Span, ...]:
    return tuple(Span(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in told)


def statuses(connection: Connection) -> list[CalendarStatus]:
    """How it stands with each feed."""
    age = (func.clock_timestamp() - calendars.c.fetched_at).label("age")
    query = select(calendars.c.person, calendars.c.source, calendars.c.fetched_at, age, calendars.c.error)
    rows = connection.execute(query.order_by(calendars.c.person))
    return [
        CalendarStatus(person=row.person, source=row.source, fetched_at=row.fetched_at, age=row.age, error=row.error)
        for row in rows
    ]

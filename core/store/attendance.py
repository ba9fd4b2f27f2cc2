"""When each source was last heard, and since when somebody has been there to hear it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.store.tables import attendance, deliveries, listening

GAP = timedelta(seconds=45)
"""By the database's own clock: where no door has said for so long that it is open, nobody was there to hear."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A source as it was heard. `watched_since` is when somebody began to wait for it, None where nobody does;
    `silent_since` is from when on it counts as silent, None while it does not."""

    source: str
    heard_at: datetime | None = None
    watched_since: datetime | None = None
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of a source within a time: all deliveries, those that were not understood, and those that failed."""

    received: int = 0
    unmapped: int = 0
    failed: int = 0


def note(connection: Connection, source: str, at: datetime) -> None:
    """A source was heard; what is noted never goes back."""
    row = {"source": source, "heard_at": at}
    later = {"heard_at": func.greatest(attendance.c.heard_at, at)}
    connection.execute(upsert(attendance).values(row).on_conflict_do_update(index_elements=["source"], set_=later))


_OPEN = text("""
    INSERT INTO listening (id, since, seen_at) VALUES (1, :now, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET
        since = CASE WHEN listening.seen_at < clock_timestamp() - CAST(:gap AS interval)
            THEN :now ELSE listening.since END,
        seen_at = clock_timestamp()
""")


def keep_open(connection: Connection, now: datetime) -> None:
    """A door says that it is open; after a gap, it has been so only since now."""
    connection.execute(_OPEN, {"now": now, "gap": GAP})


def open_since(connection: Connection) -> datetime | None:
    """Since when a door has been open without a gap; None where none is open now."""
    fresh = listening.c.seen_at > func.clock_timestamp() - GAP
    return connection.execute(select(listening.c.since).where(fresh)).scalar_one_or_none()


def every(connection: Connection) -> dict[str, Heard]:
    """All sources that were ever heard or waited for."""
    columns = (attendance.c.source, attendance.c.heard_at, attendance.c.watched_since, attendance.c.silent_since)
    return {row.source: Heard(*row) for row in connection.execute(select(*columns))}


def locked(connection: Connection, source: str) -> Heard | None:
    """One of them, which nobody else changes until the transaction ends; None where somebody is about to."""
    columns = (attendance.c.source, attendance.c.heard_at, attendance.c.watched_since, attendance.c.silent_since)
    query = select(*columns).where(attendance.c.source == source).with_for_update(skip_locked=True)
    row = connection.execute(query).one_or_none()
    return Heard(*row) if row else None


def watch(connection: Connection, sources: Iterable[str], now: datetime) -> None:
    """Begin to wait for sources that nobody waited for."""
    for source in sorted(sources):
        row = {"source": source, "watched_since": now}
        since = {"watched_since": func.coalesce(attendance.c.watched_since, now)}
        connection.execute(upsert(attendance).values(row).on_conflict_do_update(index_elements=["source"], set_=since))


def unwatch(connection: Connection, source: str) -> None:
    """Wait for a source no longer."""
    values = {"watched_since": None, "silent_since": None}
    connection.execute(update(attendance).where(attendance.c.source == source).values(values))


def silent(connection: Connection, source: str, since: datetime | None) -> None:
    """Note from when on a source counts as silent, or that it does not."""
    connection.execute(update(attendance).where(attendance.c.source == source).values(silent_since=since))


def counts(connection: Connection, since: datetime) -> dict[str, Counts]:
    """What came of each source since then."""
    status = deliveries.c.status
    query = (
        select(
            deliveries.c.source,
            func.count(),
            func.count().filter(status == "unmapped"),
            func.count().filter(status == "failed"),
        )
        .where(deliveries.c.received_at >= since)
        .group_by(deliveries.c.source)
    )
    return {source: Counts(*numbers) for source, *numbers in connection.execute(query)}

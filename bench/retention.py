"""Removing what was kept for long enough: how fast, what it costs those who store meanwhile, and partitions beside it.

A partition is dropped at once; but PostgreSQL can keep a key unique within a partition only, and a delivery's key must
be known across all of them. Measured is what that would be worth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from bench.figures import Figure
from bench.ground import Ground
from bench.store import SilentBell
from bench.timing import rate, took
from core.store.database import connect
from core.work.inbox import SqlInbox
from core.work.retention import Keep, Retention

_DELIVERIES = 50_000
_TICKETS = 5_000
_SECONDS = 1.0

_FILL = text("""
    INSERT INTO deliveries (source, key, received_at, content_type, headers, body, status)
    SELECT 'kept', 'key-' || n, now() - :age, 'application/json', '{"content-type": "application/json"}',
        decode(repeat(md5(n::text), 64), 'hex'), 'applied' FROM generate_series(1, :count) AS n
""")
_FILL_TICKETS = text("""
    WITH made AS (
        INSERT INTO tickets (uid, state, is_open, severity, service, team, acknowledged, exhausted, opened_at,
            updated_at, body)
        SELECT 'u' || n, 'closed', false, 2, '', '', true, false, now() - :age, now() - :age,
            jsonb_build_object('text', repeat(md5(n::text), 64)) FROM generate_series(1, :count) AS n
        RETURNING id
    ), told AS (
        INSERT INTO timeline (ticket_id, at, kind, by, reason, facts)
        SELECT id, now() - :age, 'event', 'rung', 'ECHO', '{}' FROM made, generate_series(1, 15)
    )
    INSERT INTO actions (operation_id, ticket_id, verb, lane, platform, severity, body, status, created_at)
    SELECT id || '-' || n, id, 'write_record', id || '/servicenow', 'servicenow', 2, '{}', 'done', now() - :age
    FROM made, generate_series(1, 4) AS n
""")
_PARTITIONS = (
    "CREATE TABLE parted (LIKE deliveries INCLUDING DEFAULTS) PARTITION BY RANGE (received_at)",
    "CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM ('2000-01-01') TO ('2100-01-01')",
    "INSERT INTO parted SELECT * FROM deliveries",
)


def measure(ground: Ground) -> list[Figure]:
    """Rows per second, and what storing loses beside it."""
    engine = connect(ground.database(), pool_size=4)
    try:
        stored = Figure(name="deliveries stored, nothing removed", value=_stored(engine), unit="deliveries/s")
        _fill(engine, _FILL, _DELIVERIES)
        parted = Figure(name="a partition of 50,000 deliveries dropped", value=_dropped(engine) * 1000, unit="ms")
        removed = Figure(name="deliveries removed", value=_DELIVERIES / _removal(engine), unit="rows/s")
        beside = Figure(name="deliveries stored beside the removal", value=_beside(engine), unit="deliveries/s")
        _fill(engine, _FILL_TICKETS, _TICKETS)
        tickets = Figure(
            name="tickets removed",
            value=_TICKETS / _removal(engine),
            unit="tickets/s",
            note="each with 15 lines of timeline and 4 actions",
        )
        return [stored, parted, removed, beside.over(stored), tickets]
    finally:
        engine.dispose()


def _fill(engine: Engine, statement: object, count: int) -> None:
    with engine.begin() as connection:
        connection.execute(statement, {"count": count, "age": timedelta(days=400)})  # type: ignore[call-overload]


def _store(engine: Engine) -> Callable[[], object]:
    inbox = SqlInbox(engine, lambda: datetime.now(UTC), SilentBell())
    headers = {"content-type": "application/json"}
    return lambda: inbox.accept("kept", key=None, content_type="application/json", headers=headers, body=b"x" * 2048)


def _stored(engine: Engine) -> float:
    return rate(_store(engine), seconds=_SECONDS)


def _removal(engine: Engine) -> float:
    """Seconds until all that is old is removed."""
    year = timedelta(days=365)
    keeping = Retention(engine, lambda: datetime.now(UTC), Keep(deliveries=year, tickets=year))
    return took(keeping.sweep)


def _beside(engine: Engine) -> float:
    """Deliveries stored per second while others are removed."""
    _fill(engine, _FILL, _DELIVERIES)
    removing = threading.Thread(target=_removal, args=(engine,))
    removing.start()
    value = _stored(engine)
    removing.join()
    return value


def _dropped(engine: Engine) -> float:
    """Seconds that dropping a partition with the same rows takes."""
    with engine.begin() as connection:
        for statement in _PARTITIONS:
            connection.execute(text(statement))

    def drop() -> None:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE parted_old"))

    return took(drop)

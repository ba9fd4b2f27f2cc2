"""Which waiting deliveries go first: one worker at a time looks at them, and moves up what cannot wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from core.model import Delivery, Event
from core.store import deliveries
from core.store.keys import indexed

MOST_BYTES = 4_000_000
"""Of bodies that are looked at together, but for one that is larger."""

_TURN = text("""
    INSERT INTO triage (id, owner, until, looked) VALUES (1, :owner, clock_timestamp() + :lease, 0)
    ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, until = excluded.until,
        looked = CASE WHEN triage.owner = excluded.owner THEN triage.looked ELSE 0 END
    WHERE triage.owner = excluded.owner OR triage.until < clock_timestamp()
    RETURNING looked
""")

# What was taken up before has had its turn, and what was put off keeps its moment.
_WAITING = text("""
    WITH waiting AS (
        SELECT id, octet_length(body) AS size FROM deliveries
        WHERE status = 'received' AND id > :after AND attempts = 0 AND attempt_at <= statement_timestamp()
        ORDER BY id LIMIT :limit
    ), fitting AS (SELECT id, sum(size) OVER (ORDER BY id) - size AS before FROM waiting)
    SELECT id FROM fitting WHERE before <= :size ORDER BY id
""")

_FRONT = text("""
    SELECT min(attempt_at) FROM deliveries WHERE status = 'received' AND attempt_at <= statement_timestamp()
""")

_MOVE = text("""
    WITH moved AS (
        SELECT deliveries.id, given.attempt_at
        FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[])) AS given (id, attempt_at)
        JOIN deliveries ON deliveries.id = given.id
        WHERE status = 'received' AND attempts = 0 AND deliveries.attempt_at > given.attempt_at
        ORDER BY deliveries.id FOR UPDATE OF deliveries SKIP LOCKED
    )
    UPDATE deliveries SET attempt_at = moved.attempt_at FROM moved WHERE deliveries.id = moved.id
""")

_OPEN = text("""
    SELECT alerts.source, alerts.key
    FROM unnest(CAST(:sources AS text[]), CAST(:keys AS text[])) AS given (source, key)
    JOIN alerts ON alerts.source = given.source AND alerts.key = given.key
    JOIN tickets ON tickets.id = alerts.ticket_id AND tickets.is_open
""")


def turn(connection: Connection, owner: str, lease: timedelta) -> int | None:
    """Be the one who looks, for as long as the lease; returns the last delivery that was looked at already.

    Whoever takes it over begins anew, for what the other had in mind is gone. None while somebody else is it.
    """
    return connection.execute(_TURN, {"owner": owner, "lease": lease}).scalar_one_or_none()


def looked(connection: Connection, owner: str, last: int) -> None:
    """Note up to which delivery the owner has looked."""
    statement = text("UPDATE triage SET looked = :last WHERE owner = :owner")
    connection.execute(statement, {"owner": owner, "last": last})


def rest(connection: Connection, owner: str) -> None:
    """Let somebody else look, from now on."""
    statement = text("UPDATE triage SET until = clock_timestamp() WHERE owner = :owner")
    connection.execute(statement, {"owner": owner})


def waiting(connection: Connection, after: int, limit: int) -> list[Delivery]:
    """Deliveries that nobody has taken up yet, the oldest first."""
    given = {"after": after, "limit": limit, "size": MOST_BYTES}
    ids = connection.execute(_WAITING, given).scalars().all()
    return deliveries.several(connection, ids)[::-1] if ids else []


def front(connection: Connection) -> datetime | None:
    """Since when the oldest delivery waits."""
    moment: datetime | None = connection.execute(_FRONT).scalar_one()
    return moment


def move(connection: Connection, moments: Mapping[int, datetime]) -> None:
    """Have deliveries taken up as if they had waited since those moments; what is being taken up is let be."""
    given = {"ids": list(moments), "moments": list(moments.values())}
    connection.execute(_MOVE, given)


def with_open_ticket(connection: Connection, events: Sequence[Event]) -> set[tuple[str, str]]:
    """By source and key, which of these alerts' tickets are open."""
    known = {(event.source, indexed(event.key)): event.key for event in events}
    rows = connection.execute(_OPEN, {"sources": [one for one, _ in known], "keys": [key for _, key in known]})
    return {(row.source, known[row.source, row.key]) for row in rows}

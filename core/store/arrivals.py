"""What arrives is stored: any number of requests in one statement, and told apart by what became of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, text

from core.trail import carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A request as it came. `key` is what all retries of it share within its source, None where it has none; `trace`
    is the place in a trail that it was made in.
    """

    source: str
    key: str | None
    received_at: datetime
    content_type: str
    headers: Mapping[str, str]
    body: bytes
    trace: str | None = field(default_factory=carried)


@dataclass(frozen=True, slots=True)
class Stored:
    """A delivery that is in the database: its id, and whether its key was there before."""

    id: int
    repeat: bool


# Two values whatever the number of rows: arrays, or values of their own for each, cost the sender several times more.
# The bodies are one after the other, because JSON cannot hold bytes. Rows go in by their keys' order, so that two who
# store the same keys at once wait for each other in one direction only; of two equal keys the first one is kept.
_STORE = text("""
    WITH given AS (
        SELECT nextval('deliveries_id_seq') AS id, one.* FROM ROWS FROM (
            json_to_recordset(CAST(:arrivals AS json)) AS (
                source text, key text, received_at timestamptz, content_type text, headers jsonb, trace text,
                place int, size int
            )
        ) WITH ORDINALITY AS one(source, key, received_at, content_type, headers, trace, place, size, nth)
    ), stored AS (
        INSERT INTO deliveries (id, source, key, received_at, content_type, headers, body, trace)
        SELECT id, source, key, received_at, content_type, headers,
            substring(CAST(:bodies AS bytea) FROM place FOR size), trace
        FROM given ORDER BY source, key, nth
        ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT given.id, stored.id IS NOT NULL AS is_new FROM given LEFT JOIN stored USING (id) ORDER BY given.nth
""")

_KNOWN = text("SELECT id FROM deliveries WHERE source = :source AND key = :key")


def store(connection: Connection, arrivals: Sequence[Arrival]) -> list[Stored]:
    """Store requests raw, and tell of each in turn. One whose key is already known for its source is not stored again.

    As large as a group is, it is one statement: all of it is stored, or nothing.
    """
    found = connection.execute(_STORE, {"arrivals": _told(arrivals), "bodies": b"".join(one.body for one in arrivals)})
    return [
        Stored(row.id, repeat=False) if row.is_new else _known(connection, one)
        for one, row in zip(arrivals, found.all(), strict=True)
    ]


def _told(arrivals: Sequence[Arrival]) -> str:
    """All that is no body, and where in the bodies each begins (PostgreSQL counts from 1)."""
    rows, place = [], 1
    for one in arrivals:
        rows.append(
            {
                "source": one.source,
                "key": one.key,
                "received_at": one.received_at.isoformat(),
                "content_type": one.content_type,
                "headers": dict(one.headers),
                "trace": one.trace,
                "place": place,
                "size": len(one.body),
            }
        )
        place += len(one.body)
    return json.dumps(rows)


def _known(connection: Connection, arrival: Arrival) -> Stored:
    """The delivery that has the key: a statement of its own, which sees also what another committed meanwhile."""
    known = connection.execute(_KNOWN, {"source": arrival.source, "key": arrival.key}).scalar_one_or_none()
    if known is None:  # it was kept for long enough, and removed just now
        return store(connection, [arrival])[0]
    return Stored(known, repeat=True)

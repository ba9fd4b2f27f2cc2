"""Deliveries: stored on arrival, claimed under a lease, finished in the transaction that applies them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Update, func, select, text, update

from core.model import Delivery, DeliveryStatus
from core.store import arrivals, leases, many
from core.store.arrivals import Arrival, Stored
from core.store.tables import deliveries


def store(
    connection: Connection,
    source: str,
    *,
    key: str | None,
    received_at: datetime,
    content_type: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Stored:
    """Store one request raw, as `arrivals.store` does."""
    arrival = Arrival(
        source=source, key=key, received_at=received_at, content_type=content_type, headers=headers, body=body
    )
    return arrivals.store(connection, [arrival])[0]


# The statement's own moment, unlike clock_timestamp(), does not change while it runs: so the index finds what is due,
# and what was put off until later is not read.
_CLAIM = text("""
    WITH waiting AS (
        SELECT id, attempt_at, octet_length(body) AS size FROM deliveries
        WHERE status = 'received' AND attempt_at <= statement_timestamp() AND attempts <= :attempts
        ORDER BY attempt_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), fitting AS (
        SELECT id, sum(size) OVER (ORDER BY attempt_at, id) - size AS before FROM waiting
    )
    UPDATE deliveries SET attempts = attempts + 1, attempt_at = clock_timestamp() + :lease
    WHERE id IN (SELECT id FROM fitting WHERE before <= :size)
    RETURNING *
""")
MOST_BYTES = 4_000_000
"""So much is taken up at once at most, but for one delivery that is larger."""


def claim(
    connection: Connection, lease: timedelta, limit: int = 1, *, most_attempts: int = 2**31 - 1
) -> list[tuple[Delivery, int]]:
    """Take up waiting deliveries, oldest first, with the number of times each was taken up.

    Those that were taken up more often than `most_attempts` are left alone.

    Nobody else takes them until the lease has run out; then they are anybody's again, for their worker has died.
    """
    given = {"lease": lease, "limit": limit, "attempts": most_attempts, "size": MOST_BYTES}
    rows = connection.execute(_CLAIM, given).all()
    return sorted(((_delivery(row), row.attempts) for row in rows), key=lambda pair: pair[0].id)


def renew(connection: Connection, claimed: Sequence[tuple[int, int]], lease: timedelta) -> None:
    """Have claims run on, each a delivery and its number of attempts, as far as they are still ours.

    What is being finished at this moment is let be.
    """
    connection.execute(_RENEW, {**leases.mine(claimed), "lease": lease})


_RENEW = leases.renewing(deliveries, "received")


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a delivery that was taken up for the `attempts`-th time."""

    id: int
    attempts: int
    status: DeliveryStatus
    error: str = ""
    outcome: Sequence[Mapping[str, object]] = ()


_ENDED = ("id", "attempts", "status", "error", "outcome")
_FINISH = text(f"""
    UPDATE deliveries SET status = given.status, error = given.error, outcome = given.outcome
    FROM {many.given(deliveries, _ENDED)}
    WHERE deliveries.id = given.id AND deliveries.attempts = given.attempts AND deliveries.status = 'received'
""")  # noqa: S608 - names of our own table


def finish(connection: Connection, ended: Sequence[Ended]) -> bool:
    """Say what became of deliveries; whether all of them still were ours to say."""
    rows = [
        {
            "id": one.id,
            "attempts": one.attempts,
            "status": one.status.value,
            "error": one.error,
            "outcome": [dict(part) for part in one.outcome],
        }
        for one in ended
    ]
    return many.write(connection, _FINISH, rows) == len(rows)


def postpone(
    connection: Connection, delivery_id: int, attempts: int, delay: timedelta, error: str, *, burn: bool
) -> None:
    """Look at a delivery again later, unless another worker has taken it up meanwhile.

    `burn` counts the attempt; otherwise it was a platform's fault alone.
    """
    left = attempts if burn else attempts - 1
    values = {"attempt_at": func.clock_timestamp() + delay, "error": error, "attempts": left}
    connection.execute(_claimed(delivery_id, attempts).values(values))


def _claimed(delivery_id: int, attempts: int) -> Update:
    mine = (deliveries.c.id == delivery_id) & (deliveries.c.attempts == attempts)
    return update(deliveries).where(mine & (deliveries.c.status == DeliveryStatus.RECEIVED.value))


def replay(connection: Connection, delivery_id: int) -> None:
    """Have a delivery looked at again now."""
    values = {"status": "received", "attempts": 0, "attempt_at": func.clock_timestamp()}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(values))


def get(connection: Connection, delivery_id: int) -> Delivery | None:
    """One delivery with its body."""
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
    return _delivery(row) if row else None


_LATEST = text("""
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY source ORDER BY id DESC) AS nth FROM deliveries
        WHERE id > (SELECT coalesce(max(id), 0) FROM deliveries) - :window AND source = ANY(:sources)
    ) AS latest WHERE nth <= :limit ORDER BY id DESC
""")


def latest(connection: Connection, sources: Sequence[str], limit: int, window: int = 100_000) -> list[int]:
    """The ids of the last deliveries of those sources, `limit` of each, the newest first.

    Only the last `window` of all deliveries are looked through, so that the time that it takes is bounded.
    """
    given = {"sources": list(sources), "limit": limit, "window": window}
    return list(connection.execute(_LATEST, given).scalars())


def several(connection: Connection, ids: Sequence[int]) -> list[Delivery]:
    """Those deliveries with their bodies, the newest first; what is gone is left out."""
    query = select(deliveries).where(deliveries.c.id.in_(ids)).order_by(deliveries.c.id.desc())
    return [_delivery(row) for row in connection.execute(query)]


def are_waiting(connection: Connection) -> bool:
    """Whether a worker has something to take up."""
    due = (deliveries.c.status == "received") & (deliveries.c.attempt_at <= func.statement_timestamp())
    return connection.execute(select(deliveries.c.id).where(due).limit(1)).first() is not None


def is_awaited(connection: Connection, source: str) -> bool:
    """Whether anything of a source is still to be applied, taken up already or not."""
    mine = (deliveries.c.status == "received") & (deliveries.c.source == source)
    return connection.execute(select(deliveries.c.id).where(mine).limit(1)).first() is not None


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        source=row.source,
        key=row.key,
        received_at=row.received_at,
        content_type=row.content_type,
        headers=row.headers,
        body=bytes(row.body),
        status=DeliveryStatus(row.status),
        error=row.error,
        outcome=tuple(row.outcome),
        trace=row.trace or "",
    )

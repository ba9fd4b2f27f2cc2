"""Tickets: found by what they are known by, and locked."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable

from sqlalchemy import BigInteger, Connection, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from core.model import Event, EventKind, Ticket, Unopened
from core.store import actions
from core.store.codec import UnreadableError, from_json
from core.store.keys import indexed
from core.store.tables import alerts, records, tickets

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no letters that people confuse
_UID_LENGTH = 10


def reserve(connection: Connection, count: int) -> list[Unopened]:
    """Set identities aside for tickets that may be opened. One that is not used leaves a gap in the numbers."""
    numbers = text("SELECT nextval(pg_get_serial_sequence('tickets', 'id')) FROM generate_series(1, :count)")
    return [
        Unopened(number, "".join(secrets.choice(_ALPHABET) for _ in range(_UID_LENGTH)))
        for number in connection.execute(numbers, {"count": count}).scalars()
    ]


def lock_keys(connection: Connection, events: Iterable[Event], alike: Iterable[str] = ()) -> None:
    """Wait until nobody else applies events of the same keys; held to the end of the transaction.

    `alike` are what tickets that may open have in common with others: whoever counts those must not miss one that is
    opening beside it. All at once and in one order, so that two batches never wait for each other.
    """
    likenesses = (f"alike\n{likeness}" for likeness in alike if likeness)
    names = sorted({*(f"{event.where}\n{event.key}" for event in events), *likenesses})
    if not names:
        return
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:names AS text[])) AS name"),
        {"names": names},
    )


def find(connection: Connection, event: Event) -> int | None:
    """The ticket that an event concerns."""
    if event.kind is EventKind.ALERT:
        known = select(alerts.c.ticket_id).where(alerts.c.source == event.source, alerts.c.key == indexed(event.key))
        return connection.execute(known).scalar_one_or_none()
    return _of_record(connection, event) or _of_operation(connection, event)


def _of_record(connection: Connection, event: Event) -> int | None:
    if event.record is None:
        return None
    by_id, by_key = records.c.record_id == indexed(event.record.id), records.c.key == indexed(event.record.key)
    same = by_id if event.record.id else by_key
    known = select(records.c.ticket_id).where(records.c.platform == event.record.platform, same)
    return connection.execute(known.order_by(records.c.ticket_id.desc()).limit(1)).scalar_one_or_none()


def _of_operation(connection: Connection, event: Event) -> int | None:
    """The ticket whose record bears the operation's mark, while none is known there: copies of it bear the mark too."""
    found = actions.ticket_of(connection, event.operation_id) or of_mark(connection, event.operation_id)
    if found is None or event.record is None:
        return found
    known = (records.c.ticket_id == found) & (records.c.platform == event.record.platform)
    return None if connection.execute(select(records.c.key).where(known).limit(1)).first() else found


def of_mark(connection: Connection, operation_id: str) -> int | None:
    """The ticket whose operation bears that id, also where the operation itself is not known: it was lost, with what
    came after the backup from which the database was restored.
    """
    uid = operation_id.rpartition("-")[0]
    return connection.execute(select(tickets.c.id).where(tickets.c.uid == uid)).scalar_one_or_none() if uid else None


def is_orphan(connection: Connection, event: Event) -> bool:
    """Whether an event shows a record that some Rung made for a ticket which is not here."""
    made = event.record is not None and bool(event.operation_id)
    return made and find(connection, event) is None and of_mark(connection, event.operation_id) is None


def get(connection: Connection, ticket_id: int, *, lock: bool = False) -> Ticket | None:
    """One ticket; with `lock`, nobody else steps it until the transaction ends.

    What refers to the ticket can be stored meanwhile: two tickets whose steps tell each other something do not wait
    for each other.
    """
    query = select(tickets.c.body).where(tickets.c.id == ticket_id)
    body = connection.execute(query.with_for_update(key_share=True) if lock else query).scalar_one_or_none()
    return from_json(body, Ticket) if body is not None else None


def locked(connection: Connection, ids: Collection[int]) -> dict[int, Ticket]:
    """Those of these tickets that are there, which nobody else steps until the transaction ends.

    In the order of their numbers: two batches that lock theirs so never wait for each other in a circle.
    """
    if not ids:
        return {}
    query = select(tickets.c.id, tickets.c.body).where(tickets.c.id == any_(literal(list(ids), ARRAY(BigInteger))))
    rows = connection.execute(query.order_by(tickets.c.id).with_for_update(key_share=True))
    return {row.id: from_json(row.body, Ticket) for row in rows}


def read(connection: Connection, ids: Collection[int]) -> dict[int, Ticket | UnreadableError]:
    """Those of these tickets that are there; in place of one that this version of Rung cannot read, what is wrong."""
    query = select(tickets.c.id, tickets.c.body).where(tickets.c.id == any_(literal(list(ids), ARRAY(BigInteger))))
    return {row.id: _read(row.body) for row in connection.execute(query)}


def _read(body: object) -> Ticket | UnreadableError:
    try:
        return from_json(body, Ticket)
    except UnreadableError as error:
        return error


_BY_ALERT = text("""
    SELECT alerts.source, alerts.key, alerts.ticket_id
    FROM unnest(CAST(:sources AS text[]), CAST(:keys AS text[])) AS wanted (source, key)
    JOIN alerts ON alerts.source = wanted.source AND alerts.key = wanted.key
""")
_BY_RECORD = text("""
    SELECT records.platform, records.record_id, records.ticket_id
    FROM unnest(CAST(:platforms AS text[]), CAST(:ids AS text[])) AS wanted (platform, id)
    JOIN records ON records.platform = wanted.platform AND records.record_id = wanted.id
""")

Place = tuple[str, str]
"""A source with an alert's key, or a platform with a record's id, as they stand in the index."""


def of_alerts(connection: Connection, places: Collection[Place]) -> dict[Place, int]:
    """The tickets of alerts; one that no ticket has is not in it."""
    if not places:
        return {}
    wanted = {"sources": [source for source, _ in places], "keys": [key for _, key in places]}
    return {(row.source, row.key): row.ticket_id for row in connection.execute(_BY_ALERT, wanted)}


def of_records(connection: Connection, places: Collection[Place]) -> dict[Place, int]:
    """The tickets of records; one that no ticket has is not in it."""
    if not places:
        return {}
    wanted = {"platforms": [platform for platform, _ in places], "ids": [number for _, number in places]}
    return {(row.platform, row.record_id): row.ticket_id for row in connection.execute(_BY_RECORD, wanted)}

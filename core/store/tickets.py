"""Tickets: found, locked, and saved with everything that a step has made of them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import fields

from sqlalchemy import ColumnElement, Connection, Text, delete, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from core.engine import Outcome
from core.model import Alert, Entry, Event, EventKind, Record, Ticket, Timer, TimerKind, Unopened
from core.store import actions, signals, workload
from core.store.codec import from_json, to_json
from core.store.tables import alerts, records, tickets, timeline, timers

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no letters that people confuse
_UID_LENGTH = 10
_LONGEST_KEY = 500
_FIELDS = [field.name for field in fields(Ticket)]


def reserve(connection: Connection) -> Unopened:
    """Set an identity aside for a ticket that may be opened. One that is not used leaves a gap in the numbers."""
    number = connection.execute(text("SELECT nextval(pg_get_serial_sequence('tickets', 'id'))")).scalar_one()
    return Unopened(number, "".join(secrets.choice(_ALPHABET) for _ in range(_UID_LENGTH)))


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


def locked(connection: Connection, event: Event) -> Ticket | None:
    """The ticket that an event concerns, which nobody else steps until the transaction ends."""
    if event.kind is not EventKind.ALERT:
        known = find(connection, event)
        return get(connection, known, lock=True) if known is not None else None
    # Alerts are most of what comes in: one question instead of two.
    query = select(tickets.c.body).join(alerts, alerts.c.ticket_id == tickets.c.id)
    query = query.where(alerts.c.source == event.source, alerts.c.key == indexed(event.key))
    body = connection.execute(query.with_for_update(of=tickets, key_share=True)).scalar_one_or_none()
    return from_json(body, Ticket) if body is not None else None


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


def indexed(key: str) -> str:
    """A key or a likeness as it stands in an index: PostgreSQL takes no more than some 2,700 bytes there."""
    if len(key) <= _LONGEST_KEY:
        return key
    return "sha256-" + hashlib.sha256(key.encode()).hexdigest()


def get(connection: Connection, ticket_id: int, *, lock: bool = False) -> Ticket | None:
    """One ticket; with `lock`, nobody else steps it until the transaction ends.

    What refers to the ticket can be stored meanwhile: two tickets whose steps tell each other something do not wait
    for each other.
    """
    query = select(tickets.c.body).where(tickets.c.id == ticket_id)
    body = connection.execute(query.with_for_update(key_share=True) if lock else query).scalar_one_or_none()
    return from_json(body, Ticket) if body is not None else None


def save(connection: Connection, before: Ticket | None, outcome: Outcome) -> None:
    """Save what a step made: the ticket, what it is known by, its timers, its timeline, its actions."""
    ticket = outcome.ticket
    if ticket is None:
        return
    _save_body(connection, ticket, is_new=before is None)
    _save_records(connection, ticket, before.records if before else ())
    _save_alerts(connection, ticket, before.alerts if before else ())
    _save_timers(connection, ticket, before.timers if before else ())
    _append(connection, ticket.id, outcome.entries)
    if outcome.withdraw_notices:
        actions.withdraw_notices(connection, ticket.id)
    if outcome.release_notices:
        actions.release_notices(connection, ticket.id)
    if outcome.confirms:
        actions.confirm(connection, ticket.id, outcome.confirms)
    if outcome.turn:
        workload.take_turn(connection, outcome.turn, shadow=ticket.shadow)
    if ticket.shadow and before and not before.shadow:
        actions.shadow(connection, ticket.id)
    actions.add(connection, outcome.actions, ticket.severity, ticket.updated_at, shadow=ticket.shadow)
    signals.add(connection, ticket.id, outcome)


def _save_body(connection: Connection, ticket: Ticket, *, is_new: bool) -> None:
    row = {
        "id": ticket.id,
        "uid": ticket.uid,
        "state": ticket.state.value,
        "is_open": ticket.state.is_open,
        "severity": ticket.severity.rank,
        "service": ticket.service,
        "team": ticket.team,
        "acknowledged": ticket.is_acknowledged,
        "exhausted": ticket.exhausted,
        "owner": ticket.owner,
        "shadow": ticket.shadow,
        "standing": ticket.standing,
        "deadline": ticket.deadline,
        "opened_at": ticket.opened_at,
        "updated_at": ticket.updated_at,
        "body": to_json(ticket),
        "likeness": indexed(ticket.likeness) or None,
        "gathers": (indexed(ticket.major.gathers) or None) if ticket.major else None,
        "parent": ticket.parent or None,
        "gathered": ticket.gathered,
    }
    if is_new:
        connection.execute(insert(tickets), row)
    else:
        values = {**row, "body": _kept_body(row["body"])}
        connection.execute(update(tickets).where(tickets.c.id == ticket.id).values(values))


def _kept_body(body: object) -> ColumnElement[object]:
    """The body with what a newer Rung has put beside the fields that this one knows: both may step a ticket in turn."""
    return tickets.c.body.op("-")(literal(_FIELDS, ARRAY(Text))).op("||")(literal(body, JSONB))


def _save_records(connection: Connection, ticket: Ticket, before: Sequence[Record]) -> None:
    known = {(record.ref.platform, record.ref.id) for record in before}
    for record in ticket.records:
        ref = record.ref
        if record.exists and (ref.platform, ref.id) not in known:
            row = {
                "platform": ref.platform,
                "record_id": indexed(ref.id),
                "key": indexed(ref.key),
                "ticket_id": ticket.id,
            }
            statement = upsert(records).values(row)
            connection.execute(statement.on_conflict_do_update(index_elements=["platform", "record_id"], set_=row))


def _save_alerts(connection: Connection, ticket: Ticket, before: Sequence[Alert]) -> None:
    known = {(alert.source, alert.key) for alert in before}
    for alert in ticket.alerts:
        if (alert.source, alert.key) not in known:
            row = {"source": alert.source, "key": indexed(alert.key), "ticket_id": ticket.id}
            connection.execute(
                upsert(alerts).values(row).on_conflict_do_update(index_elements=["source", "key"], set_=row)
            )


def _save_timers(connection: Connection, ticket: Ticket, before: Sequence[Timer]) -> None:
    if tuple(before) == ticket.timers:
        return
    ours = timers.c.kind.in_([kind.value for kind in TimerKind])
    connection.execute(delete(timers).where(timers.c.ticket_id == ticket.id, ours))
    rows = [
        {
            "ticket_id": ticket.id,
            "kind": timer.kind.value,
            "name": timer.name,
            "due_at": timer.due_at,
            "token": timer.token,
        }
        for timer in ticket.timers
    ]
    if rows:
        connection.execute(insert(timers), rows)


def _append(connection: Connection, ticket_id: int, entries: Sequence[Entry]) -> None:
    rows = [
        {
            "ticket_id": ticket_id,
            "at": entry.at,
            "kind": entry.kind.value,
            "by": entry.by,
            "reason": entry.reason.name,
            "facts": dict(entry.reason.facts),
            "operation_id": entry.operation_id,
            "detail": dict(entry.detail),
        }
        for entry in entries
    ]
    if rows:
        connection.execute(insert(timeline), rows)

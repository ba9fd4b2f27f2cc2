"""Saving what steps made: tickets, what they are known by, their timers, their timelines, their actions and signals.

Everything that many steps have made is written in a few statements, each over all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Text, TextClause, any_, delete, literal, text
from sqlalchemy.dialects.postgresql import ARRAY

from core.engine import Outcome
from core.model import Entry, Ticket, TimerKind
from core.store import decided, many, signals
from core.store.codec import changes, to_json
from core.store.keys import indexed
from core.store.stepped import Stepped
from core.store.tables import alerts, records, tickets, timeline, timers

_COLUMNS = (
    "state",
    "is_open",
    "severity",
    "service",
    "team",
    "acknowledged",
    "exhausted",
    "owner",
    "shadow",
    "standing",
    "deadline",
    "likeness",
    "gathers",
    "parent",
    "gathered",
)
"""What queries need of a ticket, and steps change."""
_BESIDE = frozenset(
    {"alerts", "comments", "conflicted", "conflicts", "heard_at", "like", "mirrored", "operations", "records"}
    | {"sayings", "timer_token", "told", "updated_at"}
)
"""Fields of a ticket that no column but `updated_at` tells of."""
_TICKET = ("id", "uid", "opened_at", "updated_at", "body", *_COLUMNS)
_OPEN = many.inserting(tickets, _TICKET)


def _updating(columns: Sequence[str]) -> TextClause:
    """Only what has changed of the body is sent; what a newer Rung has put beside that stays: both may step a ticket in
    turn.
    """
    patch = {"patch": "jsonb", "left_out": "text[]"}
    return text(f"""
        UPDATE tickets SET {", ".join(f"{name} = given.{name}" for name in columns)},
            body = (tickets.body - given.left_out) || given.patch
        FROM {many.given(tickets, ("id", *columns), **patch)} WHERE tickets.id = given.id
    """)  # noqa: S608 - names of our own table


_CHANGE = _updating(("updated_at", *_COLUMNS))
_TOUCH = _updating(("updated_at",))

_ALERTS = many.inserting(
    alerts, ("source", "key", "ticket_id"), "ON CONFLICT (source, key) DO UPDATE SET ticket_id = EXCLUDED.ticket_id"
)
_RECORDS = many.inserting(
    records,
    ("platform", "record_id", "key", "ticket_id"),
    "ON CONFLICT (platform, record_id) DO UPDATE SET key = EXCLUDED.key, ticket_id = EXCLUDED.ticket_id",
)
_TIMERS = many.inserting(timers, ("ticket_id", "kind", "name", "due_at", "token"))
_TIMELINE = many.inserting(timeline, ("ticket_id", "at", "kind", "by", "reason", "facts", "operation_id", "detail"))


def save(connection: Connection, before: Ticket | None, outcome: Outcome) -> None:
    """Save what a step made of a ticket, which must be locked; `before` is as stored, None where it was opened."""
    if outcome.ticket is not None:
        save_all(connection, [Stepped(before, outcome.ticket, outcome)])


def save_all(connection: Connection, steps: Sequence[Stepped]) -> None:
    """Save what these steps made, in their order; their tickets must be locked."""
    if not steps:
        return
    _save_bodies(connection, steps)
    many.write(connection, _RECORDS, _new_records(steps))
    many.write(connection, _ALERTS, _new_alerts(steps))
    _save_timers(connection, steps)
    many.write(connection, _TIMELINE, [_line(one.ticket.id, entry) for one in steps for entry in one.outcome.entries])
    decided.write(connection, steps)
    signals.add(connection, steps)


def _latest(steps: Iterable[Stepped]) -> list[Ticket]:
    """Each ticket as its last step has left it."""
    return list({one.ticket.id: one.ticket for one in steps}.values())


def _save_bodies(connection: Connection, steps: Sequence[Stepped]) -> None:
    """Write each ticket as its last step has left it, of those that were there what has changed since the first."""
    befores: dict[int, Ticket | None] = {}
    for one in steps:
        befores.setdefault(one.ticket.id, one.before)
    opened, changed, touched = [], [], []
    for ticket in _latest(steps):
        before = befores[ticket.id]
        if before is None:
            opened.append(_row(ticket))
            continue
        patch, left_out = changes(before, ticket)
        row = {"id": ticket.id, "updated_at": _moment(ticket.updated_at), "patch": patch, "left_out": left_out}
        if _BESIDE.issuperset(patch) and _BESIDE.issuperset(left_out):
            touched.append(row)
        else:
            changed.append(row | _columns(ticket))
    many.write(connection, _OPEN, opened)
    many.write(connection, _CHANGE, changed)
    many.write(connection, _TOUCH, touched)


def _row(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "uid": ticket.uid,
        "opened_at": _moment(ticket.opened_at),
        "updated_at": _moment(ticket.updated_at),
        "body": to_json(ticket),
        **_columns(ticket),
    }


def _columns(ticket: Ticket) -> dict[str, Any]:
    return {
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
        "deadline": _moment(ticket.deadline),
        "likeness": indexed(ticket.likeness) or None,
        "gathers": (indexed(ticket.major.gathers) or None) if ticket.major else None,
        "parent": ticket.parent or None,
        "gathered": ticket.gathered,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _new_records(steps: Iterable[Stepped]) -> list[many.Row]:
    """The records that tickets have got: of one that several got, the last one's."""
    rows: dict[tuple[str, str], many.Row] = {}
    for one in steps:
        known = {(record.ref.platform, record.ref.id) for record in (one.before.records if one.before else ())}
        for ref in (record.ref for record in one.ticket.records if record.exists):
            if (ref.platform, ref.id) not in known:
                row = {"platform": ref.platform, "record_id": indexed(ref.id), "key": indexed(ref.key)}
                rows[ref.platform, indexed(ref.id)] = {**row, "ticket_id": one.ticket.id}
    return [rows[place] for place in sorted(rows)]


def _new_alerts(steps: Iterable[Stepped]) -> list[many.Row]:
    """The alerts that tickets have got: of one that several got, the last one's."""
    rows: dict[tuple[str, str], many.Row] = {}
    for one in steps:
        known = {(alert.source, alert.key) for alert in (one.before.alerts if one.before else ())}
        for alert in one.ticket.alerts:
            if (alert.source, alert.key) not in known:
                row = {"source": alert.source, "key": indexed(alert.key), "ticket_id": one.ticket.id}
                rows[alert.source, indexed(alert.key)] = row
    return [rows[place] for place in sorted(rows)]


def _save_timers(connection: Connection, steps: Sequence[Stepped]) -> None:
    """Have the timers that changed run as they now do; kinds that only a newer Rung knows are its own."""
    changed = {one.ticket.id for one in steps if one.ticket.timers != (one.before.timers if one.before else ())}
    had = [one.ticket.id for one in steps if one.before is not None and one.ticket.id in changed]
    if had:
        theirs = timers.c.ticket_id == any_(literal(had, ARRAY(BigInteger)))
        ours = timers.c.kind == any_(literal([kind.value for kind in TimerKind], ARRAY(Text)))
        connection.execute(delete(timers).where(theirs, ours))
    rows = [
        {
            "ticket_id": ticket.id,
            "kind": timer.kind.value,
            "name": timer.name,
            "due_at": timer.due_at.isoformat(),
            "token": timer.token,
        }
        for ticket in _latest(steps)
        if ticket.id in changed
        for timer in ticket.timers
    ]
    many.write(connection, _TIMERS, rows)


def _line(ticket_id: int, entry: Entry) -> many.Row:
    return {
        "ticket_id": ticket_id,
        "at": entry.at.isoformat(),
        "kind": entry.kind.value,
        "by": entry.by,
        "reason": entry.reason.name,
        "facts": dict(entry.reason.facts),
        "operation_id": entry.operation_id,
        "detail": dict(entry.detail),
    }

"""Everything that is stored, as rows: of one ticket, or of every table, one row at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Select, Table, or_, select, text, tuple_

from core.store.tables import (
    actions,
    alerts,
    deliveries,
    heard_comments,
    metadata,
    records,
    shift_changes,
    signals,
    surges,
    tickets,
    timeline,
    timers,
)

Row = Mapping[str, Any]

TABLES = (
    *("actions", "alerts", "attendance", "breakers", "calendars", "deliveries", "documents", "heard", "heard_comments"),
    *("records", "shift_changes", "shifts", "signals", "surges", "tickets", "timeline", "timers", "turns", "unknowns"),
    "watermarks",
)
LEFT_OUT = frozenset({"tokens", "sessions", "processes", "listening", "lifesign", "compatibility", "triage"})
"""What lets somebody in, and what is of this installation's present moment only."""
_OF_A_TICKET = (timeline, actions, records, alerts, timers, signals, shift_changes, surges)
_AT_ONCE = 500


def read_slowly(connection: Connection) -> None:
    """Have the transaction live however long whoever reads takes between two rows."""
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def rows(connection: Connection, name: str) -> Iterator[Row]:
    """Every row of a table in the order of its key, read a few hundred at a time."""
    table = metadata.tables[name]
    streamed = connection.execution_options(yield_per=_AT_ONCE)
    for row in streamed.execute(select(table).order_by(*table.primary_key.columns)):
        yield dict(row._mapping)


def find(connection: Connection, key: str) -> int | None:
    """The ticket with that number, else the newest one whose record bears that key on any platform."""
    if key.isascii() and key.isdigit() and int(key) < 2**63:
        return connection.execute(select(tickets.c.id).where(tickets.c.id == int(key))).scalar_one_or_none()
    known = select(records.c.ticket_id).where(records.c.key == key).order_by(records.c.ticket_id.desc()).limit(1)
    return connection.execute(known).scalar_one_or_none()


def of_ticket(connection: Connection, ticket_id: int) -> dict[str, list[Row]]:
    """Every row that belongs to a ticket, by table: also the deliveries of which something came to it, with their
    bodies, and what is known of the comments on its records.
    """
    found = {"tickets": _found(connection, select(tickets).where(tickets.c.id == ticket_id))}
    for table in _OF_A_TICKET:
        query = select(table).where(table.c.ticket_id == ticket_id).order_by(*table.primary_key.columns)
        found[table.name] = _found(connection, query)
    found[deliveries.name] = _found(connection, _deliveries(ticket_id))
    places = [(row["platform"], row["record_id"]) for row in found[records.name]]
    found[heard_comments.name] = _comments(connection, heard_comments, places)
    return found


def _deliveries(ticket_id: int) -> Select[Any]:
    """Those that came since it was opened, or shortly before, so that not all are looked through."""
    told = text("outcome @> jsonb_build_array(jsonb_build_object('ticket', CAST(:ticket AS bigint)))")
    since = text("received_at >= (SELECT opened_at - interval '1 day' FROM tickets WHERE id = :ticket)")
    return select(deliveries).where(told, since).order_by(deliveries.c.id).params(ticket=ticket_id)


def _comments(connection: Connection, table: Table, places: list[tuple[str, str]]) -> list[Row]:
    if not places:
        return []
    mine = or_(*(tuple_(table.c.platform, table.c.record_id) == place for place in places))
    return _found(connection, select(table).where(mine).order_by(*table.primary_key.columns))


def _found(connection: Connection, query: Select[Any]) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(query)]

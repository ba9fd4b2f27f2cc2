"""Recorded tickets with their timelines, read as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, func, select

from core.engine.simulation import Case
from core.engine.simulation.recorded import case_of
from core.model import Entry, Ticket
from core.policy import Roster
from core.store.codec import from_json
from core.store.tables import tickets, timeline
from core.store.views import entry

_AT_ONCE = 500


def count(connection: Connection, since: datetime | None) -> int:
    """How many tickets were opened since then."""
    query = select(func.count()).select_from(tickets)
    if since is not None:
        query = query.where(tickets.c.opened_at >= since)
    return connection.execute(query).scalar_one()


def cases(connection: Connection, since: datetime | None, roster: Roster) -> Iterator[Case]:
    """The tickets opened since then, oldest first, as cases for a simulation."""
    last = 0
    while bodies := _chunk(connection, since, last):
        entries = _entries(connection, list(bodies))
        for ticket_id, body in bodies.items():
            yield case_of(from_json(body, Ticket), entries.get(ticket_id, []), roster)
        last = max(bodies)


def _chunk(connection: Connection, since: datetime | None, after: int) -> dict[int, object]:
    query = select(tickets.c.id, tickets.c.body).where(tickets.c.id > after)
    if since is not None:
        query = query.where(tickets.c.opened_at >= since)
    return {row.id: row.body for row in connection.execute(query.order_by(tickets.c.id).limit(_AT_ONCE))}


def _entries(connection: Connection, ids: list[int]) -> dict[int, list[Entry]]:
    query = select(timeline).where(timeline.c.ticket_id.in_(ids)).order_by(timeline.c.ticket_id, timeline.c.id)
    by_ticket = groupby(connection.execute(query), key=lambda row: int(row.ticket_id))
    return {ticket_id: [entry(row) for row in found] for ticket_id, found in by_ticket}

"""Tickets that are alike, and what major incidents gather."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from core.model import Ticket
from core.store.codec import from_json
from core.store.keys import indexed
from core.store.tables import tickets

_MOST = 500
"""How many like tickets are counted."""


@dataclass(frozen=True, slots=True)
class Alike:
    """The tickets of one likeness that were opened within the window.

    `count` of them are open; `free` are the ids of those that no major incident gathers, oldest first; `parent` is the
    major incident that a further one joins; `seen` is how many there are, open or not, as far as they are counted.
    """

    count: int
    free: tuple[int, ...]
    parent: Ticket | None
    seen: int = 0

    def with_opened(self, ticket: Ticket) -> Alike:
        """The same once that ticket of the likeness has been opened."""
        if self.seen >= _MOST:
            return self
        free = ticket.state.is_open and not ticket.gathered
        return Alike(
            count=self.count + ticket.state.is_open,
            free=(*self.free, ticket.id) if free else self.free,
            parent=self.parent,
            seen=self.seen + 1,
        )


def alike(connection: Connection, likeness: str, since: datetime) -> Alike:
    """The tickets of a likeness that were opened after a moment; its lock must be held.

    A major incident is joined as long as the last ticket that it gathers, or it itself, is no older than that.
    """
    recent = (tickets.c.likeness == indexed(likeness)) & (tickets.c.opened_at >= since)
    query = (
        select(tickets.c.id, tickets.c.is_open, tickets.c.gathered).where(recent).order_by(tickets.c.id).limit(_MOST)
    )
    rows = connection.execute(query).all()
    free = tuple(row.id for row in rows if row.is_open and not row.gathered)
    parent = _parent(connection, likeness, since, joined=bool(rows))
    count = sum(row.is_open for row in rows)
    return Alike(count, tuple(one for one in free if not parent or one != parent.id), parent, len(rows))


def _parent(connection: Connection, likeness: str, since: datetime, *, joined: bool) -> Ticket | None:
    gathers = (tickets.c.gathers == indexed(likeness)) & tickets.c.is_open
    body = connection.execute(select(tickets.c.body).where(gathers).order_by(tickets.c.id.desc()).limit(1)).scalar()
    parent = from_json(body, Ticket) if body is not None else None
    return parent if parent and (joined or parent.opened_at >= since) else None


def several(connection: Connection, ids: tuple[int, ...]) -> tuple[Ticket, ...]:
    """Tickets by id, oldest first."""
    query = select(tickets.c.body).where(tickets.c.id.in_(ids)).order_by(tickets.c.id)
    return tuple(from_json(body, Ticket) for body in connection.execute(query).scalars())


def gathered_by(connection: Connection, parent: int) -> tuple[int, int]:
    """How many tickets a major incident gathers, and how many of them are open."""
    mine = (tickets.c.parent == parent) & tickets.c.gathered
    counts = select(func.count(), func.count().filter(tickets.c.is_open)).select_from(tickets).where(mine)
    row = connection.execute(counts).one()
    return row[0], row[1]


def open_children(connection: Connection, parents: Iterable[int]) -> dict[int, int]:
    """How many open tickets each of these major incidents gathers; one that gathers none is not in it."""
    mine = tickets.c.parent.in_(list(parents)) & tickets.c.gathered & tickets.c.is_open
    query = select(tickets.c.parent, func.count().label("many")).where(mine).group_by(tickets.c.parent)
    return {row.parent: row.many for row in connection.execute(query)}


def children(connection: Connection, parent: int, limit: int) -> list[Ticket]:
    """The tickets that stand, or stood until it ended, under a major incident: open ones first, then oldest first."""
    query = select(tickets.c.body).where(tickets.c.parent == parent)
    query = query.order_by(tickets.c.is_open.desc(), tickets.c.id).limit(limit)
    return [from_json(body, Ticket) for body in connection.execute(query).scalars()]

"""Surges: when they began and ended, and the work that makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.store.tables import surges, tickets


@dataclass(frozen=True, slots=True)
class Running:
    """The surge that there is: the ticket with which it began, when, and with how many."""

    id: int
    ticket_id: int
    began_at: datetime
    count: int


def running(connection: Connection, *, lock: bool = False) -> Running | None:
    """The surge that has not ended; with `lock` only if nobody else is about to end it."""
    query = select(surges.c.id, surges.c.ticket_id, surges.c.began_at, surges.c.count).where(
        surges.c.ended_at.is_(None)
    )
    row = connection.execute(query.with_for_update(skip_locked=True) if lock else query).one_or_none()
    return Running(*row) if row else None


def begin(connection: Connection, ticket_id: int, at: datetime, count: int) -> bool:
    """Note that a surge begins with a ticket; False where another has just begun one."""
    row = {"ticket_id": ticket_id, "began_at": at, "count": count}
    once = upsert(surges).values(row).on_conflict_do_nothing().returning(surges.c.id)
    return connection.execute(once).scalar_one_or_none() is not None


def end(connection: Connection, surge_id: int, at: datetime) -> None:
    """Note that a surge is over."""
    connection.execute(update(surges).where(surges.c.id == surge_id).values(ended_at=at))


def recent(connection: Connection, since: datetime, most: int) -> int:
    """How many tickets are open that were opened since then, counted no further than `most`.

    What a major incident gathers counts as that one, and shadowed work is nobody's.
    """
    there = tickets.c.is_open & ~tickets.c.gathered & ~tickets.c.shadow & (tickets.c.opened_at >= since)
    found = select(tickets.c.id).where(there).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one()

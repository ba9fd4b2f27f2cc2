"""Timers that are due."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from core.model import TimerDue, TimerKind
from core.store.tables import timers

_RETRY = timedelta(minutes=1)


def due(connection: Connection, now: datetime, limit: int) -> list[tuple[int, TimerDue, datetime]]:
    """The timers due at `now` (the policy's time), the longest due first, each with its ticket and its moment.

    Kinds that only a newer Rung knows are left to it.
    """
    query = (
        select(timers.c.ticket_id, timers.c.kind, timers.c.token, timers.c.name, timers.c.due_at)
        .where(timers.c.due_at <= now, timers.c.attempt_at <= func.clock_timestamp())
        .where(timers.c.kind.in_([kind.value for kind in TimerKind]))
        .order_by(timers.c.due_at)
        .limit(limit)
    )
    rows = connection.execute(query)
    return [(row.ticket_id, TimerDue(TimerKind(row.kind), row.token, row.name), row.due_at) for row in rows]


def put_off(connection: Connection, ticket_id: int, timer: TimerDue, error: str) -> None:
    """Try a timer whose step failed again in a minute, so that it does not stand in the way of the others."""
    this = (timers.c.ticket_id == ticket_id) & (timers.c.kind == timer.kind.value) & (timers.c.name == timer.name)
    values = {"attempt_at": func.clock_timestamp() + _RETRY, "error": error}
    connection.execute(update(timers).where(this).values(values))

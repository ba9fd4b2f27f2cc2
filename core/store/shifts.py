"""Who has each duty, as it was last looked at, and the shift changes that wait to reach their tickets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core.model import ShiftChanged, Ticket
from core.store.codec import from_json, to_json
from core.store.tables import shift_changes, shifts, tickets

_RETRY = timedelta(minutes=1)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Held:
    """Who had a duty at `looked_at` (the policy's time), "" for nobody; `outgoing` had it before a gap that lasts."""

    person: str
    looked_at: datetime
    outgoing: tuple[str, ...] = ()


def locked(connection: Connection, team: str, level: str, first: Held) -> Held:
    """Who has the duty, which nobody else passes on until the transaction ends; `first` where it is new."""
    new = {"team": team, "level": level, "person": first.person, "looked_at": first.looked_at}
    connection.execute(upsert(shifts).values(new).on_conflict_do_nothing())
    query = select(shifts).where(shifts.c.team == team, shifts.c.level == level).with_for_update()
    row = connection.execute(query).one()
    return Held(row.person, row.looked_at, tuple(row.outgoing))


def put(connection: Connection, team: str, level: str, held: Held) -> None:
    """Note who has a duty that was locked."""
    values = {"person": held.person, "looked_at": held.looked_at, "outgoing": list(held.outgoing)}
    connection.execute(update(shifts).where(shifts.c.team == team, shifts.c.level == level).values(values))


def open_tickets(connection: Connection, team: str | None) -> Iterator[Ticket]:
    """The open tickets of a team, or of all, as they are now, oldest first; some at once, however many there are."""
    query = select(tickets.c.id, tickets.c.body).where(tickets.c.is_open).order_by(tickets.c.id).limit(_AT_ONCE)
    query = query if team is None else query.where(tickets.c.team == team)
    last = 0
    while rows := connection.execute(query.where(tickets.c.id > last)).all():
        yield from (from_json(row.body, Ticket) for row in rows)
        last = rows[-1].id


def announce(connection: Connection, ids: Sequence[int], change: ShiftChanged) -> None:
    """Have tickets hear of a shift change, soon and in this order."""
    body = to_json(change)
    for first in range(0, len(ids), _AT_ONCE):
        rows = [{"ticket_id": ticket_id, "body": body} for ticket_id in ids[first : first + _AT_ONCE]]
        connection.execute(insert(shift_changes), rows)


def next_change(connection: Connection) -> tuple[int, int, object] | None:
    """The next shift change to be heard of: its id, the ticket's, and what `read` reads. Nobody else takes it up
    meanwhile.
    """
    query = select(shift_changes).where(shift_changes.c.attempt_at <= func.clock_timestamp())
    query = query.order_by(shift_changes.c.id).limit(1).with_for_update(skip_locked=True)
    row = connection.execute(query).one_or_none()
    return (row.id, row.ticket_id, row.body) if row else None


def read(body: object) -> ShiftChanged:
    """A shift change as it was stored; raises `UnreadableError`."""
    return from_json(body, ShiftChanged)


def heard(connection: Connection, change_id: int) -> None:
    """A ticket has heard of it."""
    connection.execute(delete(shift_changes).where(shift_changes.c.id == change_id))


def put_off(connection: Connection, change_id: int, error: str) -> None:
    """Try one whose step failed again in a minute, so that it does not stand in the way of the others."""
    values = {"attempt_at": func.clock_timestamp() + _RETRY, "error": error}
    connection.execute(update(shift_changes).where(shift_changes.c.id == change_id).values(values))

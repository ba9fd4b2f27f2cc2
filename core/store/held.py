"""Notices that are held back, and the digests in which they go out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, text, update

from core.model import Action, ActionStatus, Ticket
from core.policy.holding import Held, Traffic, Why
from core.store.claims import Claimed
from core.store.codec import from_json, to_json
from core.store.tables import actions, tickets


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice on the ledger that waits or goes out with others, and what held it: quiet hours, a storm or a limit."""

    id: int
    action: Action
    severity: int
    held_by: str


def lock_readers(connection: Connection, recipients: Collection[str]) -> None:
    """Wait until nobody else decides about messages to these readers; held to the end of the transaction.

    All at once and in one order, so that two groups never wait for each other.
    """
    locks = text("SELECT pg_advisory_xact_lock(hashtextextended(who, 7)) FROM unnest(CAST(:who AS text[])) AS who")
    connection.execute(locks, {"who": sorted(recipients)})


def traffic(connection: Connection, recipient: str, since: datetime) -> Traffic:
    """What a reader was sent since a moment of the policy's time."""
    mine = (actions.c.recipient == recipient) & (actions.c.told_at > since)
    sent = connection.execute(select(actions.c.told_at).where(mine).order_by(actions.c.told_at)).scalars().all()
    waits = (actions.c.recipient == recipient) & (actions.c.status == "held") & actions.c.held_by.in_(list(Why))
    due = connection.execute(select(func.min(actions.c.held_until)).where(waits)).scalar_one()
    return Traffic(tuple(sent), due)


def let_through(connection: Connection, claimed: Sequence[Claimed], now: datetime) -> None:
    """Note that messages go out, for those that come after them to be counted by."""
    ids = [one.id for one in claimed]
    if ids:
        connection.execute(update(actions).where(actions.c.id.in_(ids)).values(told_at=now))


def hold(connection: Connection, claimed: Claimed, held: Held, because: str) -> None:
    """Put a notice back until the next digest; the attempt was none."""
    values = {
        "status": ActionStatus.HELD.value,
        "held_until": held.until,
        "held_because": because,
        "held_by": held.why.value,
        "attempts": claimed.attempts - 1,
    }
    mine = (actions.c.id == claimed.id) & (actions.c.status == "sent") & (actions.c.attempts == claimed.attempts)
    connection.execute(update(actions).where(mine).values(**values))


def readers_due(connection: Connection, now: datetime) -> list[str]:
    """Everybody for whom something is held back whose moment has come."""
    due = (actions.c.status == "held") & (actions.c.held_until <= now)
    return list(connection.execute(select(actions.c.recipient).where(due).distinct()).scalars())


def due_for(connection: Connection, recipient: str, now: datetime, limit: int) -> list[Waiting]:
    """What is due for a reader, the worst first."""
    due = (actions.c.recipient == recipient) & (actions.c.status == "held") & (actions.c.held_until <= now)
    order = (actions.c.severity, actions.c.id)
    rows = connection.execute(select(actions).where(due).order_by(*order).limit(limit))
    return [Waiting(row.id, from_json(row.body, Action), row.severity, row.held_by) for row in rows]


def release(connection: Connection, waiting: Sequence[Waiting], now: datetime) -> None:
    """Have notices sent, each by itself; whether they may go out was decided."""
    values = {"status": ActionStatus.PENDING.value, "attempt_at": func.clock_timestamp(), "told_at": now}
    connection.execute(update(actions).where(_still_held(waiting)).values(**values))


def gather(connection: Connection, digest: Action, waiting: Sequence[Waiting], now: datetime) -> None:
    """Put a digest on the ledger in place of what it gathers.

    The tickets first, in one order: whoever steps a ticket locks that before its actions.
    """
    theirs = sorted({digest.ticket_id, *(one.action.ticket_id for one in waiting)})
    query = select(tickets.c.id).where(tickets.c.id.in_(theirs)).order_by(tickets.c.id)
    connection.execute(query.with_for_update(key_share=True))
    row = {
        "operation_id": digest.operation_id,
        "ticket_id": digest.ticket_id,
        "verb": digest.verb.value,
        "lane": digest.lane,
        "platform": "",
        "severity": min(one.severity for one in waiting),
        "body": to_json(digest),
        "created_at": now,
        "recipient": digest.notice.recipient if digest.notice else "",
    }
    number = connection.execute(insert(actions).values(row).returning(actions.c.id)).scalar_one()
    values = {"status": ActionStatus.GATHERED.value, "digest_id": number}
    connection.execute(update(actions).where(_still_held(waiting)).values(**values))


def _still_held(waiting: Sequence[Waiting]) -> ColumnElement[bool]:
    """Those that were not withdrawn meanwhile."""
    return actions.c.id.in_([one.id for one in waiting]) & (actions.c.status == "held")


def gathered(connection: Connection, digest_id: int) -> list[tuple[Waiting, Ticket]]:
    """What a digest still stands for, the worst first, each with its ticket as it is now."""
    query = (
        select(actions, tickets.c.body.label("ticket"))
        .join(tickets, tickets.c.id == actions.c.ticket_id)
        .where(actions.c.digest_id == digest_id, actions.c.status == "gathered")
        .order_by(tickets.c.severity, actions.c.id)
    )
    rows = connection.execute(query)
    return [
        (Waiting(row.id, from_json(row.body, Action), row.severity, row.held_by), from_json(row.ticket, Ticket))
        for row in rows
    ]


def next_way(connection: Connection, digest_id: int, action: Action) -> None:
    """Have a digest sent by another way."""
    values = {"status": ActionStatus.PENDING.value, "attempts": 0, "body": to_json(action)}
    connection.execute(
        update(actions).where(actions.c.id == digest_id).values(**values, attempt_at=func.clock_timestamp())
    )

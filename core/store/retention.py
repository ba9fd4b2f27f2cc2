"""Removing what has been over for long, a page at a time. What is open, waits, or tells a repeat from news stays.

Rows are looked through by their numbers, so that every statement is bounded however large a table has grown. Pages end
where everything is younger: numbers are given in the order in which rows arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, text

from core.store.tables import actions, alerts, deliveries, records, signals, surges, tickets, timeline, unknowns

_LOCK = 0x4B656570
"""So that of several sweepers one works at a time; the others find nothing to do."""

HEARD_FOR = timedelta(days=14)
"""For so long it is known what platforms told of their records; longer where polling has fallen behind."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows by their numbers: the `last` one's, which of them may be removed, and whether more may come."""

    last: int
    ids: Sequence[int]
    more: bool


@dataclass(frozen=True, slots=True)
class Ages:
    """The moments (UTC, policy's time) before which what is over is removed; None: it is kept for ever.

    `deliveries` are those that were applied or declined, `failed` those that nobody understood or that failed: they
    wait to be replayed. `tickets` goes by a closed ticket's last change, `unknowns` by when one was last met.
    """

    deliveries: datetime | None = None
    failed: datetime | None = None
    tickets: datetime | None = None
    unknowns: datetime | None = None


_DELIVERIES = text("""
    WITH page AS (SELECT id, status, received_at FROM deliveries WHERE id > :after ORDER BY id LIMIT :limit)
    SELECT max(id) AS last, array_agg(id ORDER BY id)
            FILTER (WHERE status IN ('applied', 'declined') AND received_at < CAST(:deliveries AS timestamptz)
                OR status IN ('unmapped', 'failed') AND received_at < CAST(:failed AS timestamptz)) AS ids,
        bool_or(received_at < greatest(CAST(:deliveries AS timestamptz), CAST(:failed AS timestamptz))) AS more
    FROM page
""")

_TICKETS = text("""
    WITH page AS (SELECT id, state, opened_at, updated_at FROM tickets WHERE id > :after ORDER BY id LIMIT :limit)
    SELECT max(id) AS last, bool_or(opened_at < :tickets) AS more, array_agg(id ORDER BY id)
        FILTER (WHERE state IN ('closed', 'canceled') AND updated_at < :tickets) AS ids
    FROM page
""")

_UNKNOWNS = text("""
    WITH page AS (SELECT id, last_at FROM unknowns WHERE id > :after ORDER BY id LIMIT :limit)
    SELECT max(id) AS last, count(*) = :limit AS more,
        array_agg(id ORDER BY id) FILTER (WHERE last_at < :unknowns) AS ids
    FROM page
""")

# A ticket is over when nothing of it runs, waits or could come again: an alert that still fires is repeated by its
# source, and must find its ticket. A major incident outlasts what it gathered, and while it is open nothing of it goes.
_OVER = text("""
    SELECT id FROM tickets AS one WHERE id = ANY(:ids) AND state IN ('closed', 'canceled') AND updated_at < :tickets
    AND NOT body @? '$.alerts[*] ? (@.firing == true)'
    AND NOT EXISTS (SELECT FROM timers WHERE timers.ticket_id = one.id)
    AND NOT EXISTS (SELECT FROM signals WHERE signals.ticket_id = one.id AND status = 'waiting')
    AND NOT EXISTS (SELECT FROM actions WHERE actions.ticket_id = one.id
        AND status IN ('pending', 'sent', 'held', 'gathered'))
    AND NOT EXISTS (SELECT FROM shift_changes WHERE shift_changes.ticket_id = one.id)
    AND NOT EXISTS (SELECT FROM surges WHERE surges.ticket_id = one.id AND ended_at IS NULL)
    AND NOT EXISTS (SELECT FROM tickets AS child WHERE child.parent = one.id)
    AND NOT EXISTS (SELECT FROM tickets AS major WHERE major.id = one.parent AND major.is_open)
    ORDER BY id
""")
_OVER_LOCKED = text(f"{_OVER.text} FOR UPDATE SKIP LOCKED")

_OF_TICKETS = (actions, timeline, signals, records, alerts, surges)
"""What goes with a ticket. Timers and shift changes have kept it."""

_SETTLED = ("applied", "declined", "unmapped", "failed")


def alone(connection: Connection) -> bool:
    """Whether nobody else removes anything until this transaction ends."""
    return bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}).scalar_one())


def deliveries_page(connection: Connection, ages: Ages, after: int, limit: int) -> Page:
    """Deliveries from that number on, and which of them have been kept long enough."""
    moments = {"deliveries": ages.deliveries, "failed": ages.failed}
    return _page(connection, _DELIVERIES, moments, after, limit)


def tickets_page(connection: Connection, ages: Ages, after: int, limit: int) -> Page:
    """Tickets from that number on, and which of them are over for long enough with everything that hangs on them."""
    page = _page(connection, _TICKETS, {"tickets": ages.tickets}, after, limit)
    over = connection.execute(_OVER, {"ids": list(page.ids), "tickets": ages.tickets}).scalars().all()
    return Page(page.last, over, page.more)


def unknowns_page(connection: Connection, ages: Ages, after: int, limit: int) -> Page:
    """What nobody has a word for, from that number on, and what was not met again for long enough."""
    return _page(connection, _UNKNOWNS, {"unknowns": ages.unknowns}, after, limit)


def remove_deliveries(connection: Connection, ages: Ages, ids: Sequence[int]) -> int:
    """Remove those, but none that is to be looked at again meanwhile; returns how many."""
    oldest = max(one for one in (ages.deliveries, ages.failed) if one)
    settled = deliveries.c.id.in_(ids) & deliveries.c.status.in_(_SETTLED) & (deliveries.c.received_at < oldest)
    return connection.execute(delete(deliveries).where(settled)).rowcount


def remove_tickets(connection: Connection, ages: Ages, ids: Sequence[int]) -> int:
    """Remove those that are still over, with all that is theirs; one that is being stepped stays for now."""
    over = connection.execute(_OVER_LOCKED, {"ids": list(ids), "tickets": ages.tickets}).scalars().all()
    for table in _OF_TICKETS:
        connection.execute(delete(table).where(table.c.ticket_id.in_(over)))
    return connection.execute(delete(tickets).where(tickets.c.id.in_(over))).rowcount


def remove_unknowns(connection: Connection, ages: Ages, ids: Sequence[int]) -> int:
    """Remove those that were not met again meanwhile; returns how many."""
    settled = unknowns.c.id.in_(ids) & (unknowns.c.last_at < ages.unknowns)
    return connection.execute(delete(unknowns).where(settled)).rowcount


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that is removed, by the field of `Ages` that says when, and how."""

    page: Callable[[Connection, Ages, int, int], Page]
    remove: Callable[[Connection, Ages, Sequence[int]], int]
    rows: int
    """So many are looked through in one go."""


KINDS: Mapping[str, Kind] = {
    "deliveries": Kind(deliveries_page, remove_deliveries, 1000),
    "tickets": Kind(tickets_page, remove_tickets, 200),
    "unknowns": Kind(unknowns_page, remove_unknowns, 1000),
}


_FORGET = text("""
    DELETE FROM heard WHERE (platform, record_id) IN (
        SELECT platform, record_id FROM heard
        WHERE at < least(clock_timestamp() - :kept, (SELECT min(at) - interval '1 day' FROM watermarks))
        ORDER BY at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
_FORGET_COMMENTS = text("""
    DELETE FROM heard_comments WHERE (platform, record_id, comment_id) IN (
        SELECT platform, record_id, comment_id FROM heard_comments
        WHERE at < least(clock_timestamp() - :kept, (SELECT min(at) - interval '1 day' FROM watermarks))
        ORDER BY at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")


def forget_heard(connection: Connection, limit: int) -> int:
    """Remove what platforms told so long ago that no pass of polling comes to it any more; returns how much."""
    return sum(
        connection.execute(one, {"kept": HEARD_FOR, "limit": limit}).rowcount for one in (_FORGET, _FORGET_COMMENTS)
    )


def on_disk(connection: Connection, table: str) -> int:
    """Bytes that a table takes, with its indexes and what is stored beside it."""
    query = text("SELECT pg_total_relation_size(CAST(:table AS regclass))")
    return int(connection.execute(query, {"table": table}).scalar_one())


def _page(
    connection: Connection, query: object, moments: Mapping[str, datetime | None], after: int, limit: int
) -> Page:
    row = connection.execute(query, {**moments, "after": after, "limit": limit}).one()  # type: ignore[call-overload]
    return Page(row.last or after, row.ids or (), bool(row.more))

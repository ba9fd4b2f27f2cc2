"""What people look at: the board, the ledgers, a ticket's history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, func, literal, select, text, union_all

from core.desk import COUNTED_TO, ActionRow, DeliveryRow, PlatformHealth, WriteBack
from core.model import Action, ActionStatus, DeliveryStatus, Entry, EntryKind, Reason, ReasonCode, State, Ticket, Verb
from core.policy import Roster
from core.store.codec import from_json
from core.store.tables import actions, breakers, deliveries, tickets, timeline

_SHOWN = ("state", "severity", "team", "assignee")


def version(connection: Connection) -> str:
    """A text that changes whenever any transaction has written anything, and never otherwise.

    PostgreSQL's own snapshot: its end moves when a transaction that wrote begins to count, and its list of running ones
    when one ends (https://www.postgresql.org/docs/current/functions-info.html, pg_current_snapshot).
    """
    return str(connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())


def board(connection: Connection, limit: int) -> list[Ticket]:
    """The open tickets, those that need someone most first: by their standing, then by the time left.

    What a major incident gathers stands behind that one alone.
    """
    order = (tickets.c.standing, tickets.c.deadline, tickets.c.severity, tickets.c.id)
    query = select(tickets.c.body).where(tickets.c.is_open, ~tickets.c.gathered).order_by(*order).limit(limit)
    return [from_json(row.body, Ticket) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many tickets the board stands for, how many of them need someone now, and how many of those are late."""

    total: int
    needing: int
    late: int


def tally(connection: Connection, now: datetime) -> Tally:
    """What the board stands for at `now` (the policy's time), each count up to `COUNTED_TO`.

    By the board's own index, a range for each: what is beyond that is not looked at.
    """
    standing, past = tickets.c.standing, tickets.c.deadline <= now
    parts = {
        "total": literal(True),
        "missed": standing == 0,
        "asked": standing == 1,
        "asked_late": (standing == 1) & past,
        "warned_late": (standing == 2) & past,
        "taken_late": (standing == 3) & past,
    }
    row = connection.execute(select(*(_open_up_to(part).label(name) for name, part in parts.items()))).one()
    taken_late = row.warned_late + row.taken_late
    needing, late = row.missed + row.asked + taken_late, row.missed + row.asked_late + taken_late
    return Tally(row.total, min(needing, COUNTED_TO), min(late, COUNTED_TO))


def _open_up_to(chosen: ColumnElement[bool]) -> ScalarSelect[int]:
    found = select(literal(1)).select_from(tickets).where(tickets.c.is_open, ~tickets.c.gathered, chosen)
    return _up_to(found)


def _up_to(found: Select[Any]) -> ScalarSelect[int]:
    """How many rows are found, up to `COUNTED_TO`."""
    return select(func.count()).select_from(found.limit(COUNTED_TO).subquery()).scalar_subquery()


def left_behind(connection: Connection, version: int) -> list[int]:
    """The open tickets that run under another version of the policy than that, oldest first."""
    other = tickets.c.body["policy_version"].as_integer() != version
    return list(
        connection.execute(select(tickets.c.id).where(tickets.c.is_open, other).order_by(tickets.c.id)).scalars()
    )


def newest_tickets(connection: Connection, state: State | None, limit: int) -> list[Ticket]:
    """Tickets, newest first: open ones, or those of a state.

    The newest of each open state and then of all: each by its index, so that what was closed since is not looked at.
    """
    states = [one for one in State if one.is_open] if state is None else [state]
    newest = union_all(*(_newest_of(one, limit) for one in states)).subquery()
    query = select(tickets.c.body).where(tickets.c.id.in_(select(newest.c.id)))
    return [from_json(row.body, Ticket) for row in connection.execute(query.order_by(tickets.c.id.desc()).limit(limit))]


def _newest_of(state: State, limit: int) -> Select[Any]:
    newest = select(tickets.c.id).where(tickets.c.state == state.value).order_by(tickets.c.id.desc()).limit(limit)
    return select(newest.subquery().c.id)


def write_backs(connection: Connection, ids: Iterable[int]) -> dict[int, WriteBack]:
    """Whether the platforms have what each ticket decided; a ticket without an entry has nothing to write."""
    mine = actions.c.ticket_id.in_(list(ids)) & (actions.c.verb != Verb.NOTIFY.value) & (actions.c.status != "shadow")
    query = select(
        actions.c.ticket_id,
        func.bool_or(actions.c.status == "dead").label("failed"),
        func.bool_or(actions.c.status.in_(("pending", "sent"))).label("waiting"),
    )
    rows = connection.execute(query.where(mine).group_by(actions.c.ticket_id))
    return {row.ticket_id: "failed" if row.failed else "waiting" if row.waiting else "in step" for row in rows}


def last_delivery(connection: Connection) -> tuple[datetime | None, str]:
    """When the last delivery came, and from where."""
    row = connection.execute(
        select(deliveries.c.received_at, deliveries.c.source).order_by(deliveries.c.id.desc()).limit(1)
    ).one_or_none()
    return (row.received_at, row.source) if row else (None, "")


def health(connection: Connection, platforms: Iterable[str]) -> tuple[PlatformHealth, ...]:
    """How each platform stands; what waits is counted where a breaker is open."""
    rows = connection.execute(select(breakers.c.platform, breakers.c.open_since))
    since = {row.platform: row.open_since for row in rows if row.open_since is not None}
    queued = _waiting(connection) if since else {}
    return tuple(
        PlatformHealth(name, since.get(name), queued.get(name, 0) if name in since else 0) for name in sorted(platforms)
    )


def _waiting(connection: Connection) -> dict[str, int]:
    """What waits for each platform, among the first that wait."""
    first = select(actions.c.platform).where(actions.c.status.in_(("pending", "sent"))).limit(COUNTED_TO).subquery()
    counts = select(first.c.platform, func.count().label("many")).group_by(first.c.platform)
    return {row.platform: row.many for row in connection.execute(counts)}


def count_status(connection: Connection, kind: str, status: str) -> int:
    """How many deliveries or actions stand at a status, up to `COUNTED_TO`."""
    table = deliveries if kind == "deliveries" else actions
    return connection.execute(select(_up_to(select(table.c.id).where(table.c.status == status)))).scalar_one()


def entries(connection: Connection, ticket_id: int) -> tuple[Entry, ...]:
    """A ticket's timeline, oldest first."""
    rows = connection.execute(select(timeline).where(timeline.c.ticket_id == ticket_id).order_by(timeline.c.id))
    return tuple(entry(row) for row in rows)


def entry(row: Row[Any]) -> Entry:
    """A line of a timeline, from its row."""
    return Entry(
        at=row.at,
        kind=EntryKind(row.kind),
        by=row.by,
        reason=Reason(ReasonCode[row.reason.upper()], row.facts),
        operation_id=row.operation_id,
        detail=row.detail,
    )


def action_rows(
    connection: Connection,
    *,
    ticket_id: int | None = None,
    action_id: int | None = None,
    status: ActionStatus | None = None,
    limit: int = 100,
    roster: Roster | None = None,
) -> list[ActionRow]:
    """Lines of the ledger, newest first; people and teams go by the names of the roster."""
    query = select(actions)
    if ticket_id is not None:
        query = query.where(actions.c.ticket_id == ticket_id)
    if action_id is not None:
        query = query.where(actions.c.id == action_id)
    if status is not None:
        query = _of_status(query, status)
    found = connection.execute(query.order_by(actions.c.id.desc()).limit(limit))
    return [_action(row, roster or Roster()) for row in found]


def _of_status(query: Select[Any], status: ActionStatus) -> Select[Any]:
    if status is ActionStatus.CONFIRMED:
        return query.where(actions.c.status == "done", actions.c.confirmed)
    if status is ActionStatus.DONE:
        return query.where(actions.c.status == "done", ~actions.c.confirmed)
    return query.where(actions.c.status == status.value)


def _action(row: Row[Any], roster: Roster) -> ActionRow:
    action = from_json(row.body, Action)
    status = ActionStatus(row.status)
    if status is ActionStatus.DONE and row.confirmed:
        status = ActionStatus.CONFIRMED
    person = (action.notice.channel or roster.name(action.notice.person)) if action.notice else ""
    waits = status in {ActionStatus.PENDING, ActionStatus.SENT}
    return ActionRow(
        id=row.id,
        operation_id=row.operation_id,
        ticket_id=row.ticket_id,
        verb=action.verb,
        target=person or action.platform,
        summary=_summary(action, roster),
        status=status,
        attempts=row.attempts,
        error=row.error,
        created_at=row.created_at,
        next_attempt_at=row.attempt_at if waits else None,
        why=action.reason.sentence,
        told_at=row.told_at,
        held_until=row.held_until if status is ActionStatus.HELD else None,
        held_because=row.held_because if status is ActionStatus.HELD else "",
        audience=action.notice.audience if action.notice else "",
        moment=action.notice.moment if action.notice else "",
        language=action.notice.language if action.notice else "",
        digest=str(row.digest_id or ""),
    )


def _summary(action: Action, roster: Roster) -> str:
    if action.notice:
        return action.notice.headline
    said = action.changes.said()
    said |= {"team": roster.team_name(said.get("team", "")), "assignee": roster.name(said.get("assignee", ""))}
    shown = [f"{name} {said[name]}".replace("_", " ") for name in _SHOWN if said.get(name)]
    return ", ".join([*shown, *(["a note"] if action.changes.comments else [])])


def delivery_rows(connection: Connection, status: DeliveryStatus | None, limit: int) -> list[DeliveryRow]:
    """Deliveries, newest first, without their bodies."""
    columns = [column for column in deliveries.c if column.name != "body"]
    query: Select[Any] = select(*columns, func.length(deliveries.c.body).label("size"))
    if status is not None:
        query = query.where(deliveries.c.status == status.value)
    return [_delivery(row) for row in connection.execute(query.order_by(deliveries.c.id.desc()).limit(limit))]


def _delivery(row: Row[Any]) -> DeliveryRow:
    return DeliveryRow(
        id=row.id,
        source=row.source,
        status=DeliveryStatus(row.status),
        received_at=row.received_at,
        size=row.size,
        error=row.error,
        summary=_told(row.outcome),
    )


def _told(outcome: Sequence[Mapping[str, Any]]) -> str:
    parts = []
    for part in outcome:
        ticket = f"#{part['ticket']} " if "ticket" in part else ""
        parts.append(ticket + str(part.get("reason") or part.get("error") or part.get("declined") or ""))
    return " ".join(parts)

"""What steps decided about the ledger: new actions put on it, older ones withdrawn, released, confirmed, overtaken.

For many tickets at once, and for each as if it were alone: what a ticket's later step decides may concern what its
earlier one has put there. So the first of each ticket's decisions are written together, then the second, and so on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    Update,
    any_,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from core.model import Action, ActionStatus, Severity, Ticket, Verb
from core.store import many, workload
from core.store.codec import from_json, to_json
from core.store.stepped import Stepped
from core.store.tables import actions

_COLUMNS = (
    "operation_id",
    "ticket_id",
    "verb",
    "lane",
    "platform",
    "severity",
    "body",
    "status",
    "created_at",
    "recipient",
    "held_until",
    "held_because",
    "held_by",
    "trace",
)
_INSERT = many.inserting(actions, _COLUMNS)


def _says(name: str, *, otherwise: bool) -> ColumnElement[bool]:
    """What a notice on the ledger says of itself; its JSON leaves out what is as usual."""
    return func.coalesce(actions.c.body["notice"][name].as_boolean(), otherwise)


_LAPSES = _says("passing", otherwise=False) | (
    _says("offers_acknowledge", otherwise=True) & ~_says("informs", otherwise=False)
)
"""`Notice.lapses`, for the database: of no use once somebody has taken the ticket."""

_CONFIRM = text("""
    UPDATE actions SET confirmed = true
    FROM unnest(CAST(:tickets AS bigint[]), CAST(:lanes AS text[])) AS told (ticket_id, lane)
    WHERE actions.ticket_id = told.ticket_id AND actions.lane = told.lane
    AND actions.status IN ('sent', 'done') AND actions.confirmed IS FALSE
""")
"""The lanes are the tickets'; naming those keeps the whole ledger's history from being read."""


def write(connection: Connection, steps: Iterable[Stepped]) -> None:
    """Write what these steps decided about the ledger; their tickets must be there, and locked."""
    by_ticket: dict[int, list[Stepped]] = defaultdict(list)
    for one in steps:
        if _decides(one):
            by_ticket[one.ticket.id].append(one)
    for turn in zip_longest(*by_ticket.values()):
        _write(connection, [one for one in turn if one is not None])


def _decides(one: Stepped) -> bool:
    outcome = one.outcome
    asked = outcome.withdraw_notices or outcome.release_notices or outcome.confirms or outcome.turn
    return bool(asked or outcome.actions or one.into_shadow)


def _write(connection: Connection, steps: Sequence[Stepped]) -> None:
    """What one step of each of these tickets decided."""
    _each(connection, _withdraw, [one.ticket.id for one in steps if one.outcome.withdraw_notices])
    _each(connection, _release, [one.ticket.id for one in steps if one.outcome.release_notices])
    confirm(connection, [(one.ticket.id, lane) for one in steps for lane in one.outcome.confirms])
    workload.take_turns(connection, [(one.outcome.turn, one.ticket.shadow) for one in steps if one.outcome.turn])
    _each(connection, _shadow, [one.ticket.id for one in steps if one.into_shadow])
    written = [(one, action) for one in steps for action in one.outcome.actions]
    _supersede(connection, [action for one, action in written if not one.ticket.shadow])
    many.write(connection, _INSERT, [_row(action, one.ticket, one.trace) for one, action in written])


def _each(connection: Connection, change: Callable[[list[int]], Update], tickets: list[int]) -> None:
    if tickets:
        connection.execute(change(tickets))


def _withdraw(tickets: list[int]) -> Update:
    """Take back what tickets ask of people and no worker has taken up yet; what only informs them still goes out."""
    still = actions.c.status.in_(("pending", "held", "gathered"))
    waiting = _of(tickets) & (actions.c.verb == "notify") & still
    return update(actions).where(waiting, _LAPSES).values(status=ActionStatus.SUPERSEDED.value)


def _shadow(tickets: list[int]) -> Update:
    """Tickets go into the shadow: what of them no worker has taken up is only what would have been done."""
    waiting = _of(tickets) & actions.c.status.in_(("pending", "held", "gathered"))
    return update(actions).where(waiting).values(status=ActionStatus.SHADOW.value)


def _release(tickets: list[int]) -> Update:
    """Send what tickets ask of people and is held back, at once."""
    held = _of(tickets) & (actions.c.status == "held")
    values = {"status": ActionStatus.PENDING.value, "attempt_at": func.clock_timestamp(), "held_until": None}
    return update(actions).where(held, _LAPSES).values(**values)


def _of(tickets: list[int]) -> ColumnElement[bool]:
    return actions.c.ticket_id == any_(literal(tickets, ARRAY(BigInteger)))


def confirm(connection: Connection, told: Sequence[tuple[int, str]]) -> None:
    """Platforms' own webhooks told of our writes, each a ticket's in a lane: they have arrived, whether or not the
    answers came.
    """
    if told:
        connection.execute(_CONFIRM, {"tickets": [one for one, _ in told], "lanes": [lane for _, lane in told]})


def add(connection: Connection, new: Sequence[Action], severity: Severity, now: datetime) -> None:
    """Put actions on the ledger beside those that steps decide. What an older one of the lane has not sent yet gives
    way to what is newer.
    """
    _supersede(connection, new)
    many.write(connection, _INSERT, [_values(one, severity, now) for one in new])


def _row(action: Action, ticket: Ticket, trace: str | None) -> dict[str, Any]:
    values = _values(action, ticket.severity, ticket.updated_at, shadow=ticket.shadow)
    return {**values, "trace": trace}


def _values(action: Action, severity: Severity, now: datetime, *, shadow: bool = False) -> dict[str, Any]:
    return {
        **_holding(action, shadow=shadow),
        "operation_id": action.operation_id,
        "ticket_id": action.ticket_id,
        "verb": action.verb.value,
        "lane": action.lane,
        "platform": action.platform,
        "severity": severity.rank,
        "body": to_json(action),
        "created_at": now.isoformat(),
    }


def _holding(action: Action, *, shadow: bool) -> dict[str, Any]:
    """Whether an action may be taken up at once, and for whom it is; those of a shadowed ticket never are."""
    notice = action.notice
    until = notice.not_before if notice else None
    status = ActionStatus.HELD if until else ActionStatus.PENDING
    return {
        "status": (ActionStatus.SHADOW if shadow else status).value,
        "recipient": notice.recipient if notice else "",
        "held_until": until.isoformat() if until else None,
        "held_because": notice.held if notice else "",
        "held_by": "quiet" if until else "",
    }


def _supersede(connection: Connection, new: Sequence[Action]) -> None:
    """What a write has not sent yet gives way to what a newer one of its lane says."""
    newer = {one.lane: one for one in new if one.verb is Verb.WRITE_RECORD}
    if not newer:
        return
    for number, older in _unsent(connection, list(newer)):
        left = older.changes.superseded_by(newer[older.lane].changes)
        values: dict[str, Any] = {"body": to_json(replace(older, changes=left))}
        if left.is_empty:
            values = {"status": ActionStatus.SUPERSEDED.value}
        connection.execute(update(actions).where(actions.c.id == number).values(values))


def _unsent(connection: Connection, lanes: list[str]) -> Iterator[tuple[int, Action]]:
    """The writes that wait in those lanes, by id; what a worker takes up at this moment is not among them."""
    mine = (actions.c.lane == any_(literal(lanes, ARRAY(Text)))) & (actions.c.status == "pending")
    query = select(actions.c.id, actions.c.body).where(mine, actions.c.verb == Verb.WRITE_RECORD.value)
    for row in connection.execute(query.order_by(actions.c.id).with_for_update(skip_locked=True)).all():
        yield row.id, from_json(row.body, Action)

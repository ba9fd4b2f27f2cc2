"""The write-back ledger: actions waiting, sent, done, dead.

`core.store.decided` puts them there, `core.store.claims` tells how workers take them up.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from core.model import Action, ActionStatus, Verb
from core.store.codec import from_json, to_json
from core.store.tables import actions

_WAITING = ("pending", "sent")


def ticket_of(connection: Connection, operation_id: str) -> int | None:
    """The ticket for which an operation was made."""
    if not operation_id:
        return None
    query = select(actions.c.ticket_id).where(actions.c.operation_id == operation_id)
    return connection.execute(query).scalar_one_or_none()


def replay(connection: Connection, action_id: int) -> None:
    """Try a dead action again now, looking first whether it was done. What newer writes say stays theirs."""
    row = connection.execute(select(actions).where(actions.c.id == action_id).with_for_update()).one()
    if row.status != ActionStatus.DEAD.value:
        return
    action = from_json(row.body, Action)
    for newer in _newer_writes(connection, row):
        action = replace(action, changes=action.changes.superseded_by(newer.changes))
    values: dict[str, Any] = {"status": ActionStatus.PENDING.value, "body": to_json(action)}
    values |= {"attempts": 0, "look_first": True, "attempt_at": func.clock_timestamp()}
    connection.execute(update(actions).where(actions.c.id == action_id).values(values))


def _newer_writes(connection: Connection, row: Row[Any]) -> list[Action]:
    """The writes to the same record that came after a write and were, or will be, carried out."""
    alive = actions.c.status.in_((*_WAITING, ActionStatus.DONE.value)) & (actions.c.id > row.id)
    same = (actions.c.ticket_id == row.ticket_id) & (actions.c.lane == row.lane) & (actions.c.verb == row.verb)
    query = select(actions.c.body).where(alive, same, actions.c.verb == Verb.WRITE_RECORD.value)
    return [from_json(body, Action) for body in connection.execute(query).scalars()]


def are_waiting(connection: Connection) -> bool:
    """Whether a worker has something to take up."""
    due = actions.c.status.in_(_WAITING) & (actions.c.attempt_at <= func.statement_timestamp())
    return connection.execute(select(actions.c.id).where(due).limit(1)).first() is not None

"""The write-back ledger: actions waiting, sent, done, dead; claimed one at a time for each lane.

`core.store.decided` puts them there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, text, update

from core.model import Action, ActionStatus, Verb
from core.store.codec import UnreadableError, from_json, to_json
from core.store.tables import actions

_WAITING = ("pending", "sent")
LEFT_FOR = timedelta(minutes=1)
"""For so long a version that cannot read what an action says leaves it to others."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An action that a worker has taken up. `look_first`: an earlier attempt may have succeeded unheard.

    `decided_at` is when it was put on the ledger, by the policy's time; None where it was held back since. `trace` is
    the place in a trace at which that was.
    """

    id: int
    action: Action
    attempts: int
    look_first: bool
    decided_at: datetime | None = None
    trace: str = ""


def ticket_of(connection: Connection, operation_id: str) -> int | None:
    """The ticket for which an operation was made."""
    if not operation_id:
        return None
    query = select(actions.c.ticket_id).where(actions.c.operation_id == operation_id)
    return connection.execute(query).scalar_one_or_none()


# The first of its lane, the lane's platform not cut off; the worst severity first. A row that is 'sent' and due again
# is one whose worker died: its work may have been done. Both conditions are asked as a yes or no for each row, not with
# NOT EXISTS: PostgreSQL would make joins of those and sort all that wait, where it can walk actions_next and stop at
# the first row that may be taken.
_CLAIM = text("""
    UPDATE actions SET
        status = 'sent', attempts = attempts + 1, attempt_at = clock_timestamp() + :lease,
        look_first = look_first OR status = 'sent'
    WHERE id = (
        SELECT id FROM actions AS candidate
        WHERE status IN ('pending', 'sent') AND attempt_at <= statement_timestamp()
        AND verb = ANY(:verbs)
        AND COALESCE((
            SELECT false FROM actions AS earlier
            WHERE earlier.lane = candidate.lane AND earlier.id < candidate.id AND earlier.status IN ('pending', 'sent')
            LIMIT 1
        ), true)
        AND COALESCE((
            SELECT open_until <= statement_timestamp() FROM breakers WHERE breakers.platform = candidate.platform
        ), true)
        ORDER BY severity, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING *
""")


def claim(connection: Connection, lease: timedelta, only: Verb | None = None) -> Claimed | None:
    """Take up the next action, or the next of one verb.

    Nobody else takes it, or another of its lane, until it ends or the lease runs out. What only a newer Rung can read
    is left to it.
    """
    verbs = [only.value] if only else [verb.value for verb in Verb]
    while row := connection.execute(_CLAIM, {"lease": lease, "verbs": verbs}).one_or_none():
        try:
            return _claimed(row)
        except UnreadableError as error:
            values = {"status": "pending", "attempts": row.attempts - 1, "error": str(error)}
            later = func.clock_timestamp() + LEFT_FOR
            connection.execute(update(actions).where(actions.c.id == row.id).values(**values, attempt_at=later))
    return None


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(
        id=row.id,
        action=from_json(row.body, Action),
        attempts=row.attempts,
        look_first=row.look_first,
        decided_at=None if row.held_by else row.created_at,
        trace=row.trace or "",
    )


def renew(connection: Connection, claimed: Claimed, lease: timedelta) -> None:
    """Have a claim run on, if it is still ours."""
    mine = (actions.c.id == claimed.id) & (actions.c.status == "sent") & (actions.c.attempts == claimed.attempts)
    connection.execute(update(actions).where(mine).values(attempt_at=func.clock_timestamp() + lease))


def is_still_claimed(connection: Connection, claimed: Claimed) -> bool:
    """Whether the claim is still ours; locks the row. Another worker may have taken it up after the lease ran out."""
    query = select(actions.c.attempts, actions.c.status).where(actions.c.id == claimed.id).with_for_update()
    row = connection.execute(query).one()
    return bool(row.status == "sent" and row.attempts == claimed.attempts)


def finish(connection: Connection, action_id: int, status: ActionStatus, error: str = "") -> None:
    """Say how an action ended."""
    connection.execute(update(actions).where(actions.c.id == action_id).values(status=status.value, error=error))


def postpone(
    connection: Connection, claimed: Claimed, delay: timedelta, error: str, *, look_first: bool, burn: bool
) -> None:
    """Try an action again later. `burn` counts the attempt; otherwise it was the platform's fault alone."""
    values = {
        "status": "pending",
        "attempt_at": func.clock_timestamp() + delay,
        "error": error,
        "look_first": look_first,
        "attempts": claimed.attempts if burn else claimed.attempts - 1,
    }
    connection.execute(update(actions).where(actions.c.id == claimed.id).values(values))


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

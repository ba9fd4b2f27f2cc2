"""Taking actions up from the write-back ledger, many at once, and what a worker does with its claims."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, text, update

from core.model import Action, ActionStatus, Verb
from core.store import leases
from core.store.codec import UnreadableError, from_json
from core.store.tables import actions

LEFT_FOR = timedelta(minutes=1)
"""For so long a version that cannot read what an action says leaves it to others."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An action that a worker has taken up. `look_first`: an earlier attempt may have succeeded unheard.

    `decided_at` is when it was put on the ledger, by the policy's time; None where it was held back since. `trace` is
    the place in a trace at which that was. `is_let_through`: a notice of which it was decided before that it goes out.
    """

    id: int
    action: Action
    attempts: int
    look_first: bool
    decided_at: datetime | None = None
    trace: str = ""
    is_let_through: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How a claimed action ended: done or dead, with the error's sentence."""

    claimed: Claimed
    status: ActionStatus
    error: str = ""


# The places are the platforms for which something waits, each found by one look into the index, and "" for messages.
# Of each the first ones in the order of its turn, as many as it has room for: that of one which is cut off is 0, and 1
# for whoever tries one whose pause is over. Of a lane only the first may be taken. A row that is 'sent' and due again
# is one whose worker died: its work may have been done. The lane is asked as a yes or no for each row, not with
# NOT EXISTS: PostgreSQL would make a join of that and sort all that wait, where it can walk actions_turn and stop. So
# is the array an array: PostgreSQL would read the whole ledger to join it with what it takes for many rows.
_CLAIM = text("""
    WITH RECURSIVE places AS (
        (SELECT platform FROM actions WHERE status IN ('pending', 'sent') ORDER BY platform LIMIT 1)
        UNION ALL
        SELECT (
            SELECT next.platform FROM actions AS next
            WHERE next.status IN ('pending', 'sent') AND next.platform > places.platform
            ORDER BY next.platform LIMIT 1
        ) FROM places WHERE places.platform IS NOT NULL
    ), rooms AS (
        SELECT places.platform, CASE
            WHEN breakers.open_until > statement_timestamp() THEN 0
            WHEN breakers.open_until IS NOT NULL THEN 1 - COALESCE(busy.count, 0)
            ELSE :room - COALESCE(busy.count, 0)
        END AS room
        FROM places
        LEFT JOIN breakers ON breakers.platform = places.platform
        LEFT JOIN unnest(CAST(:busy AS text[]), CAST(:counts AS int[])) AS busy (platform, count)
            ON busy.platform = places.platform
        WHERE places.platform IS NOT NULL AND (places.platform = '') = ANY(:notices)
    ), taken AS MATERIALIZED (
        SELECT first.id, first.platform FROM rooms CROSS JOIN LATERAL (
            SELECT candidate.id, candidate.platform, candidate.severity FROM actions AS candidate
            WHERE candidate.platform = rooms.platform
            AND candidate.status IN ('pending', 'sent') AND candidate.attempt_at <= statement_timestamp()
            AND candidate.verb = ANY(:verbs)
            AND COALESCE((
                SELECT false FROM actions AS earlier
                WHERE earlier.lane = candidate.lane AND earlier.id < candidate.id
                AND earlier.status IN ('pending', 'sent')
                LIMIT 1
            ), true)
            ORDER BY candidate.severity, candidate.id LIMIT GREATEST(rooms.room, 0) FOR UPDATE SKIP LOCKED
        ) AS first
        ORDER BY first.severity, first.id LIMIT :limit
    ), tried AS (
        UPDATE breakers SET open_until = clock_timestamp() + :lease
        WHERE open_until <= statement_timestamp() AND platform IN (SELECT platform FROM taken)
    )
    UPDATE actions SET
        status = 'sent', attempts = attempts + 1, attempt_at = clock_timestamp() + :lease,
        look_first = look_first OR status = 'sent'
    WHERE id = ANY(ARRAY(SELECT taken.id FROM taken))
    RETURNING *
""")


def claim(
    connection: Connection,
    lease: timedelta,
    *,
    room: int = 1,
    limit: int | None = None,
    busy: Mapping[str, int] | None = None,
    notices: Collection[bool] = (True, False),
) -> list[Claimed]:
    """Take up what comes next, the worst severity first: up to `room` actions for each platform, and of messages.

    `busy` says how many the worker has in hand there already; `limit` bounds them all together; `notices` says whether
    messages are wanted, and whether writes are. Nobody else takes them, or others of their lanes, until they end or
    the lease runs out. What only a newer Rung can read is left to it.
    """
    given = {
        "lease": lease,
        "room": room,
        "limit": limit,
        "busy": list(busy or {}),
        "counts": list((busy or {}).values()),
        "notices": list(notices),
        "verbs": [verb.value for verb in Verb],
    }
    while rows := connection.execute(_CLAIM, given).all():
        read = [_read(connection, row) for row in sorted(rows, key=lambda row: (row.severity, row.id))]
        if found := [one for one in read if one is not None]:
            return found
    return []


def _read(connection: Connection, row: Row[Any]) -> Claimed | None:
    """A claim from its row; what cannot be read is put back for others."""
    try:
        return Claimed(
            id=row.id,
            action=from_json(row.body, Action),
            attempts=row.attempts,
            look_first=row.look_first,
            decided_at=None if row.held_by else row.created_at,
            trace=row.trace or "",
            is_let_through=row.told_at is not None,
        )
    except UnreadableError as error:
        values = {"status": "pending", "attempts": row.attempts - 1, "error": str(error)}
        later = func.clock_timestamp() + LEFT_FOR
        connection.execute(update(actions).where(actions.c.id == row.id).values(**values, attempt_at=later))
        return None


_RENEW = leases.renewing(actions, "sent")
_FINISH = text("""
    UPDATE actions SET status = ended.status, error = ended.error
    FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS int[]), CAST(:statuses AS text[]), CAST(:errors AS text[]))
        AS ended (id, attempts, status, error)
    WHERE actions.id = ended.id AND actions.status = 'sent' AND actions.attempts = ended.attempts
    RETURNING actions.id
""")


def _mine(claimed: Sequence[Claimed]) -> dict[str, Any]:
    return {**leases.mine((one.id, one.attempts) for one in claimed)}


def renew(connection: Connection, claimed: Sequence[Claimed], lease: timedelta) -> None:
    """Have claims run on, those of them that are still ours. What is being finished at this moment is let be."""
    connection.execute(_RENEW, {**_mine(claimed), "lease": lease})


def is_still_claimed(connection: Connection, claimed: Claimed) -> bool:
    """Whether the claim is still ours; locks the row. Another worker may have taken it up after the lease ran out."""
    query = select(actions.c.attempts, actions.c.status).where(actions.c.id == claimed.id).with_for_update()
    row = connection.execute(query).one()
    return bool(row.status == "sent" and row.attempts == claimed.attempts)


def finish(connection: Connection, action_id: int, status: ActionStatus, error: str = "") -> None:
    """Say how an action ended."""
    connection.execute(update(actions).where(actions.c.id == action_id).values(status=status.value, error=error))


def finish_all(connection: Connection, ended: Sequence[Ended]) -> set[int]:
    """Say how many actions ended; returns whose claims were still ours, by id. Another worker may have taken one up."""
    given = {
        **_mine([one.claimed for one in ended]),
        "statuses": [one.status.value for one in ended],
        "errors": [one.error for one in ended],
    }
    return set(connection.execute(_FINISH, given).scalars())


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

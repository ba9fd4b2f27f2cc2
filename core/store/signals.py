"""What one ticket's step tells another: stored with the step, applied one after the other for each ticket."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Text, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from core.model import ChildChanged, Gathered, LikeCount, ParentChanged, Signal, SurgeOver
from core.store import leases, many
from core.store.codec import UnreadableError, from_json, to_json
from core.store.stepped import Stepped
from core.store.tables import signals, tickets
from core.trail import carried

_KINDS: Mapping[str, type[Signal]] = {
    "like_count": LikeCount,
    "gathered": Gathered,
    "parent_changed": ParentChanged,
    "child_changed": ChildChanged,
    "surge_over": SurgeOver,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_INSERT = many.inserting(signals, ("ticket_id", "kind", "body", "trace"))


@dataclass(frozen=True, slots=True)
class ClaimedSignal:
    """A signal that a worker has taken up, for the `attempts`-th time, as it is stored."""

    id: int
    ticket_id: int
    kind: str
    body: Mapping[str, Any]
    attempts: int
    trace: str = ""

    def read(self) -> Signal:
        """What it says; raises `ValueError` where this version of Rung does not understand it.

        It knows the kind, or it would not have taken it up: so this is not left to a newer one, which would hold up
        what the ticket is told next.
        """
        try:
            return from_json(self.body, _KINDS[self.kind])
        except UnreadableError as error:
            raise ValueError(str(error)) from error


def add(connection: Connection, steps: Iterable[Stepped]) -> None:
    """Store what steps tell other tickets, in their order; what one tells its children goes to all that its ticket
    now gathers.
    """
    rows: list[many.Row] = []
    for one in steps:
        rows += [
            {"ticket_id": other, "kind": _NAMES[type(signal)], "body": to_json(signal), "trace": one.trace}
            for other, signal in one.outcome.signals
        ]
        for signal in one.outcome.to_children:
            many.write(connection, _INSERT, rows)
            rows = []
            _tell_children(connection, one.ticket.id, signal, one.trace)
    many.write(connection, _INSERT, rows)


def _tell_children(connection: Connection, parent: int, signal: Signal, trace: str | None) -> None:
    told = literal(_NAMES[type(signal)]), literal(to_json(signal), JSONB), literal(trace, Text)
    children = select(tickets.c.id, *told).where(tickets.c.parent == parent, tickets.c.gathered)
    children = children.order_by(tickets.c.id)
    connection.execute(insert(signals).from_select(["ticket_id", "kind", "body", "trace"], children))


def send(connection: Connection, ticket_id: int, signal: Signal) -> None:
    """Store what a ticket is told that no step of another one says."""
    row = {"ticket_id": ticket_id, "kind": _NAMES[type(signal)], "body": to_json(signal), "trace": carried()}
    connection.execute(insert(signals), row)


# Of each ticket the first that waits, if it is due, and with it those after it up to the first that is not: a ticket is
# told things in the order in which they happened. Whoever has the first has locked it, and so has the others.
_CLAIM = text("""
    WITH firsts AS (
        SELECT id, ticket_id FROM signals AS candidate
        WHERE status = 'waiting' AND attempt_at <= statement_timestamp() AND kind = ANY(:kinds)
        AND COALESCE((
            SELECT false FROM signals AS earlier
            WHERE earlier.ticket_id = candidate.ticket_id AND earlier.id < candidate.id AND earlier.status = 'waiting'
            LIMIT 1
        ), true)
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), told AS (
        SELECT further.id, bool_and(further.ready) OVER (PARTITION BY firsts.ticket_id ORDER BY further.id) AS in_turn
        FROM firsts CROSS JOIN LATERAL (
            SELECT id, attempt_at <= statement_timestamp() AND kind = ANY(:kinds) AS ready FROM signals
            WHERE ticket_id = firsts.ticket_id AND id >= firsts.id AND status = 'waiting' ORDER BY id LIMIT :limit
        ) AS further
    )
    UPDATE signals SET attempts = attempts + 1, attempt_at = clock_timestamp() + :lease
    WHERE id IN (SELECT id FROM told WHERE in_turn ORDER BY id LIMIT :limit)
    RETURNING *
""")


def claim(connection: Connection, lease: timedelta, limit: int = 1) -> list[ClaimedSignal]:
    """Take up waiting signals, oldest first, those of one ticket in the order in which they were given.

    Nobody else takes them until the lease has run out; then they are anybody's again, for their worker has died. Kinds
    that only a newer Rung knows are left to it.
    """
    rows = connection.execute(_CLAIM, {"lease": lease, "limit": limit, "kinds": list(_KINDS)}).all()
    found = [ClaimedSignal(row.id, row.ticket_id, row.kind, row.body, row.attempts, row.trace or "") for row in rows]
    return sorted(found, key=lambda one: one.id)


_STRIKE = text("""
    DELETE FROM signals USING unnest(CAST(:ids AS bigint[]), CAST(:attempts AS integer[])) AS mine (id, attempts)
    WHERE signals.id = mine.id AND signals.attempts = mine.attempts AND signals.status = 'waiting' RETURNING signals.id
""")
_GIVE_BACK = text("""
    UPDATE signals SET attempts = signals.attempts - 1, attempt_at = clock_timestamp() + :delay
    FROM unnest(CAST(:ids AS bigint[]), CAST(:attempts AS integer[])) AS mine (id, attempts)
    WHERE signals.id = mine.id AND signals.attempts = mine.attempts AND signals.status = 'waiting'
""")


def strike(connection: Connection, claimed: Sequence[ClaimedSignal]) -> set[int]:
    """Strike out signals in the transaction that applies them; the ids of those that still were ours to apply."""
    return set(connection.execute(_STRIKE, _mine(claimed)).scalars())


def give_back(connection: Connection, claimed: Sequence[ClaimedSignal], delay: timedelta) -> None:
    """Have signals taken up again after that, the attempt not counted, as far as they are still ours."""
    connection.execute(_GIVE_BACK, {**_mine(claimed), "delay": delay})


def _mine(claimed: Sequence[ClaimedSignal]) -> dict[str, list[int]]:
    return leases.mine((one.id, one.attempts) for one in claimed)


def postpone(connection: Connection, claimed: ClaimedSignal, delay: timedelta, error: str) -> None:
    """Try a signal again later, unless another worker has taken it up meanwhile; the attempt counts."""
    values = {"attempt_at": func.clock_timestamp() + delay, "error": error}
    mine = (signals.c.id == claimed.id) & (signals.c.attempts == claimed.attempts)
    connection.execute(update(signals).where(mine).values(values))


def bury(connection: Connection, claimed: ClaimedSignal, error: str) -> None:
    """Give a signal up: it stays to be seen and replayed, and no longer holds up the next one."""
    mine = (signals.c.id == claimed.id) & (signals.c.attempts == claimed.attempts)
    connection.execute(update(signals).where(mine).values(status="dead", error=error))


def replay(connection: Connection) -> int:
    """Have every dead signal applied after all; returns how many there are."""
    values = {"status": "waiting", "attempts": 0, "attempt_at": func.clock_timestamp()}
    return connection.execute(update(signals).where(signals.c.status == "dead").values(values)).rowcount


def gathering(connection: Connection, ids: Collection[int]) -> set[int]:
    """Which of these tickets are about to be gathered by a major incident: nobody is called for them any more."""
    waiting = signals.c.ticket_id.in_(ids) & (signals.c.kind == "gathered") & (signals.c.status == "waiting")
    return set(connection.execute(select(signals.c.ticket_id).where(waiting)).scalars())


def are_waiting(connection: Connection) -> bool:
    """Whether a worker has something to take up."""
    due = (signals.c.status == "waiting") & (signals.c.attempt_at <= func.statement_timestamp())
    return connection.execute(select(signals.c.id).where(due).limit(1)).first() is not None


def count_dead(connection: Connection) -> int:
    """How many signals were given up."""
    dead = select(func.count()).select_from(signals).where(signals.c.status == "dead")
    return connection.execute(dead).scalar_one()

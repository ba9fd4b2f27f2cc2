"""How much waits, and for how long: what is asked of the database when the numbers are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

_WAITING = text("""
    SELECT 'delivery' AS work, count(*) AS many, min(attempt_at) AS since FROM deliveries WHERE status = 'received'
    UNION ALL
    SELECT CASE WHEN verb = 'notify' THEN 'notice' ELSE 'write_back' END, count(*), min(created_at)
    FROM actions WHERE status IN ('pending', 'sent') GROUP BY 1
    UNION ALL
    SELECT 'signal', count(*), min(attempt_at) FROM signals WHERE status = 'waiting'
""")
_TIMERS = text("SELECT count(*) AS many, min(due_at) AS since FROM timers WHERE due_at <= :now")
_ENDED = text("""
    SELECT 'dead_action' AS what, count(*) AS many FROM actions WHERE status = 'dead'
    UNION ALL SELECT status || '_delivery', count(*) FROM deliveries WHERE status IN ('unmapped', 'failed') GROUP BY 1
""")
_OPEN = text("SELECT severity, count(*) AS many FROM tickets WHERE is_open GROUP BY 1")
_BREAKERS = text("SELECT platform FROM breakers WHERE open_until IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many pieces of one kind of work wait, and since when the oldest does (UTC), None where none does."""

    many: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the whole at one moment.

    `waiting` goes by the kind of work, `ended` by what went wrong for good, `open` by severity (1 to 4); `broken` are
    the platforms that are left alone for now. Deliveries and signals wait by real time,
    everything else by the policy's.
    """

    waiting: Mapping[str, Waiting]
    ended: Mapping[str, int]
    open: Mapping[int, int]
    broken: frozenset[str]


def standing(connection: Connection, now: datetime) -> Standing:
    """How it stands; `now` is the policy's time."""
    waiting = {row.work: Waiting(row.many, row.since) for row in connection.execute(_WAITING)}
    timers = connection.execute(_TIMERS, {"now": now}).one()
    return Standing(
        waiting={**waiting, "timer": Waiting(timers.many, timers.since)},
        ended={row.what: row.many for row in connection.execute(_ENDED)},
        open={row.severity: row.many for row in connection.execute(_OPEN)},
        broken=frozenset(row.platform for row in connection.execute(_BREAKERS)),
    )

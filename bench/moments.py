"""When each delivery was applied: PostgreSQL notes the commit of the transaction that wrote a row last."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from bench.ground import GroundError
from bench.timing import percentile

Database = psycopg.Connection[TupleRow]

_APPLIED = """
    SELECT extract(epoch FROM received_at)::float8,
           extract(epoch FROM pg_xact_commit_timestamp(xmin) - received_at)::float8
    FROM deliveries WHERE id > %s AND status <> 'received'
"""
_WAITING = "SELECT 1 FROM deliveries WHERE status = 'received' LIMIT 1"
_UNSENT = "SELECT 1 FROM actions WHERE status IN ('pending', 'sent') LIMIT 1"


@dataclass(frozen=True, slots=True)
class Applied:
    """So many deliveries were applied within so many seconds from the first one's arrival; each one's wait, in ms."""

    count: int
    seconds: float
    waits: Sequence[float]

    @property
    def per_second(self) -> float:
        """Deliveries applied per second."""
        return self.count / self.seconds

    def wait(self, percent: float) -> float:
        """So many percent waited no longer, from being received until they were committed, in ms."""
        return percentile(self.waits, percent)


def last(connection: Database) -> int:
    """The latest delivery."""
    row = connection.execute("SELECT coalesce(max(id), 0) FROM deliveries").fetchone()
    return int(row[0]) if row else 0


def applied(connection: Database, after: int) -> Applied:
    """What was applied of the deliveries after that one; raises `GroundError` for nothing."""
    rows = connection.execute(_APPLIED, [after]).fetchall()
    if not rows:
        raise GroundError("no delivery was applied")
    began, ended = min(row[0] for row in rows), max(row[0] + row[1] for row in rows)
    return Applied(len(rows), ended - began, [row[1] * 1000 for row in rows])


def until_applied(connection: Database, seconds: float) -> None:
    """Wait until no delivery waits; raises `GroundError` after so many seconds."""
    _until_none(connection, _WAITING, seconds, "deliveries")


def until_sent(connection: Database, seconds: float) -> None:
    """Wait until no action is on its way; raises `GroundError` after so many seconds."""
    _until_none(connection, _UNSENT, seconds, "actions")


def _until_none(connection: Database, query: str, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while connection.execute(query).fetchone():
        if time.monotonic() > deadline:
            raise GroundError(f"{what} were still waiting after {seconds:.0f} seconds")
        time.sleep(0.05)

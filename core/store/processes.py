"""The processes that run, each by its own word: a row that it renews while it lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from core.status import ProcessRow
from core.store.tables import processes

_FORGOTTEN = timedelta(minutes=10)
"""A process that was killed is still shown for so long, as gone."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process as it tells of itself. `id` is its own for as long as it lives; `role` is web, worker, clock or mail;
    `version` is Rung's.
    """

    id: str
    role: str
    host: str
    pid: int
    version: str


def note(connection: Connection, process: Process, rounds: Mapping[str, float]) -> None:
    """A process lives; `rounds` says of each of its loops how many seconds ago it last came round."""
    row = {
        "id": process.id,
        "role": process.role,
        "host": process.host,
        "pid": process.pid,
        "version": process.version,
        "rounds": dict(rounds),
    }
    again = {"seen_at": func.clock_timestamp(), "rounds": row["rounds"]}
    connection.execute(upsert(processes).values(row).on_conflict_do_update(index_elements=["id"], set_=again))
    connection.execute(delete(processes).where(processes.c.seen_at < func.clock_timestamp() - _FORGOTTEN))


def leave(connection: Connection, process: Process) -> None:
    """A process ends in good order."""
    connection.execute(delete(processes).where(processes.c.id == process.id))


def every(connection: Connection) -> tuple[ProcessRow, ...]:
    """All of them, by role and the moment at which they began."""
    silent = (func.clock_timestamp() - processes.c.seen_at).label("silent")
    query = select(processes, silent).order_by(processes.c.role, processes.c.began_at, processes.c.id)
    return tuple(
        ProcessRow(
            role=row.role,
            host=row.host,
            pid=row.pid,
            version=row.version,
            began_at=row.began_at,
            silent=row.silent,
            rounds={name: row.silent + timedelta(seconds=ago) for name, ago in row.rounds.items()},
        )
        for row in connection.execute(query)
    )

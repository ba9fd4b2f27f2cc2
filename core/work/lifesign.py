"""The outward sign of life: sent for as long as Rung does its job, so that its absence tells somebody outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine

from core.ports import Clock
from core.status import WORK, QueueRow, unable
from core.store import backlog, lifesign, processes
from core.work.retry import never

log = structlog.get_logger()


@dataclass(slots=True)
class _Told:
    """What was last said of it in the log, so that it is said once."""

    error: str = ""


@dataclass(frozen=True, slots=True)
class Lifesign:
    """Sends it when it is due. Any number of processes may look: one of them sends.

    `send` sends it and returns "", or what went wrong, in a sentence without the address, which may hold a secret.
    """

    database: Engine
    clock: Clock
    every: timedelta
    send: Callable[[], str]
    told: _Told = field(default_factory=_Told)

    def drain(self, stopping: Callable[[], bool] = never) -> int:
        """Send it if it is due and Rung does its job; returns how many went out."""
        with self.database.begin() as connection:
            if stopping() or not lifesign.claim(connection, self.every):
                return 0
            withheld = why_unable(connection, self.clock())
        error = f"Withheld: {' '.join(withheld)}" if withheld else self.send()
        with self.database.begin() as connection:
            if error:
                lifesign.not_sent(connection, error)
            else:
                lifesign.sent(connection)
        self._tell(error)
        return 0 if error else 1

    def _tell(self, error: str) -> None:
        if error and error != self.told.error:
            log.warning("the outward heartbeat did not go out", reason=error)
        if self.told.error and not error:
            log.info("the outward heartbeat goes out again")
        self.told.error = error


def why_unable(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Why Rung does not do its job, in sentences; () while it does. `now` is the policy's time."""
    overdue = backlog.overdue(connection, now)
    queues = [QueueRow(work=work, waiting=0, overdue=overdue.get(work)) for work in WORK]
    return unable(processes.every(connection), queues)

"""The door's side of hearing: who was heard, and that somebody was there to hear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.ports import Clock, Listened, StorageUnavailableError
from core.store import attendance

_PAUSE = timedelta(seconds=5)


def pause(every: timedelta | None) -> timedelta:
    """For how long one process does not note again that a source is heard which must be heard so often."""
    return _PAUSE if every is None else min(_PAUSE, every / 10)


@dataclass(frozen=True, slots=True)
class SqlAttendance:
    """`core.ports.Attendance` over PostgreSQL. Safe to be used by many threads: at worst one notes what another did."""

    database: Engine
    clock: Clock
    sources: Callable[[], Mapping[str, Listened]]
    noted: dict[str, datetime] = field(default_factory=dict)

    def heard(self, source: str) -> None:
        """Note that a source was heard, unless that was done just now; raises `StorageUnavailableError`."""
        now, before = self.clock(), self.noted.get(source)
        listened = self.sources().get(source)
        if before is not None and before <= now < before + pause(listened.every if listened else None):
            return
        self.noted[source] = now  # beforehand: of all who find at once that it is time, one is enough
        try:
            with self.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                attendance.note(connection, source, now)
        except (DBAPIError, PoolTimeout) as error:
            self.noted.pop(source, None)
            raise StorageUnavailableError(type(error).__name__) from error

    def keep_open(self) -> None:
        """Say that this door is open, where anybody is waited for; to be called at least every quarter of a minute."""
        if any(one.every is not None for one in self.sources().values()):
            with self.database.begin() as connection:
                attendance.keep_open(connection, self.clock())

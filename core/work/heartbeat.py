"""Sources that must be heard from: a ticket when one falls silent, which is resolved when it is heard again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine

from core.engine.wording import span
from core.model import HEARTBEAT, Event, EventKind, State
from core.ports import Clock, Listened
from core.store import attendance, tickets
from core.store.attendance import Heard
from core.work.apply import Policies, apply_event
from core.work.attendance import pause
from core.work.failures import is_away
from core.work.surroundings import likenesses

log = structlog.get_logger()

_EVERY_SECONDS = 1.0


@dataclass(slots=True)
class _Paced:
    """When it was last looked (monotonic seconds)."""

    at: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Heartbeats:
    """Looks who has fallen silent. Any number may look at once: a source's row in the database lets one of them tell.

    Nobody is called silent for the time in which nothing could be heard. So that counts as waiting only what came after
    a source was last heard, after it was first waited for, and since when a door has been open without a gap: after an
    outage of ours every source has its whole time again.
    """

    database: Engine
    policies: Policies
    clock: Clock
    sources: Callable[[], Mapping[str, Listened]]
    paced: _Paced = field(default_factory=_Paced)

    def look(self) -> int:
        """Tell of those that have fallen silent or are heard again; returns of how many. At most once a second."""
        if time.monotonic() - self.paced.at < _EVERY_SECONDS:
            return 0
        self.paced.at = time.monotonic()
        watched = {name: one.every for name, one in self.sources().items() if one.every is not None}
        with self.database.begin() as connection:
            known = attendance.every(connection)
            since = attendance.open_since(connection)
            new = [name for name in watched if name not in known or known[name].watched_since is None]
            attendance.watch(connection, new, self.clock())
        concerned = [name for name, row in known.items() if row.watched_since is not None]
        return sum(self._look_safely(name, watched.get(name), since) for name in concerned)

    def _look_safely(self, source: str, every: timedelta | None, since: datetime | None) -> bool:
        """Look at one source; one that cannot be told of is tried again, and the others are looked at."""
        try:
            with self.database.begin() as connection:
                row = attendance.locked(connection, source)
                return row is not None and self._look_at(connection, row, every, since)
        except Exception as error:  # the boundary that keeps a source which cannot be told of to itself
            if is_away(error):
                raise
            log.exception("a silent source could not be told of", source=source)
            return False

    def _look_at(self, connection: Connection, row: Heard, every: timedelta | None, since: datetime | None) -> bool:
        now = self.clock()
        if every is None:
            attendance.unwatch(connection, row.source)
            return row.silent_since is not None and self._tell(connection, _over(row, now), row)
        if row.silent_since is None and (fell := silent_since(row, every, since)) is not None and fell <= now:
            attendance.silent(connection, row.source, now)
            return self._tell(connection, _begun(row, every, fell), row)
        if row.silent_since is not None and row.heard_at is not None and row.heard_at >= row.silent_since:
            attendance.silent(connection, row.source, None)
            return self._tell(connection, _over(row, row.heard_at), row)
        return False

    def _tell(self, connection: Connection, event: Event, row: Heard) -> bool:
        """By the way of any alert: to the ticket that there is for it, or to one that opens."""
        now, policy = self.clock(), self.policies.newest()
        tickets.lock_keys(connection, [event], likenesses([event], policy, now))
        apply_event(connection, event, self.policies, now)
        said = "a source has fallen silent" if event.state is State.NEW else "a source is heard again"
        log.info(said, source=row.source, last_heard=row.heard_at.isoformat() if row.heard_at else "never")
        return True


def silent_since(row: Heard, every: timedelta, open_since: datetime | None) -> datetime | None:
    """From when on a source counts as silent unless it is heard; None where that cannot be said: nobody listens.

    What was heard within a pause after the last note is not noted, and so allowed for.
    """
    if open_since is None or row.watched_since is None:
        return None
    return max(row.heard_at or row.watched_since, row.watched_since, open_since) + every + pause(every)


def _begun(row: Heard, every: timedelta, at: datetime) -> Event:
    last = f"It was last heard at {row.heard_at:%Y-%m-%d %H:%M:%S} UTC." if row.heard_at else "It was never heard."
    return Event(
        source=row.source,
        kind=EventKind.ALERT,
        key=HEARTBEAT,
        state=State.NEW,
        title=f"Nothing is heard from {row.source}",
        description=f"{row.source} must be heard from every {span(every)}. {last}",
        category="heartbeat",
        labels={"heartbeat": row.source},
        occurred_at=at,
    )


def _over(row: Heard, at: datetime) -> Event:
    return Event(source=row.source, kind=EventKind.ALERT, key=HEARTBEAT, state=State.RESOLVED, occurred_at=at)

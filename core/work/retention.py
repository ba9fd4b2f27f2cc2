"""Retention: what has been over for as long as it is to be kept is removed, in small batches, beside the real work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta

import structlog
from sqlalchemy import Connection, Engine

from core.ports import Clock
from core.store import access, retention
from core.store.retention import KINDS, Ages, Kind
from core.work import numbers
from core.work.retry import never

log = structlog.get_logger()

_EVERY_SECONDS = 3600.0
_BREATH_SECONDS = 0.05
"""Between two batches, so that what people wait for comes first."""
_PAGE = 1000
_Forget = Callable[[Connection, int], int]
"""Removes so many at most; returns how many that were."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How long each kind of thing is kept once it is over; None for ever. See `core.store.retention.Ages`.

    `tokens` goes by when they expired or were revoked, by the database's clock, as their lives do.
    """

    deliveries: timedelta | None = None
    failed: timedelta | None = None
    tickets: timedelta | None = None
    unknowns: timedelta | None = None
    tokens: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """How it stands with one kind: how long it is kept, how many could go now, bytes that its table takes."""

    table: str
    kept: timedelta | None
    removable: int
    on_disk: int


@dataclass(slots=True)
class _Last:
    """When it was last looked (monotonic seconds)."""

    swept: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Retention:
    """Removes what may go. Any number of them may run: one works at a time."""

    database: Engine
    clock: Clock
    keep: Keep
    every: float = _EVERY_SECONDS
    last: _Last = field(default_factory=_Last)

    def drain(self, stopping: Callable[[], bool] = never) -> int:
        """As `sweep`, once an hour; returns how many rows that were."""
        if time.monotonic() - self.last.swept < self.every:
            return 0
        self.last.swept = time.monotonic()
        removed = self.sweep(stopping)
        if any(removed.values()):
            log.info("removed what was kept for long enough", **removed)
        return sum(removed.values())

    def sweep(self, stopping: Callable[[], bool] = never) -> dict[str, int]:
        """Remove what may go until nothing does or a stop is asked for; returns how many of each table."""
        ages, removed = self._ages(), {}
        for name, kind in KINDS.items():
            if _is_kept_for_ever(name, self.keep):
                continue
            removed[name] = self._remove(name, kind, ages, stopping)
        for name, forget in self._forgotten().items():
            removed[name] = self._forget(name, forget, stopping)
        return removed

    def look(self) -> list[Due]:
        """What `sweep` would remove now; changes nothing."""
        ages = self._ages()
        return [*(self._due(name, kind, ages) for name, kind in KINDS.items()), self._due_tokens()]

    def _ages(self) -> Ages:
        now = self.clock()
        kept = {one.name: getattr(self.keep, one.name) for one in fields(Ages)}
        return Ages(**{name: now - length if length else None for name, length in kept.items()})

    def _remove(self, name: str, kind: Kind, ages: Ages, stopping: Callable[[], bool]) -> int:
        removed, after, more = 0, 0, True
        while more and not stopping():
            with self.database.begin() as connection:
                if not retention.alone(connection):
                    break
                page = kind.page(connection, ages, after, kind.rows)
                count = kind.remove(connection, ages, page.ids) if page.ids else 0
            after, more = page.last, page.more
            removed += count
            numbers.REMOVED.labels(name).inc(count)
            time.sleep(_BREATH_SECONDS if count else 0)
        return removed

    def _forgotten(self) -> dict[str, _Forget]:
        """What goes without being looked through: nothing hangs on it. A session that has ended is of no use at all."""
        found: dict[str, _Forget] = {"heard": retention.forget_heard, "sessions": access.forget_sessions}
        if kept := self.keep.tokens:
            found["tokens"] = lambda connection, limit: access.forget_tokens(connection, kept, limit)
        return found

    def _forget(self, name: str, forget: _Forget, stopping: Callable[[], bool]) -> int:
        removed, count = 0, _PAGE
        while count >= _PAGE and not stopping():
            with self.database.begin() as connection:
                count = forget(connection, _PAGE)
            removed += count
            numbers.REMOVED.labels(name).inc(count)
        return removed

    def _due(self, name: str, kind: Kind, ages: Ages) -> Due:
        removable, after, more = 0, 0, not _is_kept_for_ever(name, self.keep)
        while more:
            with self.database.begin() as connection:
                page = kind.page(connection, ages, after, kind.rows)
            removable, after, more = removable + len(page.ids), page.last, page.more
        with self.database.begin() as connection:
            return Due(name, getattr(self.keep, name), removable, retention.on_disk(connection, name))

    def _due_tokens(self) -> Due:
        with self.database.begin() as connection:
            removable = access.ended_tokens(connection, self.keep.tokens) if self.keep.tokens else 0
            return Due("tokens", self.keep.tokens, removable, retention.on_disk(connection, "tokens"))


def _is_kept_for_ever(name: str, keep: Keep) -> bool:
    """Deliveries have two lengths: those that were not understood have one of their own."""
    lengths: Mapping[str, tuple[timedelta | None, ...]] = {"deliveries": (keep.deliveries, keep.failed)}
    return not any(lengths.get(name, (getattr(keep, name),)))

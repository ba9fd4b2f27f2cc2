"""A clock: how much of a target's time a ticket has used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A target that runs: within `target` of working time by `calendar` something must have happened.

    `name` is acknowledge, update, resolve, or a family with what it is about: ola:<level>, duty:<id>, vendor:<id>.
    `elapsed` is the working time counted until `since`, from which it runs; `since` is None while it stands still, and
    `paused` says why where it is not over. `rule` is where the target comes from. `warn_at` and `marks` are percents of
    the target: at which it warns, and those that were passed and told. `due_at` is when a running clock is, or was,
    breached if nothing changes; `breached_at` when it was; `met_at` when what it waits for happened, in time or late.
    """

    name: str
    target: timedelta
    started_at: datetime
    calendar: str = "always"
    rule: str = ""
    elapsed: timedelta = timedelta(0)
    since: datetime | None = None
    paused: str = ""
    warn_at: tuple[int, ...] = ()
    marks: tuple[int, ...] = ()
    due_at: datetime | None = None
    breached_at: datetime | None = None
    met_at: datetime | None = None

    @property
    def family(self) -> str:
        """What kind of clock it is: the name without what it is about."""
        return self.name.partition(":")[0]

    @property
    def is_over(self) -> bool:
        """Whether what it waits for has happened."""
        return self.met_at is not None

    @property
    def is_breached(self) -> bool:
        """Whether it is late, and what it waits for has still not happened."""
        return self.breached_at is not None and self.met_at is None

    @property
    def is_warned(self) -> bool:
        """Whether it is near its end, and not there yet."""
        return self.met_at is None and self.breached_at is None and any(mark in self.warn_at for mark in self.marks)

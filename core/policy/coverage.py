"""Whether somebody is on call at every moment of a stretch of time, and can be reached: the gaps, as they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model import Severity
from core.policy.shifts import Shift
from core.policy.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Times at which a level of a team has nobody, the longest first. `time_zone` (IANA) is the duty's.

    `services` are the ids of those whose tickets would find nobody there: none for a team that only gets what no
    service claims. `named` is whether the roster names anybody at all for that level. `paths` lead over that level,
    and `severities` are those of the tickets that walk them.
    """

    team: str
    level: str
    services: tuple[str, ...]
    time_zone: str
    named: bool
    times: tuple[Shift, ...]
    paths: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()

    @property
    def total(self) -> timedelta:
        """How long all of them are together."""
        return sum((time.end - time.start for time in self.times), timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """Somebody without any way to be reached, upon whom these duties (team, level) and last resorts (path) call."""

    person: str
    duties: tuple[tuple[str, str], ...]
    last_resort_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Somebody is off, in order of time, who is the last resort of a path and has nobody to stand in.

    `time_zone` (IANA) is theirs.
    """

    person: str
    path: str
    time_zone: str
    times: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dark:
    """Times, in their order, at which no level of a path has anybody for tickets of these services.

    `last_resort`: somebody is told then all the same, as the path's last resort. `time_zone` (IANA) is the first
    duty's.
    """

    path: str
    team: str
    services: tuple[str, ...]
    severities: tuple[Severity, ...]
    last_resort: bool
    time_zone: str
    times: tuple[Span, ...]

    @property
    def total(self) -> timedelta:
        """How long all of them are together."""
        return sum((time.length for time in self.times), timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What is amiss from `start` to `end` (UTC), each kind with the worst first."""

    start: datetime
    end: datetime
    gaps: tuple[Gap, ...]
    unreachable: tuple[Unreachable, ...]
    absent: tuple[Absent, ...]
    dark: tuple[Dark, ...] = ()

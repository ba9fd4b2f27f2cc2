"""What people have decided about one ticket, against or beside what the policy says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model.values import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityOverride:
    """A person's severity stands until it is handed back. `by` is what to call them."""

    severity: Severity
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Nothing escalates by itself before `until`. `by` is what to call who said so."""

    until: datetime
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    """The wait for an acknowledgement on that level of that round begins anew at `until`.

    `total` is for how long it has been put off on that level, all snoozes of it together.
    """

    until: datetime
    by: str
    level: int
    round: int
    total: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelOwner:
    """Who is asked on that level of this ticket instead of who is on call, and who where they are away; roster ids."""

    level: str
    owner: str = ""
    backup: str = ""

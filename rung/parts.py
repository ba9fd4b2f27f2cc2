"""What Rung is made of: what comes from outside, and what that becomes once it is put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Engine

from console import AcknowledgeLinks
from core.ports import Bell, Calendars, Clock, Listened, Mappings, Notifier, Platform
from core.work.attendance import SqlAttendance
from core.work.calendars import Keeper
from core.work.clock import Sweeper
from core.work.delivery import Deliverer
from core.work.desk import SqlDesk
from core.work.inbox import SqlInbox
from core.work.intake import Intake
from core.work.lease import Held
from core.work.reconcile import Reconciler
from core.work.retention import Keep, Retention
from rung.inforce import Policies
from rung.late import LateCalendars
from rung.loaded import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the roles are made of, from outside: a test hands in its own."""

    database: Engine
    loaded: Callable[[], Loaded]
    clock: Clock
    bell: Bell
    notifier: Notifier
    links: AcknowledgeLinks
    calendars: Calendars = field(default_factory=LateCalendars)
    lease: timedelta = timedelta(seconds=30)
    threads: int = 8
    degraded: Mapping[str, Callable[[], str | None]] = field(default_factory=dict)
    keep: Keep = field(default_factory=Keep)
    door: Engine | None = None
    """The door's own connections, so that pages in great demand leave it some; without it, it shares the others'."""

    @property
    def policies(self) -> Policies:
        """The policies of the documents in force."""
        return Policies(self.loaded)

    def mappings(self) -> Mappings:
        """The sources' mappings."""
        return self.loaded().mappings

    def platforms(self) -> Mapping[str, Platform]:
        """The platforms, by name."""
        return self.loaded().platforms

    def listened(self) -> Mapping[str, Listened]:
        """The sources that are to be heard, by name."""
        return self.loaded().listened


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Rung, put together."""

    parts: Parts
    inbox: SqlInbox
    attendance: SqlAttendance
    intake: Intake
    sweeper: Sweeper
    calendars: Keeper
    deliverer: Deliverer
    reconciler: Reconciler
    retention: Retention
    desk: SqlDesk
    held: Held

"""The policy: everything by which the engine decides, as one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from core.model import HandoffFact, Notice, Person, Reason, Severity
from core.policy.acknowledgement import Acknowledgement
from core.policy.authority import Authority
from core.policy.calendar import ALWAYS_OPEN, Calendar
from core.policy.catalogue import Catalogue, Customer, Service
from core.policy.communication import Communication
from core.policy.condition import one_of
from core.policy.facts import Facts
from core.policy.major import MajorRule
from core.policy.paths import Path, PathRule
from core.policy.quiet import quiet_until
from core.policy.risk import RiskPolicy
from core.policy.rollout import RollOut
from core.policy.roster import Roster
from core.policy.routing import Routing
from core.policy.segments import NO_LIMITS, Limits, Segment
from core.policy.severity import SeverityRule
from core.policy.sync import Sync
from core.policy.targets import Pauses, TargetRule
from core.policy.triggers import Trigger
from core.policy.vendor import Vendor


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What `step` decides by.

    `version` is the policy document's; a running ticket keeps the one that it began with. `roster` is always today's.
    `geographies` groups regions, by patterns of their names. `creates_on` maps a source of alerts to the platform on
    which their records are created. `reopen_within` is how long a resolved ticket can still be reopened before it is
    closed. `clock_marks` are the percents at which rules ask for a clock to be looked at, by the clock's name or
    family. `handoff` is what every move between levels must tell.
    """

    version: int
    name: str
    severity: SeverityRule
    paths: Mapping[str, Path]
    default_path: str
    services: Mapping[str, Service] = field(default_factory=dict)
    customers: Mapping[str, Customer] = field(default_factory=dict)
    geographies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    limits: Limits = NO_LIMITS
    default_team: str = ""
    routing: Routing = field(default_factory=Routing)
    roll_out: RollOut = field(default_factory=RollOut)
    reopen_within: timedelta = timedelta(hours=24)
    authority: Authority = field(default_factory=Authority)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    targets: tuple[TargetRule, ...] = ()
    pauses: Pauses = field(default_factory=Pauses)
    clock_marks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    communication: Communication = field(default_factory=Communication)
    vendors: Mapping[str, Vendor] = field(default_factory=dict)
    risk: RiskPolicy = field(default_factory=RiskPolicy)
    major: MajorRule = field(default_factory=MajorRule)
    roster: Roster = field(default_factory=Roster)
    creates_on: Mapping[str, str] = field(default_factory=dict)
    path_rules: tuple[PathRule, ...] = ()
    handoff: tuple[HandoffFact, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    acknowledgement: Acknowledgement = field(default_factory=Acknowledgement)
    sync: Sync = field(default_factory=Sync)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Services and customers, found by what sources call them."""
        return Catalogue(self.services, self.customers)

    def service_named(self, name: str) -> Service | None:
        """The service that a source calls so: by id, name or alias, case aside."""
        return self.catalogue.service(name)

    def customer_named(self, name: str) -> Customer | None:
        """The customer whom a source calls so: by id, name or alias, case aside."""
        return self.catalogue.customer(name)

    @cached_property
    def _geographies(self) -> Mapping[str, Callable[[str], bool]]:
        return {name: one_of(regions) for name, regions in self.geographies.items()}

    def geography_of(self, region: str) -> str:
        """The first geography that has the region, case aside; "" for none."""
        folded = region.casefold()
        return next((name for name, has in self._geographies.items() if has(folded)), "") if region else ""

    def segment_of(self, facts: Facts) -> str:
        """The first segment whose condition holds for a ticket with those facts; "" for none."""
        return next((one.name for one in self.segments.values() if one.condition.holds(facts)), "")

    def path_of(self, segment: str) -> str:
        """The name of the path on which tickets of that segment begin."""
        known = self.segments.get(segment)
        return known.path if known and known.path else self.default_path

    def severity_of(self, facts: Facts) -> tuple[Severity, Reason]:
        """The severity of a ticket with those facts, and why."""
        segment = self.segments.get(str(facts["segment"]))
        return self.severity.decide(facts, segment.severity if segment else None)

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name; round the clock where a newer policy no longer has it."""
        return self.calendars.get(name, ALWAYS_OPEN)

    def marks(self, clock: str) -> tuple[int, ...]:
        """The percents of its target at which rules ask for that clock to be looked at, beside its own warnings."""
        return (*self.clock_marks.get(clock, ()), *self.clock_marks.get(clock.partition(":")[0], ()))

    @cached_property
    def has_quiet_hours(self) -> bool:
        """Whether anybody, or any channel, has quiet hours."""
        communication = self.communication
        of_people = any(one.quiet_hours for one in self.roster.people.values())
        of_channels = any(one.quiet_hours for one in communication.channels.values())
        return communication.quiet_hours is not None or of_people or of_channels

    def zone_of(self, notice: Notice) -> str:
        """The IANA zone by whose clock whoever a notice is for lives."""
        reader = self.reader(notice)
        return reader.time_zone if reader else "UTC"

    def quiet_until(self, notice: Notice, severity: Severity, now: datetime) -> datetime | None:
        """When the quiet hours end that hold a notice back (UTC); None where it is told at once.

        A request to take a ticket is not held back where its severity keeps people awake.
        """
        reader = self.reader(notice)
        if reader is None or (notice.asks and severity in self.communication.awake):
            return None
        hours = reader.quiet_hours or (None if notice.channel else self.communication.quiet_hours)
        return quiet_until(hours, reader.time_zone, now) if hours else None

    def reader(self, notice: Notice) -> Person | None:
        """Whoever a notice is for, with their ways to be reached; None for somebody who is not there any more."""
        channel = self.communication.channels.get(notice.channel)
        return channel.reader if channel else self.roster.people.get(notice.person)

    def told_name(self, notice: Notice) -> str:
        """What to call whoever a notice is for."""
        channel = self.communication.channels.get(notice.channel)
        return (channel.name if channel else "") or notice.channel or self.roster.name(notice.person)

    def path(self, name: str) -> Path:
        """The path of that name; the default path where a newer policy no longer has it."""
        return self.paths.get(name) or self.paths[self.default_path]

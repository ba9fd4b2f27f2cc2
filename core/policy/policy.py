"""The policy: everything by which the engine decides, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from core.policy.authority import Authority
from core.policy.calendar import ALWAYS_OPEN, Calendar
from core.policy.paths import Path
from core.policy.roster import Roster
from core.policy.routing import Routing
from core.policy.severity import SeverityRule
from core.policy.targets import Pauses, TargetRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that the organisation runs: the names that sources use for it, and the team that owns it."""

    id: str
    name: str
    team: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What `step` decides by.

    `version` is the policy document's; a running ticket keeps the one that it began with. `roster` is always today's.
    `creates_on` maps a source of alerts to the platform on which their records are created. `reopen_within` is how long
    a resolved ticket can still be reopened before it is closed. `clock_marks` are the percents at which rules ask for a
    clock to be looked at, by the clock's name or family.
    """

    version: int
    name: str
    severity: SeverityRule
    paths: Mapping[str, Path]
    default_path: str
    services: Mapping[str, Service] = field(default_factory=dict)
    default_team: str = ""
    routing: Routing = field(default_factory=Routing)
    reopen_within: timedelta = timedelta(hours=24)
    authority: Authority = field(default_factory=Authority)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    targets: tuple[TargetRule, ...] = ()
    pauses: Pauses = field(default_factory=Pauses)
    clock_marks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    roster: Roster = field(default_factory=Roster)
    creates_on: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _services_by_name(self) -> Mapping[str, Service]:
        named = {}
        for service in self.services.values():
            named.update(dict.fromkeys(map(str.casefold, (*service.aliases, service.name, service.id)), service))
        return named

    def service_named(self, name: str) -> Service | None:
        """The service that a source calls so: by id, name or alias, case aside."""
        return self._services_by_name.get(name.casefold())

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name; round the clock where a newer policy no longer has it."""
        return self.calendars.get(name, ALWAYS_OPEN)

    def marks(self, clock: str) -> tuple[int, ...]:
        """The percents of its target at which rules ask for that clock to be looked at, beside its own warnings."""
        return (*self.clock_marks.get(clock, ()), *self.clock_marks.get(clock.partition(":")[0], ()))

    def path(self, name: str) -> Path:
        """The path of that name; the default path where a newer policy no longer has it."""
        return self.paths.get(name) or self.paths[self.default_path]

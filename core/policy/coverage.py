"""Whether somebody is on call at every moment of a stretch of time, and can be reached: proved, or the gaps named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.policy.oncall import OnCall
from core.policy.policy import Policy
from core.policy.shifts import Shift, shifts
from core.policy.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Times at which a level of a team has nobody, the longest first. `time_zone` (IANA) is the duty's.

    `services` are the ids of those whose tickets would find nobody there: none for a team that only gets what no
    service claims. `named` is whether the roster names anybody at all for that level.
    """

    team: str
    level: str
    services: tuple[str, ...]
    time_zone: str
    named: bool
    times: tuple[Shift, ...]

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
class Coverage:
    """What is amiss from `start` to `end` (UTC), each kind with the worst first."""

    start: datetime
    end: datetime
    gaps: tuple[Gap, ...]
    unreachable: tuple[Unreachable, ...]
    absent: tuple[Absent, ...]


def coverage(policy: Policy, start: datetime, end: datetime) -> Coverage:
    """Look at each level of the default path, for each team to which tickets go; who has the longest gaps is first."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    gaps = _gaps(policy, start, end)
    return Coverage(
        start=start,
        end=end,
        gaps=tuple(sorted(gaps, key=lambda gap: gap.total, reverse=True)),
        unreachable=tuple(_unreachable(policy)),
        absent=tuple(_absent(policy, start, end)),
    )


def _gaps(policy: Policy, start: datetime, end: datetime) -> Iterator[Gap]:
    roster = policy.roster
    for team, services in _services_by_team(policy).items():
        for level in policy.path(policy.default_path).levels:
            duty = roster.duty(team, level.name) or OnCall()
            times = [one for one in shifts(duty, start, end, roster.time_off) if not one.person]
            if times:
                yield Gap(
                    team=team,
                    level=level.name,
                    services=services,
                    time_zone=duty.time_zone,
                    named=bool(duty.everybody),
                    times=tuple(sorted(times, key=lambda one: one.end - one.start, reverse=True)),
                )


def _services_by_team(policy: Policy) -> dict[str, tuple[str, ...]]:
    """The teams to which tickets go: the owners of services, and the default team, which may own none."""
    teams: dict[str, tuple[str, ...]] = {}
    for service in policy.services.values():
        teams[service.team] = (*teams.get(service.team, ()), service.id)
    if policy.default_team:
        teams.setdefault(policy.default_team, ())
    return teams


def _unreachable(policy: Policy) -> Iterator[Unreachable]:
    roster = policy.roster
    duties = [
        (team.id, level, duty.everybody) for team in roster.teams.values() for level, duty in team.on_call.items()
    ]
    for person in roster.people.values():
        called = tuple((team, level) for team, level, people in duties if person.id in people)
        resorts = tuple(path.name for path in policy.paths.values() if person.id in path.last_resorts)
        if not person.ways and (called or resorts):
            yield Unreachable(person=person.id, duties=called, last_resort_of=resorts)


def _absent(policy: Policy, start: datetime, end: datetime) -> Iterator[Absent]:
    roster = policy.roster
    for path in policy.paths.values():
        person = roster.people.get(path.last_resorts[0]) if len(path.last_resorts) == 1 else None
        off = roster.time_off.get(person.id, ()) if person else ()
        times = sorted((part for span in off if (part := span.within(start, end))), key=lambda part: part.start)
        if person and times:
            yield Absent(person=person.id, path=path.name, time_zone=person.time_zone, times=tuple(times))

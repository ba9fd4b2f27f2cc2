"""People upon whom the policy calls and who cannot be reached, or who are away with nobody to stand in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.policy.coverage import Absent, Unreachable
from core.policy.policy import Policy


def unreachable(policy: Policy) -> Iterator[Unreachable]:
    """Those who have no way at all."""
    roster = policy.roster
    duties = [
        (team.id, level, duty.everybody) for team in roster.teams.values() for level, duty in team.on_call.items()
    ]
    for person in roster.people.values():
        called = tuple((team, level) for team, level, people in duties if person.id in people)
        resorts = tuple(path.name for path in policy.paths.values() if person.id in path.last_resorts)
        if not person.ways and (called or resorts):
            yield Unreachable(person=person.id, duties=called, last_resort_of=resorts)


def absent(policy: Policy, start: datetime, end: datetime) -> Iterator[Absent]:
    """The only last resorts of their paths, when they are off."""
    roster = policy.roster
    for path in policy.paths.values():
        person = roster.people.get(path.last_resorts[0]) if len(path.last_resorts) == 1 else None
        off = roster.time_off.get(person.id, ()) if person else ()
        times = sorted((part for span in off if (part := span.within(start, end))), key=lambda part: part.start)
        if person and times:
            yield Absent(person=person.id, path=path.name, time_zone=person.time_zone, times=tuple(times))

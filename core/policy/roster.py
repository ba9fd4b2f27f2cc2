"""The roster: people, teams, and which of them is on call for which level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.model import Party, Person
from core.policy.oncall import OnCall, on_call
from core.policy.spans import TimeOff, is_off


@dataclass(frozen=True, slots=True)
class WorksOn:
    """Where a team works: the platform, and there a table or project and the sort of record, "" for the usual ones."""

    platform: str
    collection: str = ""
    made_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team. `groups` maps a platform's name to the team's group there; `on_call` a level's name to its duty.

    What is handed over to a team that `works_on` a platform has a record there; None where they work anywhere.
    """

    id: str
    name: str
    groups: Mapping[str, str] = field(default_factory=dict)
    on_call: Mapping[str, OnCall] = field(default_factory=dict)
    works_on: WorksOn | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who there is. A change of the roster takes effect at once, also for running escalations.

    `time_off` is when people are off, for whatever reason; `by_calendar` the part of it that their own calendars tell.
    """

    people: Mapping[str, Person] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    time_off: TimeOff = field(default_factory=dict)
    by_calendar: TimeOff = field(default_factory=dict)

    def with_calendars(self, told: TimeOff) -> Roster:
        """The roster with what people's own calendars tell; of those who have none (any more) it does not count."""
        theirs = {one.id: told[one.id] for one in self.people.values() if one.calendar and told.get(one.id)}
        time_off = {**self.time_off, **{name: (*self.time_off.get(name, ()), *spans) for name, spans in theirs.items()}}
        return replace(self, time_off=time_off, by_calendar=theirs)

    def with_vendors(self, vendors: Iterable[Person]) -> Roster:
        """The roster with those outside who can be asked like people."""
        return replace(self, people={**self.people, **{one.id: one for one in vendors}})

    def duty(self, team: str, level: str) -> OnCall | None:
        """The duty of that level of the team; None when it has none."""
        known = self.teams.get(team)
        return known.on_call.get(level) if known else None

    def on_call(self, team: str, level: str, at: datetime) -> str:
        """The person on call for that level of the team at that moment; "" when there is none."""
        duty = self.duty(team, level)
        return on_call(duty, at, self.time_off) if duty else ""

    def unavailable(self, person: str, at: datetime) -> str:
        """Why somebody cannot be asked at that moment, for people; "" when they can."""
        known = self.people.get(person)
        if known is None or not known.ways:
            return "the roster names no way to reach them"
        return "they are away" if is_off(person, at, self.time_off) else ""

    def name(self, person: str) -> str:
        """What to call somebody who may be on the roster."""
        known = self.people.get(person)
        return known.name if known else person

    def team_name(self, team: str) -> str:
        """What to call a team that may be known."""
        known = self.teams.get(team)
        return known.name if known else team

    def find(self, party: Party, platform: str) -> str:
        """The roster id of somebody whom a platform named by account, e-mail or user name; "" for a stranger.

        The account that the roster names counts first: two people may share an address, and no name proves anything.
        """
        if party.is_nobody:
            return ""
        accounts = {one.casefold() for one in (party.account, party.login) if one}
        emails = {one.strip().casefold() for one in (party.email, party.login, party.account) if "@" in one}
        people = self.people.values()
        by_account = (one.id for one in people if one.accounts.get(platform, "").casefold() in accounts)
        by_email = (one.id for one in people if emails & {mail.casefold() for mail in one.emails})
        return next(by_account, "") or next(by_email, "")

    def team_of_group(self, group: str, platform: str) -> str:
        """The team whose group on that platform is so called; "" for an unknown group."""
        wanted = group.casefold()
        matches = (team.id for team in self.teams.values() if team.groups.get(platform, "").casefold() == wanted)
        return next(matches, "") if wanted else ""

"""Whom a level can ask, the first one first: who is named for it, then whom the team has for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.engine.choice import Choice, announce, person_for
from core.engine.draft import Draft
from core.model import ReasonCode
from core.policy import Level


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can be asked (a roster id), and `by` what: "is on call for Payments", for a sentence."""

    person: str
    by: str
    is_on_call: bool = True


@dataclass(frozen=True, slots=True)
class Chain:
    """Everybody whom a level can ask, each once; `passed` are those who cannot be, each with why, for people.

    `why_nobody` says why there is nobody; `choice` is the team's own.
    """

    candidates: tuple[Candidate, ...]
    passed: tuple[tuple[str, str], ...] = ()
    why_nobody: str = ""
    choice: Choice = field(default_factory=lambda: Choice(()))

    @property
    def on_duty(self) -> tuple[Candidate, ...]:
        """Those who are named, and those of the team who are on duty now: whom a level asks that asks them all."""
        return tuple(one for one in self.candidates if not one.is_on_call or one.person in self.choice.pool)

    def after(self, asked: frozenset[str]) -> Candidate | None:
        """The first who was not asked yet."""
        return next((one for one in self.candidates if one.person not in asked), None)


def acting_team(draft: Draft, level: Level) -> str:
    """The team whose expertise a level is: its own, else the ticket's."""
    return level.team or draft.ticket.team


def chain(draft: Draft, level: Level) -> Chain:
    """Everybody whom the level can ask now: named for this ticket, named for its service, then chosen of the team.

    A vendor's level can ask the vendor, and nobody else.
    """
    if level.vendor:
        return _vendor(draft, level.vendor)
    team = acting_team(draft, level)
    choice, of_ticket = person_for(draft, level.name, team), draft.ticket.owner_of(level.name)
    of_service = tuple(_of_service(draft, level))
    whys = {one.person: draft.policy.roster.unavailable(one.person, draft.now) for one in of_service}
    by = f"is on call for {draft.policy.roster.team_name(team) or 'no team'}"
    found: dict[str, Candidate] = {}
    for person in choice.people:
        if person in {of_ticket.owner, of_ticket.backup}:
            found[person] = Candidate(person, "was named for it", is_on_call=False)
    for one in (*of_service, *(Candidate(person, by) for person in choice.people)):
        if not whys.get(one.person):
            found.setdefault(one.person, one)
    passed = tuple((person, why) for person, why in whys.items() if why)
    return Chain(tuple(found.values()), passed, "" if found else choice.why, choice)


def _vendor(draft: Draft, vendor: str) -> Chain:
    known = draft.policy.vendors.get(vendor)
    if known is None or not known.ways:
        return Chain((), why_nobody=f"the policy names no way to reach the vendor {vendor}")
    return Chain((Candidate(known.key, "is the vendor", is_on_call=False),))


def tell_choice(draft: Draft, level: Level, people: Chain) -> None:
    """Note whom the level passes over, and why it is the first one where the team chose among several."""
    for person, why in people.passed:
        facts = {"person": draft.policy.roster.name(person), "level": level.name, "why": why}
        draft.decide(draft.ticket.path, ReasonCode.PASSED_OVER, **facts)
    if people.candidates and people.candidates[0].person == people.choice.person:
        announce(draft, people.choice, level.name)


def asked_again(draft: Draft, level: Level) -> Candidate | None:
    """Whom to ask on a level that was asked before: who was, while they are there, unless others were named since."""
    candidates, named = chain(draft, level).candidates, draft.ticket.owner_of(level.name)
    if candidates and candidates[0].person in {named.owner, named.backup}:
        return candidates[0]
    before = {one.person: number for number, one in enumerate(draft.ticket.asked)}
    asked = [one for one in candidates if one.person in before]
    return max(asked, key=lambda one: before[one.person], default=candidates[0] if candidates else None)


def _of_service(draft: Draft, level: Level) -> Iterator[Candidate]:
    service = draft.policy.services.get(draft.ticket.service)
    owners = service.owners.get(level.name) if service else None
    if service is None or owners is None:
        return
    for person, by in ((owners.owner, "owns"), (owners.backup, "is the backup for")):
        if person:
            yield Candidate(person, f"{by} {service.name} there", is_on_call=False)

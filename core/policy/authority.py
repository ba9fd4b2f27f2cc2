"""The authority matrix: what each level of a path may decide, and at which level a person stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.model import Right, Ticket
from core.policy.vendor import vendor_of

if TYPE_CHECKING:
    from core.policy.paths import Level
    from core.policy.policy import Policy

OTHERS = frozenset({Right.ACKNOWLEDGE, Right.TAKE, Right.ESCALATE, Right.HANDOFF, Right.VENDOR, Right.NOTE})
"""What anybody may whom the policy gives no level, where it says nothing of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What goes for all levels: the rights of those who stand at none, and how long things may be put off."""

    others: frozenset[Right] = OTHERS
    longest_snooze: timedelta = timedelta(hours=2)
    longest_hold: timedelta = timedelta(hours=24)


def standings(policy: Policy, ticket: Ticket) -> dict[str, int]:
    """Everybody (roster ids) who stands at a level of the ticket's path, each with the highest one, counted from 1.

    They stand where they have a turn in the duty of the level's team, where they are named as owner or backup, and, as
    its last resort, at the end of the path.
    """
    path = policy.path(ticket.path)
    found: dict[str, int] = {}
    for number, level in enumerate(path.levels, 1):
        found.update(dict.fromkeys(_people(policy, ticket, level), number))
    found.update(dict.fromkeys(path.last_resorts, len(path.levels)))
    return found


def standing(policy: Policy, ticket: Ticket, person: str) -> int:
    """The highest level at which a person stands; 0 for none."""
    return standings(policy, ticket).get(person, 0)


def _people(policy: Policy, ticket: Ticket, level: Level) -> Iterable[str]:
    duty, named = policy.roster.duty(level.team or ticket.team, level.name), ticket.owner_of(level.name)
    service = policy.services.get(ticket.service)
    owners = service.owners.get(level.name) if service else None
    of_service = (owners.owner, owners.backup) if owners else ()
    return {*(duty.everybody if duty else ()), named.owner, named.backup, *of_service} - {""}


def rights_at(policy: Policy, ticket: Ticket, level: int) -> frozenset[Right]:
    """What may be decided at that level: what it may itself, and what all those below it may."""
    if not level:
        return policy.authority.others
    below = policy.path(ticket.path).levels[:level]
    return policy.authority.others.union(*(one.may for one in below))


def rights(policy: Policy, ticket: Ticket, person: str) -> frozenset[Right]:
    """What a person (roster id, or any name for a stranger) may decide about the ticket.

    Who is told of one of its duties may say that a duty is done, wherever they stand. A vendor can but acknowledge.
    """
    if vendor_of(person):
        return policy.authority.others & {Right.ACKNOWLEDGE}
    mine = rights_at(policy, ticket, standing(policy, ticket, person))
    answers = any(person in duty.tell for duty in policy.risk.duties.values() if ticket.clock(duty.clock))
    return mine | {Right.DUTY} if answers else mine


def holders(policy: Policy, ticket: Ticket, right: Right) -> str:
    """Who has a right, for people: "L2 and every level above", "L5", "no level"."""
    levels = policy.path(ticket.path).levels
    lowest = next((number for number in range(1, len(levels) + 1) if right in rights_at(policy, ticket, number)), 0)
    if not lowest:
        return "no level"
    return levels[lowest - 1].name + (" and every level above" if lowest < len(levels) else "")

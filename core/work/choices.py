"""What people can decide about a ticket, for the doors to offer."""

from __future__ import annotations

from core.desk import Choices
from core.model import Right, Ticket
from core.policy import Policy, holders, rights_at, standings


def choices(policy: Policy, ticket: Ticket) -> Choices:
    """The levels, who may what, and the limits, as the policy has them."""
    levels = policy.path(ticket.path).levels
    at = [rights_at(policy, ticket, number) for number in range(len(levels) + 1)]
    return Choices(
        levels=tuple(level.name for level in levels),
        rights={person: at[number] for person, number in standings(policy, ticket).items()},
        others=at[0],
        holders={right: holders(policy, ticket, right) for right in Right},
        longest_snooze=policy.authority.longest_snooze,
        longest_hold=policy.authority.longest_hold,
    )

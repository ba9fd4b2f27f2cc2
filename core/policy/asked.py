"""Who is asked on a level of a ticket: those who are named for it, else who is on call."""

from __future__ import annotations

from datetime import datetime

from core.model import Ticket
from core.policy.policy import Policy
from core.policy.spans import is_off


def asked(policy: Policy, ticket: Ticket, level: str, at: datetime) -> str:
    """The roster id of whoever is asked on that level (by its name) at that moment; "" where there is nobody.

    Somebody named for this ticket comes first, then their backup, and somebody who is off is passed over.
    """
    named = ticket.owner_of(level)
    for person in (named.owner, named.backup):
        if person in policy.roster.people and not is_off(person, at, policy.roster.time_off):
            return person
    return policy.roster.on_call(ticket.team, level, at)

"""Surges: they begin with a ticket that opens, and every step knows of the one that there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from core.model import Surge, Surroundings
from core.policy import Policy
from core.store import surges


def with_surge(around: Surroundings, connection: Connection, policy: Policy) -> Surroundings:
    """The surroundings with the surge that there is, if the policy does anything about one."""
    if policy.major.surge is None:
        return around
    found = surges.running(connection)
    return replace(around, surge=Surge(found.began_at, found.count)) if found else around


def opening_in_surge(
    around: Surroundings, connection: Connection, ticket_id: int, policy: Policy, now: datetime
) -> Surroundings:
    """The same for a ticket that opens and is called for, with which a surge may begin."""
    rule, around = policy.major.surge, with_surge(around, connection, policy)
    if rule is None or around.surge is not None or around.parent is not None:
        return around
    count = surges.recent(connection, now - rule.window, rule.at) + 1
    begins = rule.stands(count, running=False) and surges.begin(connection, ticket_id, now, count)
    return replace(around, surge=Surge(now, count, begins=True)) if begins else around

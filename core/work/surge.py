"""Surges: they begin with a ticket that opens, and every step knows of the one that there is."""

from __future__ import annotations

from dataclasses import replace

from core.model import Surge, Surroundings
from core.policy import Policy
from core.store import surges
from core.work.hand import Hand


def with_surge(around: Surroundings, hand: Hand, policy: Policy) -> Surroundings:
    """The surroundings with the surge that there is, if the policy does anything about one."""
    if policy.major.surge is None:
        return around
    found = hand.crowd.surge(hand.connection)
    return replace(around, surge=Surge(found.began_at, found.count)) if found else around


def opening_in_surge(around: Surroundings, hand: Hand, ticket_id: int, policy: Policy) -> Surroundings:
    """The same for a ticket that opens and is called for, with which a surge may begin."""
    rule, around = policy.major.surge, with_surge(around, hand, policy)
    if rule is None or around.surge is not None or around.parent is not None:
        return around
    count = hand.crowd.recent(hand.settled, hand.now - rule.window, rule.at) + 1
    if not rule.stands(count, running=False):
        return around
    begins = surges.begin(hand.connection, ticket_id, hand.now, count)
    hand.crowd.surge_begins()
    return replace(around, surge=Surge(hand.now, count, begins=True)) if begins else around

"""What a step is told of the world around its ticket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from core.engine import as_parent, likeness
from core.model import ALONE, ChildChanged, Event, LinkMajor, Stimulus, Surroundings, Ticket
from core.policy import Policy
from core.store import alike, tickets
from core.work.hand import Hand

_LARGEST_ID = 2**63 - 1


def likenesses(events: Iterable[Event], policy: Policy, now: datetime) -> set[str]:
    """What tickets that may open for these events have in common with others: to be locked before they are counted."""
    return {likeness(event, policy, now) for event in events} - {""} if policy.major.like else set()


def beside(hand: Hand, opening: Ticket, around: Surroundings, policy: Policy) -> Surroundings:
    """For a ticket that is about to open, what it would be by itself; its likeness must be locked."""
    others = hand.crowd.alike(hand.settled, opening.likeness, hand.now - policy.major.window)
    parent = as_parent(others.parent) if others.parent else None
    return replace(around, like=others.count, alike=others.free, parent=parent)


def around(hand: Hand, ticket: Ticket, stimulus: Stimulus) -> Surroundings:
    """For a ticket that is there."""
    if isinstance(stimulus, ChildChanged):
        children, open_children = alike.gathered_by(hand.settled(), ticket.id)
        return Surroundings(children=children, open_children=open_children)
    if isinstance(stimulus, LinkMajor) and 0 < stimulus.major <= _LARGEST_ID:
        major = tickets.get(hand.settled(), stimulus.major)
        return Surroundings(parent=as_parent(major)) if major and major.major and major.state.is_open else ALONE
    return ALONE

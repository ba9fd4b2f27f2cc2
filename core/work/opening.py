"""Opening a ticket, and the major incident that it may make of the tickets like it."""

from __future__ import annotations

from dataclasses import replace

from core.engine import Outcome, as_parent, likeness, step
from core.model import Event, OpenMajor, Parent, Surroundings, Ticket
from core.policy import Policy
from core.store import alike
from core.trail import span
from core.work import numbers
from core.work.hand import Hand
from core.work.surge import opening_in_surge, with_surge
from core.work.surroundings import beside
from core.work.workload import with_workload


def open_for(hand: Hand, event: Event) -> Outcome:
    """Open a ticket for an event that no ticket knows, if it calls for one; the event's likeness must be locked."""
    identity, policy = hand.identity(), hand.policies.newest()
    alone = Surroundings(likeness=likeness(event, policy, hand.now))
    around = with_workload(alone, hand, identity.id, event, policy)
    with span("step", ticket=identity.id, stimulus=type(event).__name__):
        outcome = step(identity, event, policy, hand.now, around)
    if outcome.ticket:
        others = _beside(hand, outcome.ticket, around, policy)
        if others != around:
            outcome = step(identity, event, policy, hand.now, others)
    hand.keep(None, outcome)
    if outcome.ticket:
        numbers.opened(outcome.ticket)
    return outcome


def _beside(hand: Hand, opening: Ticket, around: Surroundings, policy: Policy) -> Surroundings:
    """What there is beside a ticket that is about to open, the major incident included that it now makes."""
    if opening.likeness:
        around = beside(hand, opening, around, policy)
        if _are_enough(around, policy):
            around = replace(around, parent=_open_parent(hand, around, opening, policy))
    return around if opening.shadow else opening_in_surge(around, hand, opening.id, policy)


def _are_enough(around: Surroundings, policy: Policy) -> bool:
    return around.parent is None and len(around.alike) + 1 >= policy.major.at


def _open_parent(hand: Hand, around: Surroundings, newest: Ticket, policy: Policy) -> Parent | None:
    """Open the major incident; it is there before the ticket that joins it at once."""
    identity = hand.identity()
    given = OpenMajor(alike.several(hand.settled(), around.alike), newest)
    alone = with_surge(Surroundings(), hand, policy)
    outcome = step(identity, given, policy, hand.now, with_workload(alone, hand, identity.id, given, policy))
    hand.keep(None, outcome)
    if outcome.ticket is None:
        return None
    numbers.opened(outcome.ticket)
    return as_parent(outcome.ticket)

"""A stimulus applied to its ticket inside a transaction: load under lock, step, save."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from core.engine import Outcome, fires_anew, step
from core.model import Event, EventKind, Rebase, State, Stimulus, Ticket
from core.store import tickets
from core.trail import span
from core.work import numbers
from core.work.hand import Hand, Policies
from core.work.opening import open_for
from core.work.surge import with_surge
from core.work.surroundings import around
from core.work.workload import with_workload

__all__ = ["Policies", "apply_event", "apply_to", "give", "preview", "take_in"]


def apply_to(
    connection: Connection, ticket_id: int, stimulus: Stimulus, policies: Policies, now: datetime
) -> Outcome | None:
    """Step a ticket that is there; None when it is not."""
    hand = Hand(connection, policies, now)
    outcome = give(hand, ticket_id, stimulus)
    hand.save()
    return outcome


def apply_event(connection: Connection, event: Event, policies: Policies, now: datetime) -> Outcome:
    """Give an event to the ticket that it concerns, or open one for it; its key and its likeness must be locked."""
    hand = Hand(connection, policies, now)
    outcome = take_in(hand, event)
    hand.save()
    return outcome


def preview(
    connection: Connection, ticket_id: int, stimulus: Stimulus, policies: Policies, now: datetime
) -> Outcome | None:
    """What `apply_to` would make of it, and nothing more."""
    ticket = tickets.get(connection, ticket_id)
    return _decide(Hand(connection, policies, now), ticket, stimulus) if ticket else None


def give(hand: Hand, ticket_id: int, stimulus: Stimulus) -> Outcome | None:
    """Step a ticket that is there, what came of it to be saved by the hand; None when it is not there."""
    ticket = hand.ticket(ticket_id)
    return _step(hand, ticket, stimulus) if ticket is not None else None


def take_in(hand: Hand, event: Event) -> Outcome:
    """As `apply_event`, what came of it to be saved by the hand.

    A ticket that is over for good is left as it is when the same alert fires anew: that is a new piece of work.
    """
    ticket = hand.of(event)
    if ticket is not None and not _begins_anew(ticket, event):
        return _step(hand, ticket, event)
    return open_for(hand, event)


def _step(hand: Hand, ticket: Ticket, stimulus: Stimulus) -> Outcome:
    outcome = _decide(hand, ticket, stimulus)
    hand.keep(ticket, outcome)
    numbers.stepped(ticket, outcome, hand.now)
    return outcome


def _decide(hand: Hand, ticket: Ticket, stimulus: Stimulus) -> Outcome:
    """By the policy that the ticket began with; what moves it to the newest one goes by that already."""
    newest = isinstance(stimulus, Rebase)
    policy = hand.policies.newest() if newest else hand.policies.version(ticket.policy_version)
    beside = with_surge(around(hand, ticket, stimulus), hand, policy)
    surroundings = with_workload(beside, hand, ticket.id, stimulus, policy)
    stimulus_name = type(stimulus).__name__
    with numbers.STEP.labels(stimulus_name).time(), span("step", ticket=ticket.id, stimulus=stimulus_name):
        return step(ticket, stimulus, policy, hand.now, surroundings)


def _begins_anew(ticket: Ticket, event: Event) -> bool:
    over = ticket.state in {State.CLOSED, State.CANCELED}
    return over and event.kind is EventKind.ALERT and event.state is State.NEW and fires_anew(ticket, event)

"""One stimulus applied to one ticket inside a transaction: load under lock, step, save."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from core.engine import Outcome, fires_anew, step
from core.model import Event, EventKind, Rebase, State, Stimulus, Ticket
from core.policy import Policy
from core.store import tickets
from core.trail import span
from core.work import numbers
from core.work.opening import open_for
from core.work.surge import with_surge
from core.work.surroundings import around
from core.work.workload import with_workload


class Policies(Protocol):
    """Where policies come from: the newest for what begins, an older version for what runs under it."""

    def newest(self) -> Policy:
        """The policy for tickets that open now."""
        ...

    def version(self, version: int) -> Policy:
        """The policy that a running ticket began with, with today's roster."""
        ...


def apply_to(
    connection: Connection, ticket_id: int, stimulus: Stimulus, policies: Policies, now: datetime
) -> Outcome | None:
    """Step a ticket that is there; None when it is not."""
    ticket = tickets.get(connection, ticket_id, lock=True)
    if ticket is None:
        return None
    return _step(connection, ticket, stimulus, policies, now)


def preview(
    connection: Connection, ticket_id: int, stimulus: Stimulus, policies: Policies, now: datetime
) -> Outcome | None:
    """What `apply_to` would make of it, and nothing more."""
    ticket = tickets.get(connection, ticket_id)
    return _decide(connection, ticket, stimulus, policies, now) if ticket else None


def _step(connection: Connection, ticket: Ticket, stimulus: Stimulus, policies: Policies, now: datetime) -> Outcome:
    outcome = _decide(connection, ticket, stimulus, policies, now)
    tickets.save(connection, ticket, outcome)
    numbers.stepped(ticket, outcome, now)
    return outcome


def _decide(connection: Connection, ticket: Ticket, stimulus: Stimulus, policies: Policies, now: datetime) -> Outcome:
    """By the policy that the ticket began with; what moves it to the newest one goes by that already."""
    policy = policies.newest() if isinstance(stimulus, Rebase) else policies.version(ticket.policy_version)
    beside = with_surge(around(connection, ticket, stimulus), connection, policy)
    surroundings = with_workload(beside, connection, ticket.id, stimulus, policy)
    stimulus_name = type(stimulus).__name__
    with numbers.STEP.labels(stimulus_name).time(), span("step", ticket=ticket.id, stimulus=stimulus_name):
        return step(ticket, stimulus, policy, now, surroundings)


def apply_event(connection: Connection, event: Event, policies: Policies, now: datetime) -> Outcome:
    """Give an event to the ticket that it concerns, or open one for it.

    A ticket that is over for good is left as it is when the same alert fires anew: that is a new piece of work.
    """
    ticket = tickets.locked(connection, event)
    if ticket is not None and not _begins_anew(ticket, event):
        return _step(connection, ticket, event, policies, now)
    return open_for(connection, event, policies.newest(), now)


def _begins_anew(ticket: Ticket, event: Event) -> bool:
    over = ticket.state in {State.CLOSED, State.CANCELED}
    return over and event.kind is EventKind.ALERT and event.state is State.NEW and fires_anew(ticket, event)

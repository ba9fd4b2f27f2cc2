"""One stimulus applied to one ticket inside a transaction: load under lock, step, save."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from core.engine import Outcome, fires_anew, step
from core.model import Event, EventKind, State, Stimulus, Ticket
from core.policy import Policy
from core.store import tickets


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


def _step(connection: Connection, ticket: Ticket, stimulus: Stimulus, policies: Policies, now: datetime) -> Outcome:
    outcome = step(ticket, stimulus, policies.version(ticket.policy_version), now)
    tickets.save(connection, ticket, outcome)
    return outcome


def apply_event(connection: Connection, event: Event, policies: Policies, now: datetime) -> Outcome:
    """Give an event to the ticket that it concerns, or open one for it.

    A ticket that is over for good is left as it is when the same alert fires anew: that is a new piece of work.
    """
    ticket = tickets.locked(connection, event)
    if ticket is not None and not _begins_anew(ticket, event):
        return _step(connection, ticket, event, policies, now)
    outcome = step(tickets.reserve(connection), event, policies.newest(), now)
    tickets.save(connection, None, outcome)
    return outcome


def _begins_anew(ticket: Ticket, event: Event) -> bool:
    over = ticket.state in {State.CLOSED, State.CANCELED}
    return over and event.kind is EventKind.ALERT and event.state is State.NEW and fires_anew(ticket, event)

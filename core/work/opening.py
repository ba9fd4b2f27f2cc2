"""Opening a ticket, and the major incident that it may make of the tickets like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from core.engine import Outcome, as_parent, likeness, step
from core.model import Event, OpenMajor, Parent, Surroundings, Ticket
from core.policy import Policy
from core.store import alike, tickets
from core.work.surroundings import beside
from core.work.workload import with_workload


def open_for(connection: Connection, event: Event, policy: Policy, now: datetime) -> Outcome:
    """Open a ticket for an event that no ticket knows, if it calls for one; the event's likeness must be locked."""
    identity = tickets.reserve(connection)
    alone = Surroundings(likeness=likeness(event, policy, now))
    around = with_workload(alone, connection, identity.id, event, policy)
    outcome = step(identity, event, policy, now, around)
    if outcome.ticket and outcome.ticket.likeness:
        others = beside(connection, outcome.ticket, around, policy, now)
        if _are_enough(others, policy):
            others = replace(others, parent=_open_parent(connection, others, outcome.ticket, policy, now))
        if others != around:
            outcome = step(identity, event, policy, now, others)
    tickets.save(connection, None, outcome)
    return outcome


def _are_enough(around: Surroundings, policy: Policy) -> bool:
    return around.parent is None and len(around.alike) + 1 >= policy.major.at


def _open_parent(
    connection: Connection, around: Surroundings, newest: Ticket, policy: Policy, now: datetime
) -> Parent | None:
    """Open the major incident; it is there before the ticket that joins it at once."""
    identity = tickets.reserve(connection)
    given = OpenMajor(alike.several(connection, around.alike), newest)
    outcome = step(identity, given, policy, now, with_workload(Surroundings(), connection, identity.id, given, policy))
    tickets.save(connection, None, outcome)
    return as_parent(outcome.ticket) if outcome.ticket else None

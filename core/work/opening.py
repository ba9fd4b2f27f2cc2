"""Opening a ticket, and the major incident that it may make of the tickets like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from core.engine import Outcome, as_parent, likeness, step
from core.model import Event, OpenMajor, Parent, Surroundings, Ticket
from core.policy import Policy
from core.store import alike, tickets
from core.trail import span
from core.work import numbers
from core.work.surge import opening_in_surge, with_surge
from core.work.surroundings import beside
from core.work.workload import with_workload


def open_for(connection: Connection, event: Event, policy: Policy, now: datetime) -> Outcome:
    """Open a ticket for an event that no ticket knows, if it calls for one; the event's likeness must be locked."""
    identity = tickets.reserve(connection)
    alone = Surroundings(likeness=likeness(event, policy, now))
    around = with_workload(alone, connection, identity.id, event, policy)
    with span("step", ticket=identity.id, stimulus=type(event).__name__):
        outcome = step(identity, event, policy, now, around)
    if outcome.ticket:
        others = _beside(connection, outcome.ticket, around, policy, now)
        if others != around:
            outcome = step(identity, event, policy, now, others)
    tickets.save(connection, None, outcome)
    if outcome.ticket:
        numbers.opened(outcome.ticket)
    return outcome


def _beside(
    connection: Connection, opening: Ticket, around: Surroundings, policy: Policy, now: datetime
) -> Surroundings:
    """What there is beside a ticket that is about to open, the major incident included that it now makes."""
    if opening.likeness:
        around = beside(connection, opening, around, policy, now)
        if _are_enough(around, policy):
            around = replace(around, parent=_open_parent(connection, around, opening, policy, now))
    return around if opening.shadow else opening_in_surge(around, connection, opening.id, policy, now)


def _are_enough(around: Surroundings, policy: Policy) -> bool:
    return around.parent is None and len(around.alike) + 1 >= policy.major.at


def _open_parent(
    connection: Connection, around: Surroundings, newest: Ticket, policy: Policy, now: datetime
) -> Parent | None:
    """Open the major incident; it is there before the ticket that joins it at once."""
    identity = tickets.reserve(connection)
    given = OpenMajor(alike.several(connection, around.alike), newest)
    alone = with_surge(Surroundings(), connection, policy)
    outcome = step(identity, given, policy, now, with_workload(alone, connection, identity.id, given, policy))
    tickets.save(connection, None, outcome)
    if outcome.ticket is None:
        return None
    numbers.opened(outcome.ticket)
    return as_parent(outcome.ticket)

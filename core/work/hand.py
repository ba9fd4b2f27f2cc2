"""Tickets in hand: read and locked together, stepped in memory one stimulus after the other, written together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from core.engine import Outcome
from core.model import Event, EventKind, Ticket, Unopened
from core.policy import Policy
from core.store import saving, tickets
from core.store.keys import indexed
from core.store.stepped import Stepped
from core.store.tickets import Place
from core.work.crowd import Crowd


class Policies(Protocol):
    """Where policies come from: the newest for what begins, an older version for what runs under it."""

    def newest(self) -> Policy:
        """The policy for tickets that open now."""
        ...

    def version(self, version: int) -> Policy:
        """The policy that a running ticket began with, with today's roster."""
        ...


@dataclass(slots=True)
class Hand:
    """What one transaction works on.

    A ticket that is in hand is locked, so what is known of it holds until the transaction ends. What steps made of it
    is written by `save`; whatever asks the database for more than the tickets in hand asks by `settled`, so that it
    finds what the steps before have made. `now` is the moment of all its steps.
    """

    connection: Connection
    policies: Policies
    now: datetime
    crowd: Crowd = field(default_factory=Crowd)
    _tickets: dict[int, Ticket] = field(default_factory=dict)
    _alerts: dict[Place, int | None] = field(default_factory=dict)
    _records: dict[Place, int] = field(default_factory=dict)
    _steps: list[Stepped] = field(default_factory=list)
    _identities: list[Unopened] = field(default_factory=list)

    def take(self, ids: Collection[int]) -> None:
        """Take up these tickets, as far as they are there: nobody else steps them until the transaction ends."""
        self._tickets |= tickets.locked(self.connection, sorted({*ids} - self._tickets.keys()))

    def take_up(self, events: Iterable[Event]) -> None:
        """Take up the tickets of these events, whose keys must be locked."""
        alerts: dict[Place, None] = {}
        records: dict[Place, None] = {}
        for event in events:
            if event.kind is EventKind.ALERT:
                alerts[_alert(event)] = None
            elif event.record and event.record.id:
                records[event.record.platform, indexed(event.record.id)] = None
        found = tickets.of_alerts(self.connection, alerts)
        self._alerts |= {**alerts, **found}
        self._records |= tickets.of_records(self.connection, records)
        self.take({*found.values(), *self._records.values()})

    def ticket(self, ticket_id: int) -> Ticket | None:
        """A ticket as the steps so far have left it; None where there is none."""
        if ticket_id not in self._tickets:
            self.take([ticket_id])
        return self._tickets.get(ticket_id)

    def of(self, event: Event) -> Ticket | None:
        """The ticket that an event concerns; None where no ticket knows it."""
        known = self._number(event)
        return self.ticket(known) if known is not None else None

    def _number(self, event: Event) -> int | None:
        if event.kind is EventKind.ALERT:
            if _alert(event) not in self._alerts:
                self.take_up([event])
            return self._alerts[_alert(event)]
        ref = event.record
        known = self._records.get((ref.platform, indexed(ref.id))) if ref and ref.id else None
        return known if known is not None else tickets.find(self.settled(), event)

    def identity(self) -> Unopened:
        """An identity for a ticket that may be opened; as many are set aside as alerts here are without a ticket."""
        if not self._identities:
            missing = sum(number is None for number in self._alerts.values())
            self._identities = tickets.reserve(self.connection, max(missing, 1))[::-1]
        return self._identities.pop()

    def keep(self, before: Ticket | None, outcome: Outcome) -> None:
        """Keep what a step made, to be saved with the rest."""
        ticket = outcome.ticket
        if ticket is None:
            return
        self._tickets[ticket.id] = ticket
        self._steps.append(Stepped(before, ticket, outcome))
        self.crowd.note(before, ticket)
        if before is None or ticket.alerts is not before.alerts:
            known = {(one.source, one.key) for one in (before.alerts if before else ())}
            fresh = (one for one in ticket.alerts if (one.source, one.key) not in known)
            self._alerts |= {(one.source, indexed(one.key)): ticket.id for one in fresh}
        if before is None or ticket.records is not before.records:
            was = {(one.ref.platform, one.ref.id) for one in (before.records if before else ())}
            refs = (one.ref for one in ticket.records if one.exists)
            fresh_refs = (ref for ref in refs if (ref.platform, ref.id) not in was)
            self._records |= {(ref.platform, indexed(ref.id)): ticket.id for ref in fresh_refs}
        if outcome.to_children:
            self.save()  # to those that it gathers now, not to those that join later

    def settled(self) -> Connection:
        """The connection, once everything that steps have made so far is written."""
        self.save()
        return self.connection

    def save(self) -> None:
        """Write what steps have made since the last time."""
        steps, self._steps = self._steps, []
        saving.save_all(self.connection, steps)


def _alert(event: Event) -> Place:
    return event.source, indexed(event.key)

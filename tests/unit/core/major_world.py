"""Many tickets in memory, with the signals between them: what the store and the workers do, without either."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.engine import Outcome, as_parent, likeness, step
from core.model import (
    Action,
    ChildChanged,
    LinkMajor,
    OpenMajor,
    Signal,
    Stimulus,
    Surroundings,
    Ticket,
    TimerDue,
    TimerKind,
    Unopened,
)
from core.policy import MajorRule, Policy
from tests.unit.core.conftest import NOON, a_policy, an_alert

RULE = MajorRule(
    like=("service", "title"), at=3, bridge="https://meet.example.com/{uid}", contact="ines", title="Major: {title}"
)


@dataclass
class Crowd:
    """Tickets that live beside each other."""

    policy: Policy = field(default_factory=lambda: a_policy(major=RULE))
    now: datetime = NOON
    tickets: dict[int, Ticket] = field(default_factory=dict)
    waiting: list[tuple[int, Signal]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    paged: list[int] = field(default_factory=list)
    """The tickets for which somebody was called, in that order, as far as nothing took the call back at once."""

    def opens(self, **changes: object) -> Ticket:
        """A ticket opens for an alert of its own."""
        event = an_alert(**{"key": f"f{len(self.tickets) + 1}", **changes})
        found = likeness(event, self.policy, self.now)
        outcome = step(self._next(), event, self.policy, self.now, Surroundings(likeness=found))
        assert outcome.ticket is not None
        around = self._beside(found, outcome.ticket.likeness)
        outcome = step(self._next(), event, self.policy, self.now, around)
        assert outcome.ticket is not None
        if around.parent is None and around.likeness and len(around.alike) + 1 >= self.policy.major.at:
            earlier = tuple(self.tickets[one] for one in around.alike)
            given = OpenMajor(earlier, outcome.ticket)
            opened = self._keep(step(self._next(1), given, self.policy, self.now))
            around = replace(around, parent=as_parent(opened))
            outcome = step(Unopened(outcome.ticket.id, outcome.ticket.uid), event, self.policy, self.now, around)
        return self._keep(outcome)

    def _next(self, further: int = 0) -> Unopened:
        number = max(self.tickets, default=0) + 1 + further
        return Unopened(number, f"uid{number}")

    def _beside(self, told: str, found: str) -> Surroundings:
        if not found:
            return Surroundings()
        since = self.now - self.policy.major.window
        mine = [one for one in self.tickets.values() if one.likeness == found and one.opened_at >= since]
        parents = [one for one in self.tickets.values() if one.major and one.major.gathers == found]
        parent = next((one for one in reversed(parents) if one.state.is_open), None)
        return Surroundings(
            likeness=told,
            like=sum(one.state.is_open for one in mine),
            alike=tuple(one.id for one in mine if one.state.is_open and not one.gathered and one is not parent),
            parent=as_parent(parent) if parent and (mine or parent.opened_at >= since) else None,
        )

    def happens(self, ticket_id: int, stimulus: Stimulus) -> Ticket:
        """Something happens to one of them."""
        around = Surroundings()
        if isinstance(stimulus, LinkMajor) and (parent := self.tickets.get(stimulus.major)):
            around = Surroundings(parent=as_parent(parent) if parent.major and parent.state.is_open else None)
        if isinstance(stimulus, ChildChanged):
            mine = [one for one in self.tickets.values() if one.parent == ticket_id and one.gathered]
            around = Surroundings(children=len(mine), open_children=sum(one.state.is_open for one in mine))
        return self._keep(step(self.tickets[ticket_id], stimulus, self.policy, self.now, around))

    def _keep(self, outcome: Outcome) -> Ticket:
        ticket = outcome.ticket
        assert ticket is not None
        self.tickets[ticket.id] = ticket
        self.actions += outcome.actions
        self.paged += [ticket.id for one in outcome.actions if one.notice and not one.notice.informs]
        self.waiting += outcome.signals
        children = [one.id for one in self.tickets.values() if one.parent == ticket.id and one.gathered]
        self.waiting += [(child, signal) for signal in outcome.to_children for child in children]
        return ticket

    def settles(self) -> None:
        """Every signal reaches its ticket, those of one ticket in order."""
        for _ in range(1000):
            if not self.waiting:
                return
            self.hears(0)
        raise AssertionError("the tickets keep each other busy: a loop")

    def hears(self, which: int) -> None:
        """The first signal for one of the tickets that have some reaches it."""
        ticket_ids = list(dict.fromkeys(ticket_id for ticket_id, _ in self.waiting))
        chosen = ticket_ids[which % len(ticket_ids)]
        at = next(place for place, (ticket_id, _) in enumerate(self.waiting) if ticket_id == chosen)
        ticket_id, signal = self.waiting.pop(at)
        self.happens(ticket_id, signal)

    def jumps(self, minutes: float) -> None:
        """Time passes, and what comes due on the way happens when it does."""
        until = self.now + timedelta(minutes=minutes)
        while True:
            due = [(t.due_at, one.id, t) for one in self.tickets.values() for t in one.timers if t.due_at <= until]
            if not due:
                break
            at, ticket_id, timer = min(due, key=lambda one: (one[0], one[1]))
            self.now = max(self.now, at)
            self.happens(ticket_id, TimerDue(timer.kind, timer.token, timer.name))
            self.settles()
        self.now = until

    @property
    def parent(self) -> Ticket:
        """The newest major incident."""
        return [one for one in self.tickets.values() if one.major][-1]

    @property
    def children(self) -> list[Ticket]:
        """All that is no major incident."""
        return [one for one in self.tickets.values() if not one.major]


def is_looked_after(ticket: Ticket) -> bool:
    """Whether somebody is called for an open ticket, or has it, or everybody was asked."""
    waits = ticket.timer(TimerKind.ACKNOWLEDGE) is not None
    return waits or ticket.is_acknowledged or ticket.exhausted or not ticket.state.is_open

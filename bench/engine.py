"""`step` on one core, with the packaged default policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bench import documents
from bench.alerts import Requests
from bench.figures import Figure
from bench.mapping import events_of
from bench.timing import rate
from core.engine import step
from core.model import Acknowledge, Event, Stimulus, Ticket, TimerDue, TimerKind, Unopened
from core.policy import Policy

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_NEW = Unopened(1, "k3f9q2abcd")


def an_alert() -> Event:
    """The benchmark's alert as an event."""
    return events_of("alertmanager", Requests("/").body(0))[0]


def opened(policy: Policy) -> Ticket:
    """A ticket that the alert has opened."""
    ticket = step(_NEW, an_alert(), policy, NOW).ticket
    assert ticket is not None
    return ticket


def measure() -> list[Figure]:
    """Calls per second for what happens most."""
    policy = replace(documents.policy(), creates_on={"alertmanager": "servicenow"})
    alert, ticket = an_alert(), opened(policy)
    timer = ticket.timer(TimerKind.ACKNOWLEDGE)
    assert timer is not None
    stimuli: dict[str, tuple[Ticket | Unopened, Stimulus]] = {
        "open by an alert": (_NEW, alert),
        "repeat of an open ticket": (ticket, alert),
        "timer due, next level": (ticket, TimerDue(timer.kind, timer.token)),
        "acknowledge": (ticket, Acknowledge("dana", "a link")),
    }

    def call(before: Ticket | Unopened, stimulus: Stimulus) -> Callable[[], object]:
        return lambda: step(before, stimulus, policy, timer.due_at)

    return [Figure(name=name, value=rate(call(*one)), unit="steps/s") for name, one in stimuli.items()]

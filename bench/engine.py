"""`step` on one core, with the packaged default policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench import documents
from bench.alerts import Requests
from bench.figures import Figure
from bench.mapping import events_of
from bench.rules import with_rules
from bench.timing import rate
from core.engine import Outcome, step
from core.model import (
    Acknowledge,
    Event,
    Receipt,
    RecordRef,
    Report,
    State,
    Stimulus,
    Ticket,
    TimerDue,
    TimerKind,
    Unopened,
)
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


def a_life(policy: Policy) -> list[tuple[Ticket | Unopened, Stimulus, datetime]]:
    """What a ticket goes through, each step with the ticket before it.

    An alert opens it, the platform and the message are answered, it is repeated six times, escalated, acknowledged, and
    resolved.
    """
    alert, steps, now = an_alert(), [], NOW
    ticket: Ticket | Unopened = _NEW

    def goes_on(stimulus: Stimulus, minutes: float) -> Outcome:
        nonlocal ticket, now
        now += timedelta(minutes=minutes)
        steps.append((ticket, stimulus, now))
        outcome = step(ticket, stimulus, policy, now)
        ticket = outcome.ticket or ticket
        return outcome

    opened_ = goes_on(alert, 0)
    ref = RecordRef("servicenow", "incident", "5e" * 16, "INC0010001", "https://servicenow.example.com/INC0010001")
    for action in opened_.actions:
        goes_on(Report(action, Receipt(ref, 1) if action.platform else Receipt()), 0.1)
    for _ in range(6):
        goes_on(alert, 0.5)
    timer = ticket.timer(TimerKind.ACKNOWLEDGE) if isinstance(ticket, Ticket) else None
    assert timer is not None
    goes_on(TimerDue(timer.kind, timer.token), (timer.due_at - now).total_seconds() / 60)
    goes_on(Acknowledge("dana", "a link"), 1)
    goes_on(replace(alert, state=State.RESOLVED, occurred_at=now), 5)
    return steps


def _life_rate(policy: Policy) -> float:
    """Steps per second over a whole life."""
    steps = a_life(policy)

    def live() -> None:
        for before, stimulus, now in steps:
            step(before, stimulus, policy, now)

    return rate(live) * len(steps)


def measure() -> list[Figure]:
    """Calls per second over a ticket's life, with few rules and with many, and for what happens most."""
    policy = replace(documents.policy(), creates_on={"alertmanager": "servicenow"})
    few = Figure(name="a ticket's life", value=_life_rate(policy), unit="steps/s")
    many = Figure(name="a ticket's life, 200 rules more", value=_life_rate(with_rules(policy)), unit="steps/s")
    return [few, many.over(few), *_single(policy)]


def _single(policy: Policy) -> list[Figure]:
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

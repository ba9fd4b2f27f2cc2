"""What the sources' fixtures do to a ticket: one after the other through the engine, as their tools would send them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.engine import step
from core.model import Event, State, Ticket, Unopened
from mappings import PACKAGED, fixtures
from rung.live import packaged
from tests.unit.core.conftest import a_policy

CATALOGUE = packaged()
LIVES = {
    "checkmk": ("service-problem", ("service-acknowledgement",), "service-recovery"),
    "datadog": ("triggered", ("renotify",), "recovered"),
    "dynatrace": ("problem-open", (), "problem-resolved"),
    "icinga2": ("service-problem", ("service-acknowledgement",), "service-recovery"),
    "librenms": ("alert", ("acknowledged", "better"), "recovered"),
    "nagios": ("service-problem", ("service-acknowledgement",), "service-recovery"),
    "newrelic": ("issue-activated", ("issue-acknowledged", "issue-with-a-further-violation"), "issue-closed"),
    "opsgenie": ("create", ("acknowledge", "unacknowledge", "update-priority"), "close"),
    "pagerduty": (
        "incident-triggered",
        ("incident-acknowledged", "incident-reassigned-without-a-priority", "incident-priority-updated"),
        "incident-resolved",
    ),
    "prometheus": ("firing", (), "resolved"),
    "zabbix": ("problem", ("update-acknowledged", "update-severity-is-higher"), "recovery-still-says-average"),
}
"""The fixture with which an alert begins, those that tell of it while it lasts, and the one with which it ends."""
AGAIN = {"pagerduty": "incident-reopened"}
"""Fixtures by which a tool says that what was over has begun anew."""


def events(source: str, name: str) -> tuple[Event, ...]:
    body = PACKAGED / source / "fixtures" / f"{name}.json"
    bound = fixtures.bound(CATALOGUE[source])
    return bound.events(fixtures.delivery(body.read_bytes(), fixtures.headers(body), source)).events


class Life:
    """A ticket, told of fixtures a minute apart, beginning when the first of them says that it began."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.policy = a_policy()
        begins = events(source, LIVES[source][0])[0].occurred_at
        assert begins is not None
        self.now = begins
        self.ticket: Ticket | Unopened = Unopened(1, "k3f9q2abcd")

    def hears(self, *names: str) -> Ticket:
        for event in (event for name in names for event in events(self.source, name)):
            self.now += timedelta(minutes=1)
            self.ticket = step(self.ticket, event, self.policy, self.now).ticket or self.ticket
        assert isinstance(self.ticket, Ticket)
        return self.ticket


@pytest.mark.parametrize("source", LIVES)
def test_an_alert_opens_a_ticket_and_its_end_resolves_it(source: str) -> None:
    first, between, last = LIVES[source]
    life = Life(source)
    assert life.hears(first).state is State.NEW
    assert life.hears(first, *between, first).state is State.NEW
    life.now += timedelta(hours=2)
    assert life.hears(last).state is State.RESOLVED
    assert life.hears(last).state is State.RESOLVED


@pytest.mark.parametrize("source", LIVES)
def test_reminders_and_updates_leave_a_ticket_that_a_person_resolved_as_it_is(source: str) -> None:
    first, between, _ = LIVES[source]
    life = Life(source)
    life.ticket = replace(life.hears(first), state=State.RESOLVED, resolved_at=life.now)
    assert life.hears(first, *between).state is State.RESOLVED


@pytest.mark.parametrize("source", AGAIN)
def test_what_begins_anew_reopens_its_ticket(source: str) -> None:
    first, _, last = LIVES[source]
    life = Life(source)
    life.hears(first, last)
    life.now += timedelta(minutes=20)
    assert life.hears(AGAIN[source]).state is State.NEW

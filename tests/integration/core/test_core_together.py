"""Deliveries that wait are applied together, and one that goes wrong takes no other with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.model import Delivery, Normalized
from core.policy import Policy
from core.ports import Mappings
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import BEGIN, World, world


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def stored(here: World, *names: str) -> None:
    """A delivery for each of the alerts, stored and not yet looked at."""
    for name in names:
        labels = {"alertname": name, "service": "payments-api", "severity": "critical"}
        body = json.dumps(alertmanager([Alert(labels, {"summary": name}, BEGIN, None)])).encode()
        assert here.post("alertmanager", body).status_code == 202


def statuses(here: World) -> list[str]:
    return [row.status.value for row in reversed(here.app.desk.deliveries())]


def transactions(here: World) -> int:
    with here.database.begin() as connection:
        return int(connection.execute(text("SELECT count(DISTINCT xmin::text) FROM tickets")).scalar_one())


@dataclass
class Breaks:
    """Mappings whose events for one alert cannot be stored: PostgreSQL's texts hold no NUL."""

    really: Mappings
    title: str

    def events(self, delivery: Delivery) -> Normalized:
        normalized = self.really.events(delivery)
        broken = [replace(one, title="\0") if one.title == self.title else one for one in normalized.events]
        return replace(normalized, events=tuple(broken))

    def record(self, source: str, body: dict[str, object]) -> Normalized:
        return self.really.record(source, body)


def test_what_waits_is_applied_in_one_transaction(here: World) -> None:
    stored(here, "One", "Two", "Three", "Four")
    assert here.app.intake.drain() == 4
    assert statuses(here) == ["applied"] * 4
    assert transactions(here) == 1


def test_one_that_is_not_understood_keeps_no_other_from_being_applied(here: World) -> None:
    stored(here, "One")
    here.post("alertmanager", b'{"alerts": "none"}')
    stored(here, "Two")
    here.app.intake.drain()
    assert statuses(here) == ["applied", "unmapped", "applied"]


def test_one_that_cannot_be_stored_takes_no_other_with_it_and_none_is_applied_twice(here: World) -> None:
    stored(here, "One", "Two", "Three")
    mappings = Breaks(here.loaded.mappings, "Two")
    understanding = replace(here.app.intake.understanding, mappings=lambda: mappings)  # type: ignore[return-value] # a test's own
    replace(here.app.intake, understanding=understanding).drain()
    assert statuses(here) == ["applied", "failed", "applied"]
    rows = here.app.desk.tickets()
    assert sorted(row.title for row in rows) == ["One", "Three"]
    assert len({len(here.page(row.id).entries) for row in rows}) == 1


def test_timers_that_are_due_at_once_fire_in_one_transaction(here: World) -> None:
    stored(here, "One", "Two", "Three")
    here.settle()
    here.now += timedelta(minutes=6)
    assert here.app.sweeper.sweep() == 3
    assert transactions(here) == 1


def test_a_timer_whose_ticket_cannot_be_stepped_takes_no_other_with_it(here: World) -> None:
    stored(here, "One", "Two", "Three")
    here.settle()
    with here.database.begin() as connection:
        connection.execute(text('UPDATE tickets SET body = body || \'{"severity": "odd"}\' WHERE id = 2'))
    here.now += timedelta(minutes=6)
    assert here.app.sweeper.sweep() == 2
    with here.database.begin() as connection:
        wrong = connection.execute(text("SELECT DISTINCT ticket_id FROM timers WHERE error <> ''")).scalars().all()
    assert wrong == [2]


def test_an_error_that_passes_costs_no_attempt(here: World) -> None:
    stored(here, "One", "Two")

    class Once:
        """Policies that fail the first time."""

        failed = False

        def newest(self) -> Policy:
            if not self.failed:
                self.failed = True
                raise ValueError("this once")
            return here.policy

        def version(self, version: int) -> Policy:
            del version
            return here.policy

    replace(here.app.intake, policies=Once()).drain()
    assert statuses(here) == ["applied", "applied"]

"""Behind a backlog nobody waits for a SEV1, or for what a person has said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.store import triage as store
from core.work import intake, triage
from core.work.triage import Triage
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import BEGIN, World, world

LEASE = timedelta(seconds=30)


@pytest.fixture
def here(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(intake, "_BATCH", 4)
    with world(postgres_url, tmp_path) as made:
        yield made


def received(here: World, name: str, severity: str = "warning", *, over: bool = False) -> None:
    """An alert's delivery, stored and not yet looked at."""
    labels = {"alertname": name, "service": "payments-api", "severity": severity, "instance": name}
    ended = BEGIN + timedelta(minutes=1) if over else None
    body = json.dumps(alertmanager([Alert(labels, {"summary": name}, BEGIN, ended)])).encode()
    assert here.post("alertmanager", body).status_code == 202


def worse_than(here: World, delivery: int) -> None:
    """The same alert as in that delivery, but critical."""
    query = text("SELECT body FROM deliveries WHERE id = :id")
    with here.database.begin() as connection:
        told = json.loads(bytes(connection.execute(query, {"id": delivery}).scalar_one()))
    told["alerts"][0]["annotations"]["description"] = "It gets worse."
    told["alerts"][0]["labels"]["severity"] = "critical"
    assert here.post("alertmanager", json.dumps(told).encode()).status_code == 202


def opened(here: World) -> list[str]:
    """The tickets' titles, in the order in which they were opened."""
    with here.database.begin() as connection:
        return list(connection.execute(text("SELECT body ->> 'title' FROM tickets ORDER BY id")).scalars())


def waiting(here: World) -> list[int]:
    """The deliveries in the order in which they will be taken up."""
    query = text("SELECT id FROM deliveries WHERE status = 'received' ORDER BY attempt_at, id")
    with here.database.begin() as connection:
        return list(connection.execute(query).scalars())


def a_triage(here: World) -> Triage:
    return Triage(here.database, here.app.intake.understanding, here.app.intake.policies, lambda: here.now)


def test_a_sev1_that_comes_last_is_applied_before_what_is_not_urgent(here: World) -> None:
    for number in range(12):
        received(here, f"usual {number:02}")
    received(here, "down", "critical")
    here.app.intake.drain()
    titles = opened(here)
    assert len(titles) == 13
    assert titles.index("down") == 7  # in the second batch: with the first it was seen that much waits
    assert [one for one in titles if one != "down"] == [f"usual {number:02}" for number in range(12)]


def test_new_sev1_tickets_go_before_repeats_and_repeats_keep_their_order(here: World) -> None:
    received(here, "known", "critical")
    here.app.intake.drain()
    for _ in range(10):
        received(here, "known", "critical")
    received(here, "new", "critical")
    assert a_triage(here).look() == 11
    assert waiting(here) == [12, *range(2, 12)]


def test_an_alert_that_gets_worse_while_it_waits_takes_its_first_word_along(here: World) -> None:
    received(here, "first")
    received(here, "grows")
    received(here, "other")
    worse_than(here, 2)
    a_triage(here).look()
    assert waiting(here) == [2, 4, 1, 3]


def test_what_fires_anew_does_not_overtake_its_own_end(here: World) -> None:
    received(here, "flaps")
    received(here, "flaps", over=True)
    worse_than(here, 1)
    received(here, "down", "critical")
    a_triage(here).look()
    assert waiting(here) == [4, 1, 2, 3]


def test_one_source_does_not_overtake_the_others_for_ever(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triage, "MOST_MOVED", 2)
    looks = a_triage(here)
    received(here, "usual")
    for number in range(3):
        received(here, f"down {number}", "critical")
        looks.look()
    assert waiting(here) == [2, 3, 1, 4]


def test_only_one_looks_at_a_time_and_goes_on_where_it_ended_and_the_next_begins_anew(here: World) -> None:
    received(here, "one")
    first, second = a_triage(here), a_triage(here)
    assert first.look() == 1
    received(here, "two")
    assert second.look() == 0
    assert first.look() == 1
    first.rest()
    assert second.look() == 2


def test_what_is_being_taken_up_or_was_put_off_is_let_be(here: World) -> None:
    received(here, "taken", "critical")
    received(here, "put off", "critical")
    with here.database.begin() as connection:
        connection.execute(text("UPDATE deliveries SET attempts = 1 WHERE id = 1"))
        connection.execute(text("UPDATE deliveries SET attempt_at = attempt_at + interval '1 hour' WHERE id = 2"))
        before = connection.execute(text("SELECT id, attempt_at FROM deliveries ORDER BY id")).all()
    a_triage(here).look()
    with here.database.begin() as connection:
        assert connection.execute(text("SELECT id, attempt_at FROM deliveries ORDER BY id")).all() == before


def test_what_cannot_be_understood_keeps_its_place(here: World) -> None:
    assert here.post("alertmanager", b'{"alerts": "none"}').status_code == 202
    received(here, "down", "critical")
    assert a_triage(here).look() == 2
    assert waiting(here) == [2, 1]


def test_the_age_of_what_waits_is_still_told_truly(here: World) -> None:
    received(here, "usual")
    received(here, "down", "critical")
    with here.database.begin() as connection:
        before = store.front(connection)
    a_triage(here).look()
    with here.database.begin() as connection:
        after = store.front(connection)
    assert before is not None
    assert after is not None
    assert timedelta(0) < before - after < timedelta(milliseconds=10)

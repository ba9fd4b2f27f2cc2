"""A storm that a major incident gathers: together or one by one, it comes to the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.policy import Policy
from core.policy.major import MajorRule
from core.policy.surge import SurgeRule
from core.work import batch
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import BEGIN, World, world

WINDOW = timedelta(minutes=15)


def with_majors(policy: Policy) -> Policy:
    surge = SurgeRule(at=3, until=2, window=WINDOW, call=("ines.moreau",))
    return replace(policy, major=MajorRule(like=("service", "category"), at=4, window=WINDOW, surge=surge))


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path, change=with_majors) as made:
        yield made


def fired(here: World, numbers: range, name: str = "Slow") -> None:
    for number in numbers:
        labels = {"alertname": name, "service": "payments-api", "severity": "warning", "instance": f"pay-{number}"}
        body = json.dumps(alertmanager([Alert(labels, {"summary": f"{name} {number}"}, BEGIN, None)])).encode()
        assert here.post("alertmanager", body).status_code == 202


def facts(here: World) -> list[tuple[object, ...]]:
    """What a storm makes of tickets."""
    query = text("""
        SELECT body ->> 'title', gathered, parent, (body ->> 'like')::int, gathers IS NOT NULL,
               (SELECT count(*) FROM timeline WHERE ticket_id = tickets.id),
               (SELECT count(*) FROM actions WHERE ticket_id = tickets.id AND verb = 'notify')
        FROM tickets ORDER BY body ->> 'title', id
    """)
    with here.database.begin() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_a_storm_applied_together_gathers_all_that_is_alike(here: World) -> None:
    fired(here, range(12))
    here.app.intake.drain()
    told = facts(here)
    majors = [one for one in told if one[4]]
    assert len(told) == 13
    assert [one[3] for one in majors] == [12]
    assert sum(bool(one[1]) for one in told) == 12


@pytest.mark.parametrize("names", [("Slow",), ("Slow", "Down")])
def test_it_makes_the_same_of_a_storm_as_one_by_one(
    here: World, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def played(first: int) -> list[tuple[object, ...]]:
        """The storm, in an hour of its own and with alerts of its own."""
        here.now = BEGIN + timedelta(hours=first)
        for number in range(first, first + 9):
            fired(here, range(number, number + 1), names[number % len(names)])
        with here.database.begin() as connection:
            last = connection.execute(text("SELECT coalesce(max(id), 0) FROM tickets")).scalar_one()
        here.app.intake.drain()
        here.app.sweeper.surges.look()
        with here.database.begin() as connection:
            query = text("""
                SELECT gathered, parent - :last, body ->> 'like', gathers IS NOT NULL,
                       array(SELECT reason FROM timeline WHERE ticket_id = tickets.id ORDER BY id)
                FROM tickets WHERE id > :last ORDER BY id
            """)
            return [tuple(row) for row in connection.execute(query, {"last": last})]

    together = played(0)
    with here.database.begin() as connection:
        connection.execute(text("UPDATE surges SET ended_at = now() WHERE ended_at IS NULL"))
        connection.execute(text("UPDATE tickets SET is_open = false, likeness = NULL, gathers = NULL"))
    monkeypatch.setattr(batch, "MOST_EVENTS", 1)
    alone = played(900)
    assert sorted(map(str, together)) == sorted(map(str, alone))

"""How it stands with Rung, after a real life: asked through the API and on the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from core.status import PlatformRow, QueueRow
from core.store import backlog
from rung.presence import Presence, Pulse
from tests.integration.world import World, world


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def asked(here: World) -> dict[str, Any]:
    answer = requests.get(f"{here.url}/api/v1/status", timeout=10)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def platform(here: World, name: str = "servicenow") -> PlatformRow:
    return next(one for one in here.app.desk.status().platforms if one.name == name)


def presence(here: World, role: str, *loops: str) -> Presence:
    return Presence(here.database, role, {name: Pulse() for name in loops})


def test_a_platform_tells_its_last_success_its_breaker_and_its_last_error(here: World) -> None:
    assert platform(here) == PlatformRow(name="servicenow")
    here.alert()
    well = platform(here)
    assert well.succeeded_at is not None
    assert (well.breaker, well.waiting, well.last_error, well.says) == ("closed", 0, "", "In step.")
    here.box.fault("servicenow", kind="status", status=503, times=None)
    here.alert(instance="two")
    failing = platform(here)
    assert (failing.breaker, failing.failures, failing.waiting) == ("closed", 1, 1)
    for _ in range(4):
        here.hurry()
    down = platform(here)
    assert (down.breaker, down.failures, down.succeeded_at) == ("open", 5, well.succeeded_at)
    assert down.since is not None
    assert down.until is not None
    assert "503" in down.last_error
    assert asked(here)["troubles"] == [f"servicenow: {down.says}"]
    here.box.heal()
    with here.database.begin() as connection:
        connection.execute(text("UPDATE breakers SET open_until = clock_timestamp()"))
    assert platform(here).breaker == "trying"
    here.hurry()
    back = platform(here)
    assert (back.breaker, back.failures, back.waiting) == ("closed", 0, 0)
    assert back.last_error == down.last_error
    assert back.succeeded_at is not None
    assert back.succeeded_at > well.succeeded_at


def test_polling_stands_with_its_platform(here: World) -> None:
    here.poll()
    (row,) = platform(here).polling
    assert (row.collection, row.says) == ("incident", "In step.")


def test_rung_works_while_all_its_loops_are_heard_of_and_not_without_them(here: World) -> None:
    told = asked(here)
    assert told["state"] == "failing"
    assert told["processes"] == []
    web, worker = presence(here, "web", "door"), presence(here, "worker", "intake", "delivery", "notices")
    clock = presence(here, "clock", "sweep")
    for one in (web, worker, clock):
        one.say()
    told = asked(here)
    assert (told["state"], told["unable"]) == ("working", [])
    assert [one["role"] for one in told["processes"]] == ["clock", "web", "worker"]
    assert told["processes"][0]["says"] == "Runs."
    assert told["versions"]["rung"] == told["processes"][0]["version"]
    assert told["versions"]["schema"] == told["versions"]["schema_wanted"]
    with worker.told():
        pass
    assert asked(here)["state"] == "failing"
    assert [one["role"] for one in asked(here)["processes"]] == ["clock", "web"]


def test_a_killed_process_is_gone_after_a_while_and_then_forgotten(here: World) -> None:
    presence(here, "clock", "sweep").say()
    with here.database.begin() as connection:
        connection.execute(text("UPDATE processes SET seen_at = clock_timestamp() - interval '60 seconds'"))
    (gone,) = here.app.desk.status().processes
    assert not gone.lives
    assert gone.rounds["sweep"] >= timedelta(seconds=60)
    with here.database.begin() as connection:
        connection.execute(text("UPDATE processes SET seen_at = clock_timestamp() - interval '1 day'"))
    presence(here, "web", "door").say()
    assert [one.role for one in here.app.desk.status().processes] == ["web"]


def queues(here: World) -> dict[str, QueueRow]:
    return {one.work: one for one in here.app.desk.status().queues}


def test_what_nobody_takes_up_is_told_and_what_nobody_can_take_up_is_not(here: World) -> None:
    here.box.fault("servicenow", kind="status", status=503, times=None)
    here.alert()
    assert queues(here)["write_back"].waiting == 1
    assert queues(here)["write_back"].overdue is None, "it is put off until its next attempt"
    here.post("alertmanager", b"{}")
    with here.database.begin() as connection:
        connection.execute(text("UPDATE deliveries SET attempt_at = clock_timestamp() - interval '20 minutes'"))
        connection.execute(text("UPDATE actions SET attempt_at = clock_timestamp() - interval '10 minutes'"))
    late = queues(here)
    assert late["delivery"].says == "Nobody has taken up deliveries for 20 minutes: too few workers, or none."
    assert late["write_back"].says == "Nobody has taken up write-backs for 10 minutes: too few workers, or none."
    with here.database.begin() as connection:
        connection.execute(text("UPDATE breakers SET open_until = clock_timestamp()"))
        assert "write_back" not in backlog.overdue(connection, here.now), "its platform is left alone"
    here.now += timedelta(minutes=30)
    assert queues(here)["timer"].says.startswith("Nobody has taken up timers for 25 minutes")
    here.box.heal()


def test_what_waits_for_a_person_is_counted(here: World) -> None:
    here.alert()
    here.post("alertmanager", b'{"hello": "world"}')
    here.settle()
    ended = here.app.desk.status().ended
    assert {what: many for what, many in ended.items() if many} == {"unmapped_delivery": 1}

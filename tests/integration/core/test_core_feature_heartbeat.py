"""Sources that must be heard from, through the real door and a real database."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from connectors.config import Secret
from core.model import ReasonCode, State
from core.ports import Listened, StorageUnavailableError
from core.store.database import connect
from core.work.attendance import SqlAttendance
from core.work.heartbeat import Heartbeats
from tests.integration.world import SECRET, World, world
from webhooks import Source
from webhooks.signatures import Path as SecretPath

EVERY = timedelta(minutes=10)
WATCHDOG = {"status": "firing", "labels": {"alertname": "Watchdog"}, "startsAt": "2026-03-01T07:00:00Z"}


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        pings = Source("backup", SecretPath((Secret.of(SECRET),)), signs_of_life=True)
        made.loaded = replace(
            made.loaded,
            sources={**made.loaded.sources, "backup": pings},
            listened={
                "alertmanager": Listened(name="alertmanager", mapping="alertmanager", every=EVERY),
                "jira": Listened(name="jira", mapping="jira", platform="jira"),
            },
        )
        made.app.attendance.keep_open()
        made.sweeper.sweep()
        yield made


def look(here: World, minutes: float = 0) -> None:
    """Time passes, and every clock looks, however short ago it has."""
    here.sweeper.heartbeats.paced.at = float("-inf")
    here.jump(minutes)


def listen(here: World, **sources: timedelta | None) -> None:
    here.loaded = replace(here.loaded, listened={name: Listened(name=name, every=one) for name, one in sources.items()})


def is_heard(here: World) -> None:
    answer = here.post("alertmanager", json.dumps({"alerts": [WATCHDOG]}).encode())
    assert answer.status_code == 202
    here.settle()


def tickets(here: World) -> int:
    return len([*here.app.desk.tickets(), *here.app.desk.tickets(state=State.RESOLVED)])


def test_a_source_that_falls_silent_opens_a_ticket_which_is_resolved_when_it_is_heard_again(here: World) -> None:
    is_heard(here)
    look(here, 10)
    assert tickets(here) == 0, "an alert that always fires opens none itself"
    look(here, 0.2)
    page = here.page()
    assert page.ticket.title == "Nothing is heard from alertmanager"
    assert (
        "must be heard from every 10 minutes. It was last heard at 2026-03-02 12:00:00 UTC." in page.ticket.description
    )
    assert page.entries[0].reason.sentence == (
        "Rung, which waits to hear from alertmanager, reported: Nothing is heard from alertmanager."
    )
    assert page.ticket.category == "heartbeat"
    assert page.row.key.startswith("INC"), "its records are created as for its alerts"
    assert here.messages.told == ["dana.reyes"]
    (row,) = [one for one in here.app.desk.sources() if one.name == "alertmanager"]
    assert (row.silent_since, row.received, row.unmapped) == (here.now, 1, 0)

    look(here, 30)
    assert tickets(here) == 1, "it is told once"
    is_heard(here)
    look(here)
    assert here.page().ticket.state is State.RESOLVED
    assert here.page().ticket.resolution == (
        "Resolved because Rung, which waits to hear from alertmanager, reports that it is over."
    )
    assert here.app.desk.sources()[0].silent_since is None


def test_one_that_falls_silent_once_more_reopens_it(here: World) -> None:
    look(here, 11)
    is_heard(here)
    look(here)
    look(here, 11)
    assert tickets(here) == 1
    assert ReasonCode.REOPENED in here.reasons()


def test_a_source_that_was_never_heard_has_its_whole_time(here: World) -> None:
    look(here, 9)
    assert tickets(here) == 0
    look(here, 2)
    assert "It was never heard." in here.page().ticket.description


def test_any_authentic_delivery_counts_and_no_other(here: World) -> None:
    for _ in range(4):
        here.post("alertmanager", b"{}")
        look(here, 8)
    assert tickets(here) == 0
    for _ in range(2):
        assert here.post("alertmanager", b"{}", Authorization="Bearer wrong").status_code == 401
        look(here, 8)
    assert tickets(here) == 1


def test_after_an_outage_of_ours_every_source_has_its_whole_time_again(here: World) -> None:
    with here.database.begin() as connection:
        connection.execute(text("UPDATE listening SET seen_at = clock_timestamp() - interval '1 minute'"))
    look(here, 60)
    assert tickets(here) == 0, "while no door is open, nobody can be called silent"
    here.app.attendance.keep_open()
    look(here, 9)
    assert tickets(here) == 0
    look(here, 2)
    assert tickets(here) == 1


def test_a_door_that_stays_open_gives_nobody_more_time(here: World) -> None:
    look(here, 6)
    here.app.attendance.keep_open()
    look(here, 5)
    assert tickets(here) == 1


def test_several_clocks_tell_it_once(here: World, postgres_url: str) -> None:
    here.now += timedelta(minutes=11)
    engines = [connect(postgres_url) for _ in range(4)]
    loaded = here.loaded
    clocks = [
        Heartbeats(engine, here.sweeper.policies, lambda: here.now, lambda: loaded.listened) for engine in engines
    ]
    told: list[int] = []
    threads = [threading.Thread(target=lambda one=one: told.append(one.look())) for one in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    assert sum(told) == 1
    assert here.reasons().count(ReasonCode.OPENED_BY_ALERT) == 1


def test_one_that_nobody_waits_for_any_more_is_silent_no_longer(here: World) -> None:
    look(here, 11)
    listen(here, alertmanager=None)
    look(here)
    assert here.page().ticket.state is State.RESOLVED
    look(here, 60)
    listen(here, alertmanager=EVERY)
    look(here)
    look(here, 9)
    assert here.page().ticket.state is State.RESOLVED, "it has its whole time again"


def test_a_mere_sign_of_life_needs_no_mapping(here: World) -> None:
    listen(here, backup=EVERY)
    look(here)
    look(here, 11)
    assert here.page().ticket.title == "Nothing is heard from backup"
    assert requests.get(f"{here.url}/webhooks/backup/{SECRET}", timeout=10).json() == {"heard": "backup"}
    look(here)
    assert here.page().ticket.state is State.RESOLVED
    assert here.app.desk.deliveries() == []


def test_a_source_that_is_heard_all_the_time_costs_few_writes(here: World) -> None:
    writes = []
    here.app.attendance.noted.clear()

    class Counted:
        def connect(self) -> object:
            writes.append(here.now)
            return here.database.connect()

    attendance = SqlAttendance(Counted(), lambda: here.now, lambda: here.loaded.listened)  # type: ignore[arg-type]
    for _ in range(100):
        attendance.heard("alertmanager")
        here.now += timedelta(seconds=0.1)
    assert len(writes) == 2


def test_a_sign_that_cannot_be_noted_is_asked_for_again(here: World) -> None:
    nowhere = connect("postgresql+psycopg://nobody@127.0.0.1:1/none")
    attendance = SqlAttendance(nowhere, lambda: here.now, lambda: here.loaded.listened)
    with pytest.raises(StorageUnavailableError):
        attendance.heard("alertmanager")
    assert attendance.noted == {}
    nowhere.dispose()

"""The outward heartbeat: heard by a watcher of our own on loopback while Rung does its job, and not otherwise."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from core.status import HeartbeatRow
from core.store import lifesign
from core.work.lifesign import Lifesign
from rung import lifesign as outward
from rung.presence import Presence, Pulse
from rung.settings import Settings, SettingsError
from tests.watcher import KEY, Watcher, watching

LOOPS = {"web": ("door",), "worker": ("intake", "delivery", "notices"), "clock": ("sweep",)}
OLD_DELIVERY = """
    INSERT INTO deliveries (source, received_at, content_type, headers, body, attempt_at)
    VALUES ('a', now(), '', '{}', '', clock_timestamp() - interval '6 minutes')
"""


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    with watching() as made:
        yield made


def everybody(database: Engine) -> None:
    for role, loops in LOOPS.items():
        Presence(database, role, {name: Pulse() for name in loops}).say()


def sender(database: Engine, url: str) -> Lifesign:
    return Lifesign(database, lambda: datetime.now(UTC), timedelta(seconds=60), outward.sender(url))


def last(database: Engine) -> HeartbeatRow:
    with database.begin() as connection:
        found = lifesign.last(connection)
    assert found is not None
    return found


def pass_time(database: Engine, seconds: int) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE lifesign SET due_at = due_at - make_interval(secs => :s)"), {"s": seconds})


def test_it_is_sent_by_one_of_many_each_time_that_it_is_due(database: Engine, watcher: Watcher) -> None:
    everybody(database)
    clocks = [sender(database, watcher.url) for _ in range(3)]
    assert sum(clock.drain() for clock in clocks) == 1
    assert watcher.heard == [f"GET /ping/{KEY}?state=up Rung"]
    pass_time(database, 59)
    assert sum(clock.drain() for clock in clocks) == 0
    pass_time(database, 2)
    assert sum(clock.drain() for clock in clocks) == 1
    assert len(watcher.heard) == 2
    assert last(database).error == ""
    assert last(database).sent_at is not None


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            "UPDATE processes SET seen_at = clock_timestamp() - interval '1 minute' WHERE role = 'clock'",
            "No clock fires",
        ),
        ("DELETE FROM processes WHERE role = 'worker'", "No worker tells people"),
        ("UPDATE processes SET rounds = '{\"door\": 400}' WHERE role = 'web'", "No web process runs"),
        (OLD_DELIVERY, "Nobody has taken up deliveries for 6 minutes"),
    ],
)
def test_it_is_withheld_when_rung_does_not_do_its_job(
    database: Engine, watcher: Watcher, broken: str, said: str
) -> None:
    everybody(database)
    with database.begin() as connection:
        connection.execute(text(broken))
    assert sender(database, watcher.url).drain() == 0
    assert watcher.heard == []
    assert last(database).error.startswith("Withheld: ")
    assert said in last(database).error
    assert last(database).sent_at is None


@pytest.mark.parametrize("status", [500, 404, 302, 0])
def test_what_is_not_taken_is_told_without_the_address_and_tried_again_soon(
    database: Engine, watcher: Watcher, status: int
) -> None:
    everybody(database)
    watcher.status = status
    one = sender(database, watcher.url)
    with capture_logs() as logs:
        assert one.drain() == 0
        pass_time(database, 11)
        assert one.drain() == 0
        watcher.status = 200
        pass_time(database, 11)
        assert one.drain() == 1
    assert len(watcher.heard) == 3
    assert [line["event"] for line in logs] == [
        "the outward heartbeat did not go out",
        "the outward heartbeat goes out again",
    ]
    expected = "cannot be reached: ConnectionError." if status == 0 else f"answered HTTP {status}."
    assert logs[0]["reason"] == f"127.0.0.1, which RUNG_HEARTBEAT_URL names, {expected}"
    assert KEY not in str(logs)


def test_a_watcher_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward, "_TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = outward.sender(f"http://127.0.0.1:{silent.getsockname()[1]}/{KEY}")()
    assert said == "127.0.0.1, which RUNG_HEARTBEAT_URL names, cannot be reached: ReadTimeout."


def test_its_address_is_a_secret_and_must_be_one() -> None:
    given = {"RUNG_HEARTBEAT_URL": f"https://rung:{KEY}@watch.example.com/{KEY}?key={KEY}"}
    settings = Settings.from_environment(given)
    assert settings.shown()["RUNG_HEARTBEAT_URL"] == "https://watch.example.com/***"
    assert KEY not in repr(settings)
    with pytest.raises(
        SettingsError, match="RUNG_HEARTBEAT_URL cannot be what it is set to: it must be an address"
    ) as e:
        Settings.from_environment({"RUNG_HEARTBEAT_URL": f"watch.example.com/{KEY}"})
    assert KEY not in str(e.value)

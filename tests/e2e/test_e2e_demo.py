"""The demonstration as a newcomer runs it: played once and judged, interrupted, and judged wrong."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from rung.demo import run as demonstration
from rung.settings import Settings
from rung.supervisor import Supervisor
from rung.up import Up
from sandbox.clock import Clock
from sandbox.embedded import Admin, Sandbox
from sandbox.scenario import Finding, Stage
from sandbox.scenario.stories import PAYMENTS
from tests.collector import Collector, collecting
from tests.e2e.land import SECRET
from tests.e2e.processes import Process, belonging_to, end_all, free_port, wait_for

_ROWS = 18
_SECONDS_TO_STOP = 20
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def demo(folder: Path) -> Iterator[Process]:
    """`rung demo`, to be given its options and started."""
    settings = {"RUNG_HOME": str(folder / "home"), "RUNG_PORT": str(free_port())}
    made = Process.python(folder, "demo.log", "rung", "demo", **settings)
    yield made
    made.end()


def _with(demo: Process, *options: str) -> Process:
    demo.command = [*demo.command, *options]
    demo.start()
    return demo


def _is_left(folder: Path, family: list[psutil.Process]) -> list[str]:
    """Processes of the demonstration that are still there; they are ended."""
    return end_all([*family, *belonging_to(folder)], patience=5)


def test_played_once_it_ends_with_0_and_shows_every_write_back_made_exactly_once(demo: Process, folder: Path) -> None:
    with collecting() as collector:
        demo.environment = {**demo.environment, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        _with(demo, "--once", "--speed", "120")
        wait_for("the story begins", lambda: "fires" in demo.said() or not demo.is_alive(), 90, demo.said)
        family = demo.family()
        assert demo.running.wait(180) == 0, demo.said()
        assert _is_left(folder, family) == []
    _crosses_processes(collector)
    said = demo.said()
    assert "What Rung wrote back" in said
    assert said.count("exactly") == _ROWS, said
    assert "WRONG" not in said
    assert "Traceback" not in said
    assert sorted(path.name for path in folder.iterdir()) == ["demo.log", "home"]


def _crosses_processes(collector: Collector) -> None:
    """Each record was created in a worker, in the trace that its alert began at the door in the web role's process."""
    doors = {one.trace: one.process["rung.role"] for one in collector.named("POST /webhooks/{source}")}
    created = collector.named("create record")
    assert created
    assert {(one.process["rung.role"], doors.get(one.trace)) for one in created} == {("worker", "web")}


@pytest.mark.parametrize("begun", ["Starting PostgreSQL", "The board:", "is created, priority 1"])
def test_ctrl_c_at_any_time_ends_every_process_within_seconds_and_without_a_traceback(
    demo: Process, folder: Path, begun: str
) -> None:
    _with(demo)
    wait_for(begun, lambda: begun in demo.said(), 90, demo.said)
    family = demo.family()
    demo.running.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert demo.running.wait(45) in {0, 130}, demo.said()
    assert time.monotonic() - began < _SECONDS_TO_STOP, demo.said()
    assert _is_left(folder, family) == []
    assert "Traceback" not in demo.said()
    assert "killed" not in demo.said(), "it had to use force"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def _verdict(box: Admin, monkeypatch: pytest.MonkeyPatch, errors: list[str]) -> tuple[int, str]:
    """The exit status of a play that left the platforms like this, and what is shown of it."""
    monkeypatch.setattr(demonstration, "play", lambda _: errors)
    monkeypatch.setattr(demonstration, "_SETTLE_SECONDS", 0)
    monkeypatch.setattr(demonstration, "_QUIET_SECONDS", 0)
    stage = Stage(NOWHERE, box, Clock(), 60, SECRET, SECRET)
    shown = StringIO()
    with Supervisor(lambda *_: None) as supervisor:
        running = Up(Settings.from_environment({}), supervisor)
        return demonstration._played(running, stage, Console(file=shown, width=120), once=True), shown.getvalue()


def test_write_backs_that_are_missing_end_it_with_1(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    status, shown = _verdict(box, monkeypatch, [])
    assert status == 1
    assert shown.count("WRONG") == 3


def test_a_write_back_that_was_made_twice_ends_it_with_1(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        box.act("servicenow", "create", who="rung.integration", fields={"short_description": PAYMENTS})
    status, shown = _verdict(box, monkeypatch, [])
    assert status == 1
    (line,) = [line for line in shown.splitlines() if "created, with impact" in line]
    assert [cell.strip() for cell in line.split("│")][4:7] == ["1", "2", "WRONG"]


def test_a_story_that_did_not_end_is_told_and_ends_it_with_1(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstration, "judge", lambda _: [Finding("Jira", "OPS-1", "commented", 1, 1)])
    assert _verdict(box, monkeypatch, [])[0] == 0
    status, shown = _verdict(box, monkeypatch, ["payments fail: waited in vain until it is resolved"])
    assert status == 1
    assert "payments fail: waited in vain until it is resolved" in shown


def test_platforms_that_went_away_are_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    status, shown = _verdict(Admin(NOWHERE, NOWHERE), monkeypatch, [])
    assert status == 1
    assert "the scenario could not be judged" in shown

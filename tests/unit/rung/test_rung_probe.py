"""The port of a role that serves nothing else."""

from __future__ import annotations

import socket

import pytest
import requests

from core.work import numbers
from rung.probe import probed
from rung.roles import Pulse
from rung.settings import Settings


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


def settings(port: int) -> Settings:
    return Settings.from_environment({"RUNG_METRICS_PORT": str(port)})


def get(port: int, path: str) -> requests.Response:
    return requests.get(f"http://127.0.0.1:{port}{path}", timeout=5)


def test_it_tells_health_readiness_and_numbers(port: int) -> None:
    with probed(settings(port), ready={}, degraded={"redis": lambda: "Redis does not answer."}, alive={}):
        assert get(port, "/healthz").json() == {"status": "alive"}
        assert get(port, "/readyz").json()["status"] == "degraded"
        assert numbers.STEP._name in get(port, "/metrics").text


def test_what_only_a_restart_can_mend_is_not_alive(port: int) -> None:
    with probed(settings(port), ready={}, degraded={}, alive={"sweep": lambda: "It hangs."}):
        answer = get(port, "/healthz")
        assert (answer.status_code, answer.json()["not_alive"]) == (503, {"sweep": "It hangs."})


def test_without_the_database_it_is_alive_and_not_ready(port: int) -> None:
    with probed(settings(port), ready={"database": lambda: "It is away."}, degraded={}, alive={}):
        assert get(port, "/healthz").status_code == 200
        assert get(port, "/readyz").status_code == 503


def test_the_port_is_free_again_afterwards(port: int) -> None:
    for _ in range(2):
        with probed(settings(port), ready={}, degraded={}, alive={}):
            assert get(port, "/healthz").ok


def test_a_port_that_is_taken_is_done_without(port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with probed(settings(port), ready={}, degraded={}, alive={}):
            pass


def test_no_port_is_opened_unless_one_is_named() -> None:
    with probed(settings(0), ready={}, degraded={}, alive={}):
        pass


def test_a_loop_that_comes_round_is_well_and_one_that_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pulse = Pulse()
    assert pulse.check() is None
    began = pulse.beat()
    monkeypatch.setattr("rung.roles.time.monotonic", lambda: began + 301)
    assert pulse.check() == "The last round began 301 seconds ago and has not ended."

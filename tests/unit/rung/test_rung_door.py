"""Whether the door is open, asked as a sender would ask."""

from __future__ import annotations

import socket

import pytest

from rung import door
from rung.presence import Pulse
from rung.probe import probed
from rung.settings import Settings


class _EnoughError(Exception):
    """Ends what would go on for ever."""


def a_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_a_door_that_answers_is_open_wherever_it_listens() -> None:
    port = a_port()
    settings = Settings.from_environment({"RUNG_METRICS_PORT": str(port)})
    with probed(settings, ready={}, degraded={}, alive={}):
        assert door.is_open("127.0.0.1", port)
        assert door.is_open("0.0.0.0", port)  # noqa: S104 - asked, not bound
    assert not door.is_open("127.0.0.1", port)


def test_a_process_that_takes_connections_and_answers_nobody_is_no_open_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        assert not door.is_open("127.0.0.1", hanging.getsockname()[1])


def test_it_is_said_and_felt_only_while_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, slept, said = iter([False, True, False]), [], []
    pulse = Pulse()
    pulse._last -= 1000
    monkeypatch.setattr(door, "is_open", lambda *_: next(answers))

    def sleep(seconds: float) -> None:
        slept.append((seconds, pulse.ago < 100))
        if len(slept) == 3:
            raise _EnoughError

    monkeypatch.setattr(door.time, "sleep", sleep)
    with pytest.raises(_EnoughError):
        door.keep_open("127.0.0.1", 1, pulse, lambda: said.append("open"))
    assert slept == [(1.0, False), (15.0, True), (1.0, True)]
    assert said == ["open"]

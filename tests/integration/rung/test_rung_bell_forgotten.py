"""A bell whose Redis loses a ring in the very moment in which it is answered, or is away when a worker is to stop."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator

import pytest
import redis
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.worker import WorkerStatus

from rung import bell


class Forgetful:
    """A hand during whose call all of Redis is lost."""

    def __init__(self, url: str) -> None:
        self.calls = 0
        self._url = url

    def call(self) -> None:
        self.calls += 1
        with redis.Redis.from_url(self._url) as client:
            client.flushall()


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """RQ's worker takes the signals of the process that it runs in."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_ring_that_redis_forgets_while_it_is_answered_is_told_in_a_sentence(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hand = Forgetful(redis_url)
    connection = bell.connect(redis_url)
    monkeypatch.setattr(bell, "_hands", {"intake": hand})
    monkeypatch.setattr(bell, "_connection", connection)
    bell.RqBell(redis_url).ring("intake")
    bell._Listener([bell.queue(connection, "intake")], connection=connection).work(burst=True, logging_level="WARNING")
    assert hand.calls == 1
    assert "Traceback" not in caplog.text


def test_a_worker_that_never_reached_redis_stops_when_it_is_asked_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    stopping = threading.Event()
    asking = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM))
    asking.start()
    bell.listen(f"redis://127.0.0.1:{port}", {}, stopping)
    asking.join()
    assert stopping.is_set()


@pytest.fixture
def listener(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> bell._Listener:
    """One that was answering a ring when Redis went away."""

    def away(*_: object) -> None:
        raise redis.ConnectionError("Connection refused")

    connection = bell.connect(redis_url)
    made = bell._Listener([bell.queue(connection, "intake")], connection=connection)
    made.stopping = threading.Event()
    monkeypatch.setattr(made, "_state", WorkerStatus.BUSY)
    monkeypatch.setattr(made, "set_shutdown_requested_date", away)
    return made


def test_a_stop_while_redis_is_away_is_a_stop_and_no_error(listener: bell._Listener) -> None:
    listener.listening = True
    with pytest.raises(StopRequested):
        listener.request_stop(signal.SIGTERM, None)
    assert listener.stopping.is_set()


def test_a_stop_between_two_looks_for_redis_breaks_nothing_off(listener: bell._Listener) -> None:
    listener.request_stop(signal.SIGTERM, None)
    assert listener.stopping.is_set()


def test_what_rq_says_of_an_execution_that_redis_lost_is_known(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client, pytest.raises(ValueError) as caught:  # noqa: PT011 - RQ says no more
        Execution.fetch(id="lost", job_id="ring", connection=client)
    assert bell.is_forgotten(caught.value)
    assert not bell.is_forgotten(ValueError("anything else"))

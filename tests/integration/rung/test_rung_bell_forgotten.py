"""A ring that Redis loses in the very moment in which it is answered."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import redis

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

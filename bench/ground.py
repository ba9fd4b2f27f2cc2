"""What the sections stand on: the embedded servers, and Rung's own processes over them; all stopped at the end."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self, TypeVar

import psycopg
import redis

from bench import documents
from bench.standin import StandIn
from core.store.database import migrate
from rung.applying import apply_documents
from rung.child import Child, end_group, spawn
from rung.embedded import Place, Postgres, Redis, running
from rung.settings import Settings
from rung.up import Up, up

T = TypeVar("T")
_READY_SECONDS = 20.0
_ROOT = str(Path(__file__).resolve().parent.parent)


class GroundError(Exception):
    """Something that the benchmark needs did not start or did not come to its end. The message says what."""


@dataclass
class Ground:
    """Durable servers (fsync on, append-only file on) in a folder of their own, started when first asked for."""

    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _postgres: Postgres | None = None
    _redis: Redis | None = None
    _place: Place | None = None
    _version: str = ""
    pids: dict[str, int] = field(default_factory=dict)
    """The process ids of the servers that were started, by their names."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def database(self) -> str:
        """The address of a fresh database with Rung's schema."""
        if self._postgres is None:
            self._postgres = Postgres(self._where())
            with running(self._postgres):
                self._version = _dated(self._postgres.url("postgres"))
            self.pids["postgres"] = self._stack.enter_context(running(self._postgres)).pid
            migrate(self._postgres.make_database("migrated"))
        return self._postgres.make_database(f"bench_{next(self._numbers)}", template="migrated")

    @property
    def postgres_version(self) -> str:
        """The version of the PostgreSQL that was started; "" while none was."""
        return self._version

    @contextlib.contextmanager
    def own_redis(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """The address of a Redis of its own, and what ends it for good."""
        server = Redis(Place.under(self.folder()))
        with running(server) as process:
            yield server.url(), process.kill

    def redis(self) -> str:
        """The address of an empty Redis."""
        if self._redis is None:
            self._redis = Redis(self._where())
            self.pids["redis"] = self._stack.enter_context(running(self._redis)).pid
        with redis.Redis.from_url(self._redis.url()) as client:
            client.flushall()
        return self._redis.url()

    def folder(self) -> Path:
        """An empty folder."""
        return self._where().data.parent / f"home-{next(self._numbers)}"

    def _where(self) -> Place:
        if self._place is None:
            root = Path(tempfile.mkdtemp(prefix="rung-bench-"))
            self._stack.callback(shutil.rmtree, root, ignore_errors=True)
            root.chmod(0o711)
            self._place = Place.under(root / "servers")
        return self._place


def _dated(url: str) -> str:
    """Have it note from its next start on when each transaction was committed; returns its version."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
        return connection.info.parameter_status("server_version") or ""


def free_port() -> int:
    """A port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def process(
    command: Sequence[str], port: int, environment: Mapping[str, str], seconds: float = _READY_SECONDS
) -> Iterator[None]:
    """A server process of ours that listens on that port within so many seconds, for as long as the block runs."""
    started = spawn(
        Child(
            name=command[1],
            command=(sys.executable, *command),
            environment={"PYTHONPATH": _ROOT, **environment},
            orphan_signal=signal.SIGTERM,
        )
    )
    try:
        wait_until(lambda: listens(port) or started.poll() is not None, seconds, f"{command[1]} did not answer")
        yield
    finally:
        started.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(10)
        end_group(started, signal.SIGKILL)
        started.wait(5)


@contextlib.contextmanager
def serving(module: str, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """A server of the benchmark's own (`python -m MODULE --port PORT`); gives its port."""
    port = free_port()
    with process(("-m", module, "--port", str(port)), port, environment or {}):
        yield port


def wait_until(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait for the condition; raises `GroundError` with that sentence when it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise GroundError(f"{otherwise} within {seconds:.0f} seconds")
        time.sleep(0.01)


def _settings(ground: Ground, stand_in: StandIn, policy: str = "", redis_url: str = "") -> Settings:
    """Settings for Rung over the ground's servers, its documents in a home of its own, `policy` added to its policy."""
    home = ground.folder()
    home.mkdir()
    given = {"RUNG_HOME": str(home), "RUNG_PORT": str(free_port()), "RUNG_LOG_LEVEL": "error", "RUNG_WORKERS": "1"}
    return replace(
        Settings.from_environment(given),
        database_url=ground.database(),
        redis_url=redis_url or ground.redis(),
        config=documents.written_to(home / "config", stand_in.url, policy),
    )


@contextlib.contextmanager
def rung(ground: Ground, stand_in: StandIn, workers: int = 1, *, policy: str = "", redis_url: str = "") -> Iterator[Up]:
    """Rung's real processes (web, so many workers, clock) over the ground's servers and the benchmark's documents.

    `policy` is added to the benchmark's policy, as text; `redis_url` is in place of the ground's Redis.
    """
    settings = replace(_settings(ground, stand_in, policy, redis_url), workers=workers)
    secrets = documents.environment(stand_in.way)
    with without_settings_of_ours(), up(settings, _complain, environment=secrets) as running_:
        yield running_


@contextlib.contextmanager
def web(ground: Ground, stand_in: StandIn) -> Iterator[Settings]:
    """Rung's web role alone: what it stores, nobody takes up."""
    settings = _settings(ground, stand_in)
    secrets = documents.environment(stand_in.way)
    os.environ |= secrets
    apply_documents(settings, documents.CONFIG, "bench")
    with process(("-m", "rung", "web"), settings.port, {**settings.environment(), **secrets}):
        yield settings


def _complain(name: str, line: str) -> None:
    """Show what the processes say that is no news of a start."""
    if name != "rung":
        print(f"  {name}: {line}", file=sys.stderr)


@contextlib.contextmanager
def without_settings_of_ours() -> Iterator[None]:
    """Hide the RUNG_* variables of whoever runs the benchmark from the processes that it starts."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("RUNG_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def watched(running_: Up, work: Callable[[], T]) -> T:
    """Do the work in a thread while the supervisor, in this one, keeps Rung going; raises what the work raises."""
    results: list[T] = []
    errors: list[BaseException] = []

    def do() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the caller's thread as it is
            errors.append(error)

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    running_.supervisor.run(until=lambda: not thread.is_alive())
    if errors:
        raise errors[0]
    if not results:
        raise KeyboardInterrupt
    return results[0]

"""A database with so many open tickets, grown step by step, and Rung put together over it at one moment."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import Engine

from bench import crowd, documents, lives
from bench.crowd import Pattern
from bench.ground import Ground, GroundError, free_port, process
from bench.intake import composed
from bench.lives import PRESENT, HandClock
from bench.sameness import differences
from core.store.database import connect
from rung.parts import App
from rung.settings import Settings

_READY_SECONDS = 60.0
_FIRST = 1_001
"""The first copy's number: the originals have those before it."""


@dataclass
class Scene:
    """`size` open tickets, which are copies of the `patterns`; the policy's time is `clock`'s."""

    url: str
    engine: Engine
    app: App
    clock: HandClock
    patterns: Mapping[str, Pattern]
    redis_url: str
    home: Path
    server: int
    size: int = 0
    next: int = _FIRST
    crowd: list[range] = field(default_factory=list)

    def grow(self, size: int) -> float:
        """Have so many open tickets; returns how many seconds that took."""
        began, numbers = time.monotonic(), self._numbers(size - self.size)
        self._write(lives.crowd_of(self.patterns, numbers), many=True)
        self.crowd.append(numbers)
        return time.monotonic() - began

    def about_to_be_due(self, count: int, per_second: int) -> range:
        """So many more whose first timer is due one after the other from `PRESENT` on; returns their numbers."""
        numbers = self._numbers(count)
        self._write(lives.about_to_be_due(self.patterns, numbers, per_second), many=False)
        return numbers

    def _numbers(self, count: int) -> range:
        """Free numbers; what was opened meanwhile has numbers of its own."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT max(id) FROM tickets").fetchone()
        first = max(self.next, int(row[0]) + 1 if row else 0)
        self.size, self.next = self.size + count, first + count
        return range(first, first + count)

    def _write(self, copies: list[tuple[Pattern, range]], *, many: bool) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            crowd.write(connection, copies, many=many)

    def spends(self, work: Callable[[], object], count: int) -> float:
        """Milliseconds of processor time, ours and PostgreSQL's together, for each of `count` pieces of work."""
        before = time.process_time() + _spent(self.server)
        work()
        return (time.process_time() + _spent(self.server) - before) * 1000 / count

    @contextlib.contextmanager
    def role(self, name: str) -> Iterator[Settings]:
        """A role in a process of its own, at the policy's time that the scene's file tells."""
        self.set_time(PRESENT.timestamp())
        port = free_port()
        given = {"RUNG_HOME": str(self.home), "RUNG_LOG_LEVEL": "error", "RUNG_TIME_FILE": str(self._time_file)}
        given |= {"RUNG_DATABASE_URL": self.url, "RUNG_REDIS_URL": self.redis_url}
        given |= {"RUNG_PORT" if name == "web" else "RUNG_METRICS_PORT": str(port)}
        secrets = documents.environment("json://127.0.0.1:9/notice")
        settings = Settings.from_environment({**given, **secrets})
        with process(("-m", "rung", name), port, {**settings.environment(), **secrets}, _READY_SECONDS):
            yield settings

    def set_time(self, virtual: float) -> None:
        """The policy's time of the roles, from now on as fast as the wall's."""
        fresh = self.home / "time.new"
        fresh.write_text(json.dumps({"real": time.time(), "virtual": virtual, "speed": 1}))
        fresh.replace(self._time_file)

    @property
    def _time_file(self) -> Path:
        return self.home / "time.json"


def _spent(pid: int) -> float:
    """Seconds of processor time of a server and all its processes."""
    server = psutil.Process(pid)
    total = server.cpu_times().children_user + server.cpu_times().children_system
    for one in (server, *server.children()):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += one.cpu_times().user + one.cpu_times().system
    return total


@contextlib.contextmanager
def scene(ground: Ground) -> Iterator[Scene]:
    """An empty one, its patterns lived; raises `GroundError` where a copy would not step as its original."""
    url, home, clock = ground.database(), ground.folder(), HandClock()
    home.mkdir()
    engine = connect(url)
    os.environ |= documents.environment("json://127.0.0.1:9/notice")
    try:
        app = composed(engine, url, clock)
        originals = lives.all_lived(app, engine, clock)
        with psycopg.connect(url, autocommit=True) as connection:
            patterns = {name: crowd.pattern(connection, number) for name, number in originals.items()}
            copies = range(len(originals) + 1, 2 * len(originals) + 1)
            crowd.write(
                connection, [(patterns[name], range(one, one + 1)) for name, one in zip(originals, copies, strict=True)]
            )
        with engine.connect() as connection_:
            for original, copy in zip(originals.values(), copies, strict=True):
                if found := differences(connection_, app.parts.policies, original, copy):
                    raise GroundError(f"a copy of ticket {original} comes out otherwise: {', '.join(found)}")
        made = Scene(url, engine, app, clock, patterns, ground.redis(), home, ground.pids["postgres"])
        made.size = 2 * len(originals)
        yield made
    finally:
        engine.dispose()

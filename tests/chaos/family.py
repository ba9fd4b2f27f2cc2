"""Rung's processes and servers, kept running: what ends is started again at once, or after it was to be away."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from rung.child import BusyError, Child, spawn
from rung.embedded import Place, Postgres, Redis
from tests.chaos.nest import Hatched, Nest
from tests.e2e.processes import ROOT, wait_for

ROLES = {"web": "web", "worker-1": "worker", "worker-2": "worker", "clock": "clock"}
"""Rung's own processes, and what each is."""
SERVERS = ("postgres", "redis")
_READY = {"worker": b"worker ready", "clock": b"clock ready"}
_READY_SECONDS = 120.0
_TICK = 0.02


@dataclass(eq=False)
class Member:
    """One process of the family. `child` is asked for before each start; `away_until` holds the next one up."""

    name: str
    child: Callable[[], Child]
    log: Path
    process: subprocess.Popen[bytes] | Hatched | None = None
    began: float = 0.0
    starts: int = 0
    away_until: float = 0.0
    said: int = 0
    """The length of its log when it was started last."""

    @property
    def runs(self) -> psutil.Process | None:
        """The process, None while there is none."""
        process = self.process
        with contextlib.suppress(psutil.NoSuchProcess):
            if process is not None and process.poll() is None:
                return psutil.Process(process.pid)
        return None

    def has_said(self, word: bytes) -> bool:
        """Whether it has said that since its last start."""
        with self.log.open("rb") as log:
            log.seek(self.said)
            return word in log.read()


@dataclass
class Family:
    """`launch` makes the command of a role of its name and role, where a fault run has a launcher of its own; without
    one the roles are forked by a nest.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    launch: Callable[[str, str], Sequence[str]] | None = None
    nest: Nest = field(default_factory=Nest)
    members: dict[str, Member] = field(default_factory=dict)
    _wanted: set[str] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Describe everybody; nobody runs yet."""
        place = Place.under(self.folder)
        self.postgres, self.redis = Postgres(place, durable=False), Redis(place, durable=False)
        made: dict[str, Callable[[], Child]] = {"postgres": self._postgres, "redis": self.redis.child}
        for name, role in ROLES.items():
            made[name] = lambda name=name, role=role: self._role(name, role)  # type: ignore[misc]
        self.members = {name: Member(name, child, self.folder.parent / f"{name}.log") for name, child in made.items()}
        # A child is tied to the thread that started it, so one thread starts all of them and lives as long.
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def _postgres(self) -> Child:
        """With little of its log kept: a small disk must not fill by itself."""
        child = self.postgres.child()
        return replace(child, command=(*child.command, "--max_wal_size=64MB", "--min_wal_size=32MB"))

    def _role(self, name: str, role: str) -> Child:
        orphan = signal.SIGTERM if role == "web" else signal.SIGKILL
        own = {"PYTHONPATH": str(ROOT), **self.environment}
        command = self.launch(name, role) if self.launch else (sys.executable, "-m", "rung", role)
        return Child(name=name, command=tuple(command), environment=own, orphan_signal=orphan)

    def start_servers(self) -> None:
        """Start PostgreSQL and Redis, and wait until both answer."""
        self._keeper.start()
        self._wanted |= set(SERVERS)
        wait_for("PostgreSQL and Redis answer", self.servers_are_ready, _READY_SECONDS, self.said)

    def servers_are_ready(self) -> bool:
        """Whether both servers answer."""
        return self.postgres.is_ready() and self.redis.is_ready()

    def start_roles(self) -> None:
        """Start Rung's own processes."""
        self._wanted |= set(ROLES)

    def is_up(self, name: str) -> bool:
        """Whether a member runs, is not stopped, and is done with starting."""
        one = self.members[name]
        process = one.runs
        with contextlib.suppress(psutil.NoSuchProcess):
            if process is None or process.status() == psutil.STATUS_STOPPED:
                return False
            if name == "web":
                return any(each.net_connections() for each in process.children())
            return name in SERVERS or one.has_said(_READY[ROLES[name]])
        return False

    def away(self, name: str, seconds: float) -> None:
        """Have a member that ends in a moment stay away for so long."""
        self.members[name].away_until = time.monotonic() + seconds

    def stop_roles(self) -> list[str]:
        """Ask Rung's processes to end, and return the names of those that had to be killed."""
        return self._stop([one for name, one in self.members.items() if name in ROLES])

    def stop(self) -> list[str]:
        """Stop everything in order; returns the names of those that had to be killed."""
        late = self.stop_roles()
        self.nest.close()
        late += self._stop([self.members["redis"]]) + self._stop([self.members["postgres"]])
        self._over.set()
        if self._keeper.is_alive():
            self._keeper.join()
        return late

    def said(self) -> str:
        """The last that each of Rung's processes said."""
        return "\n".join(
            f"--- {one.name}\n{one.log.read_text()[-1500:]}" for one in self.members.values() if one.starts
        )

    def lines(self, *words: str) -> Iterator[str]:
        """The lines of the logs of Rung's own processes that hold one of these words; of a traceback its error too."""
        for name in ROLES:
            lines = self.members[name].log.read_text(errors="replace").splitlines()
            for number, line in enumerate(lines):
                if any(word in line for word in words):
                    after = lines[number + 1 :] if line.startswith("Traceback") else []
                    error = next((each for each in after if each and not each[0].isspace()), "")
                    yield f"{name}: {line} {error}".rstrip()

    def _keep(self) -> None:
        while not self._over.wait(_TICK):
            for name in [*SERVERS, *ROLES]:
                if name in self._wanted:
                    self._look_after(self.members[name])

    def _look_after(self, one: Member) -> None:
        if one.process is not None and one.process.poll() is None:
            return
        if one.process is not None:
            _end_group(one.process)  # whatever it left running must not meet its successor
        if time.monotonic() < one.away_until:
            return
        with one.log.open("ab") as log, contextlib.suppress(BusyError):
            one.said = log.tell()
            one.process = self._begin(one, log.fileno())
            one.began, one.starts = time.monotonic(), one.starts + 1

    def _begin(self, one: Member, log: int) -> subprocess.Popen[bytes] | Hatched:
        if one.name in ROLES and self.launch is None:
            return self.nest.hatch(ROLES[one.name], self.environment, one.log)
        return spawn(one.child(), log)

    def _stop(self, members: Sequence[Member]) -> list[str]:
        self._wanted -= {one.name for one in members}
        time.sleep(2 * _TICK)
        for one in members:
            if one.process is not None and one.process.poll() is None:
                os.kill(one.process.pid, signal.SIGCONT)
                one.process.send_signal(one.child().stop_signal)
        return [one.name for one in members if one.process is not None and not _ended(one.process)]


def _ended(process: subprocess.Popen[bytes] | Hatched, seconds: float = 20.0) -> bool:
    """Whether it ended by itself; killed otherwise."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    finally:
        _end_group(process)
        process.wait()
    return True


def _end_group(process: subprocess.Popen[bytes] | Hatched) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)

"""A process that has loaded Rung's code once, and becomes each role by forking: a killed role costs no new import.

It is told on its standard input, a line of JSON for each, what to become, and answers with the process id. It does
nothing of Rung's itself, holds no connection and has one thread, so what it forks is as a role that was just started.
`Nest` is its other end.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from rung.child import tie_to_parent
from tests.e2e.processes import ROOT


@dataclass(eq=False)
class Hatched:
    """A role that the nest made, with as much of `subprocess.Popen` as the family needs; how it ended is not told."""

    pid: int
    returncode: int | None = None

    def __post_init__(self) -> None:
        """Know it by its beginning too: its id may be given again."""
        self._process: psutil.Process | None = None
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process = psutil.Process(self.pid)

    def poll(self) -> int | None:
        """Not None once it is gone."""
        with contextlib.suppress(psutil.NoSuchProcess):
            found = self._process
            if found is not None and found.is_running() and found.status() != psutil.STATUS_ZOMBIE:
                return None
        self.returncode = 0
        return 0

    def wait(self, timeout: float = 3600) -> int:
        """Wait until it is gone; raises `subprocess.TimeoutExpired`."""
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(["a role"], timeout)
            time.sleep(0.01)
        return 0

    def send_signal(self, number: int) -> None:
        """Signal it; harmless when it is gone."""
        if self.poll() is None:
            os.kill(self.pid, number)


@dataclass
class Nest:
    """Started at the first role that is asked for, by the thread that asks, and ends with that thread."""

    _process: subprocess.Popen[bytes] | None = None

    def hatch(self, role: str, environment: Mapping[str, str], log: Path) -> Hatched:
        """Have it become that role, with that environment added to ours and its output added to that file."""
        process = self._process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        order = {"role": role, "environment": dict(environment), "log": str(log)}
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        return Hatched(int(process.stdout.readline()))

    def close(self) -> None:
        """End it; the roles have ended before."""
        if self._process is not None:
            self._process.communicate()

    def _started(self) -> subprocess.Popen[bytes]:
        command = (sys.executable, "-c", "from tests.chaos.nest import main; main()")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RUNG_")}
        environment["PYTHONPATH"] = str(ROOT)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, process_group=0)
        return self._process


def main() -> None:
    """Load Rung, then become what each line says."""
    tie_to_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel forgets a role that ended
    _load()
    for line in iter(sys.stdin.buffer.readline, b""):
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order["role"], order["environment"], order["log"])
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _load() -> None:
    """What the roles would load one after the other as they start."""
    from connectors import discover
    from connectors.notify import notifier
    from rung import bell, cli, roles, wiring
    from rung.cli import clock, web, worker

    assert all((notifier, bell, cli, roles, wiring, clock, web, worker, discover()))


def _become(role: str, environment: Mapping[str, str], log: str) -> None:
    """Be that role from here on, in a process group of its own, tied to the nest as roles are to `rung up`."""
    os.setpgid(0, 0)
    tie_to_parent(signal.SIGTERM if role == "web" else signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor, path, flags in ((0, os.devnull, os.O_RDONLY), (1, log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)):
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.dup2(1, 2)
    os.environ.update(environment)
    from rung.cli import main as rung

    rung([role])
    sys.exit(0)

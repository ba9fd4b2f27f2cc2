"""Child processes of a test: started in a session of their own, waited for, and none left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

import rung

ROOT = Path(rung.__file__).resolve().parent.parent
_GONE_SECONDS = 10.0


def tell(sentence: str) -> None:
    """Say something to whoever reads along: pytest shows it when the test fails, or with `-s`."""
    sys.stdout.write(f"{sentence}\n")


def free_port() -> int:
    """A port on loopback that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def wait_for(what: str, look: Callable[[], object], seconds: float, told: Callable[[], str] = str) -> None:
    """Wait until something is so; fails with what was waited for, and with what `told` has to say about it."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}\n{told()}")
        time.sleep(0.05)


def python_environment(folder: Path, **ours: str) -> dict[str, str]:
    """The environment for a Python process of ours: nothing of the machine's own RUNG_* settings, and our packages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RUNG_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder), **ours}


@dataclass
class Process:
    """One process and what it starts itself. What it says is added to the file `log`."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @classmethod
    def python(cls, folder: Path, log: str, *arguments: str, **environment: str) -> Process:
        """`python -m ...`, with its log in that folder."""
        return cls((sys.executable, "-m", *arguments), python_environment(folder, **environment), folder / log)

    def start(self) -> None:
        """Start it in a session, and so a process group, of its own."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def running(self) -> subprocess.Popen[bytes]:
        """The process; fails when it was never started."""
        assert self.process is not None, "it was not started"
        return self.process

    def said(self) -> str:
        """All that it and its children said so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def is_alive(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def family(self) -> list[psutil.Process]:
        """It and all that it started, and all that those started."""
        try:
            first = psutil.Process(self.running.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 45.0) -> int:
        """Ask it to end and return its status; fails when it, or anything that it started, stays."""
        everybody = self.family()
        self.running.send_signal(number)
        try:
            status = self.running.wait(seconds)
        finally:
            late = end_all(everybody)
        assert not late, f"these were left behind: {late}\n{self.said()[-4000:]}"
        return status

    def end(self) -> None:
        """End it and everything that it started at once, without a word; harmless when it has ended."""
        if self.process is not None:
            end_all(self.family(), patience=0)
            self.process.kill()
            self.process.wait()


def end_all(processes: Sequence[psutil.Process], patience: float = _GONE_SECONDS) -> list[str]:
    """Give processes some seconds to be gone, kill those that are not, and return what they were."""
    _, late = psutil.wait_procs(processes, timeout=patience)
    told = []
    for one in late:
        with contextlib.suppress(psutil.NoSuchProcess):
            told.append(f"{one.pid} {' '.join(one.cmdline()) or one.name()}")
            one.kill()
    psutil.wait_procs(late, timeout=_GONE_SECONDS)
    return told


def belonging_to(folder: Path) -> list[psutil.Process]:
    """Every process of the machine whose command, environment or working folder names that folder."""
    return [one for one in psutil.process_iter() if one.pid != os.getpid() and _names(one, str(folder))]


def _names(process: psutil.Process, folder: str) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        told = [*process.cmdline(), *process.environ().values(), process.cwd()]
        return any(folder in one for one in told)
    return False

"""One embedded server for as long as a block of code runs."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Protocol

from rung.child import BusyError, Child, end_group, spawn
from rung.embedded.place import EmbeddedError

_GRACE = 10.0


class Server(Protocol):
    """What `Postgres` and `Redis` have in common."""

    def child(self) -> Child:
        """The process to run."""
        ...

    def is_ready(self) -> bool:
        """Whether it answers."""
        ...


@contextlib.contextmanager
def running(server: Server, *, seconds: float = 30.0) -> Iterator[subprocess.Popen[bytes]]:
    """Start it, wait until it answers, and stop it at the end whatever happens.

    Raises `BusyError` when it runs already, `EmbeddedError` when it does not answer within that many seconds.
    """
    child = server.child()
    process = _spawn(child)
    try:
        _wait(server, process, child.name, seconds)
        yield process
    finally:
        process.send_signal(child.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        end_group(process, signal.SIGKILL)
        process.wait(_GRACE)


def _spawn(child: Child) -> subprocess.Popen[bytes]:
    """Start it once the last helpers of a killed predecessor have noticed and are gone, which takes them a moment."""
    for _ in range(50):
        with contextlib.suppress(BusyError):
            return spawn(child, subprocess.DEVNULL)
        time.sleep(0.02)
    return spawn(child, subprocess.DEVNULL)


def _wait(server: Server, process: subprocess.Popen[bytes], name: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not server.is_ready():
        if process.poll() is not None:
            raise EmbeddedError(f"{name} ended with status {process.returncode} while it was starting.")
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{name} did not answer within {seconds:.0f} seconds.")
        time.sleep(0.02)

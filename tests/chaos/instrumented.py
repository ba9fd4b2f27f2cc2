"""`python -m tests.chaos.instrumented NAME ROLE`: a role of Rung that dies at a crash point when it is told to.

What it is told stands in files of the folder `control` beside its home, so that a fault run reaches it whenever it
likes, and Rung itself has no line of this. `NAME.die` holds at which of the next points it is killed, and is taken away
by the process that obeys it. While `names` is there no name can be resolved. `clock` holds by how many seconds the
process's own clock is wrong.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.crashpoints import Watch


def launch(name: str, role: str) -> tuple[str, ...]:
    """The command of a role that can be told so."""
    return (sys.executable, "-m", "tests.chaos.instrumented", name, role)


def control(home: Path) -> Path:
    """Where a process over that home is told."""
    return home.parent / "control"


class Doom:
    """Counts the points down once it was told to, and kills the process at the last one."""

    def __init__(self, told: Path) -> None:
        self._told, self._lock, self._left = told, threading.Lock(), 0

    def __call__(self, point: str) -> None:
        """A place was reached."""
        del point
        with self._lock:
            if not self._left:
                self._left = self._begin()
                return
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)

    def _begin(self) -> int:
        """How many points are left, 0 where nobody told: of two processes that look at once one has it."""
        with contextlib.suppress(OSError, ValueError):
            left = int(self._told.read_text())
            self._told.unlink()
            return left
        return 0


def install(name: str, home: Path) -> None:
    """Have this process obey."""
    folder = control(home)
    Watch(Doom(folder / f"{name}.die")).put_on()
    _lose_names(folder / "names")
    _go_wrong(folder / "clock")


def _lose_names(told: Path) -> None:
    really = socket.getaddrinfo

    def resolve(*args: Any, **kwargs: Any) -> Any:
        if told.exists():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return really(*args, **kwargs)

    socket.getaddrinfo = resolve


def _go_wrong(told: Path) -> None:
    """Have the clock be wrong where Rung reads it; what only counts seconds is right, as on a real machine."""
    from rung import timesource

    really = time.time

    def wrong() -> float:
        with contextlib.suppress(OSError, ValueError):
            return really() + float(told.read_text())
        return really()

    time.time = wrong
    timesource.wall = lambda: datetime.fromtimestamp(wrong(), UTC)


def main() -> None:
    """Be that role of Rung."""
    from rung.cli import main as rung

    _, _, role = sys.argv
    sys.argv = ["rung", role]
    rung()


# Granian's own processes import this module anew, under the second name.
if __name__ in {"__main__", "__mp_main__"} and "RUNG_HOME" in os.environ:
    install(os.environ.get("CHAOS_NAME") or sys.argv[1], Path(os.environ["RUNG_HOME"]))
    os.environ.setdefault("CHAOS_NAME", sys.argv[1])

if __name__ == "__main__":
    main()

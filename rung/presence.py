"""That a process lives: its loops come round, and it says so in the database, where all of them can be seen."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.store import processes
from rung import __version__

_SAYS_SECONDS = 10.0
_HANGS_SECONDS = 300.0


class Pulse:
    """When a loop last came round."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def beat(self) -> float:
        """It comes round now (monotonic seconds)."""
        self._last = time.monotonic()
        return self._last

    @property
    def ago(self) -> float:
        """How many seconds ago it last did."""
        return time.monotonic() - self._last

    def check(self) -> str | None:
        """What is wrong where it hangs: a round that a slow database holds up is none that hangs."""
        silent = self.ago
        return f"The last round began {silent:.0f} seconds ago and has not ended." if silent > _HANGS_SECONDS else None


class Presence:
    """Says every ten seconds that this process lives, and how long ago each of its loops came round.

    A database that is away is told nothing: whoever looks then sees that as well.
    """

    def __init__(self, database: Engine, role: str, pulses: Mapping[str, Pulse]) -> None:
        self._database, self._pulses = database, pulses
        self._process = processes.Process(uuid.uuid4().hex, role, socket.gethostname(), os.getpid(), __version__)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Say it for as long as the block runs."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        """Say it from now on."""
        self._thread.start()

    def end(self) -> None:
        """Say it no longer: the process ends in good order."""
        self._ended.set()
        self._thread.join(_SAYS_SECONDS)
        with contextlib.suppress(DBAPIError, PoolTimeout), self._database.begin() as connection:
            processes.leave(connection, self._process)

    def say(self) -> None:
        """Say it once."""
        rounds = {name: pulse.ago for name, pulse in self._pulses.items()}
        with contextlib.suppress(DBAPIError, PoolTimeout), self._database.begin() as connection:
            processes.note(connection, self._process, rounds)

    def _run(self) -> None:
        self.say()
        while not self._ended.wait(_SAYS_SECONDS):
            self.say()

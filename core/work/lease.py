"""Keeping a lease while the work it stands for is under way, and giving it back where that cannot be finished."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.trail import alongside
from core.work.failures import told

log = structlog.get_logger()


class Held:
    """What a process has under way, and how each piece is given back when the process must end before it is done.

    The thread that is at a piece goes on until the process ends, and finds that the piece is not its own any more, as
    after a lease that ran out.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pieces: dict[object, Callable[[], None]] = {}

    @contextmanager
    def keeping(self, give_back: Callable[[], None]) -> Iterator[None]:
        """A piece is under way for as long as the block runs."""
        piece = object()
        with self._lock:
            self._pieces[piece] = give_back
        try:
            yield
        finally:
            with self._lock:
                self._pieces.pop(piece, None)

    def give_back(self) -> int:
        """Give back all that is under way; returns how many pieces. What the database refuses keeps its lease."""
        with self._lock:
            pieces, self._pieces = list(self._pieces.values()), {}
        for give_back in pieces:
            try:
                give_back()
            except (DBAPIError, PoolTimeout) as error:
                log.warning("what is under way could not be handed back; its lease runs out", reason=told(error))
        return len(pieces)


@contextmanager
def kept(lease: timedelta, renew: Callable[[], None]) -> Iterator[None]:
    """Renew a lease three times in its length for as long as the block runs.

    So a lease can be short, and what a dead worker had is soon taken up again, while a living one may wait for a slow
    platform. `renew` must touch only what is still this worker's: it may be called a moment after the block has ended.
    """
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(lease.total_seconds() / 3):
            try:
                renew()
            except (DBAPIError, PoolTimeout) as error:
                log.debug("a lease could not be renewed", reason=told(error))

    threading.Thread(target=alongside(beat), name="lease", daemon=True).start()
    try:
        yield
    finally:
        ended.set()

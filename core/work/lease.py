"""Keeping a lease while the work it stands for is under way."""

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

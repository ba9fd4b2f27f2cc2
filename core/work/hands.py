"""Threads that wait for platforms and channels, so that nobody else has to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


class Hands:
    """A few threads for each platform, and for messages: one that answers slowly holds up none of the others.

    They are made as they are needed and kept, for what a connector keeps for its thread is a connection.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}

    def give(self, place: str, threads: int, work: Callable[[], None]) -> None:
        """Have work done by one of the place's threads, of which there are so many at most."""
        with self._lock:
            pool = self._pools.get(place)
            if pool is None:
                pool = self._pools[place] = ThreadPoolExecutor(threads, thread_name_prefix=f"delivery-{place}")
        pool.submit(work)

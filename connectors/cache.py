"""What was looked up a moment ago: people and groups change seldom, and each look-up is a request."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

FOUND_FOR = 600.0
MISSING_FOR = 60.0
LARGEST = 2048


class Cache(Generic[Value]):
    """Look-ups by key: a found value holds for ten minutes, a missing one (None, or empty) for a minute.

    Bounded and thread-safe; two threads may look up one key at once. `clock` gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, largest: int = LARGEST) -> None:
        self._clock = clock
        self._largest = largest
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[float, Value | None]] = OrderedDict()

    def get(self, key: Hashable, look_up: Callable[[], Value | None]) -> Value | None:
        """The value, looked up when it is not held; what `look_up` raises is not held."""
        with self._lock:
            held = self._held.get(key)
        if held is not None and held[0] > self._clock():
            return held[1]
        value = look_up()
        with self._lock:
            self._held.pop(key, None)
            self._held[key] = (self._clock() + (FOUND_FOR if value else MISSING_FOR), value)
            while len(self._held) > self._largest:
                self._held.popitem(last=False)
        return value

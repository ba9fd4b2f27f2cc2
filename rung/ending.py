"""The end of a role: what it is at is finished in time, or handed back, and the process is gone either way."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

log = structlog.get_logger()

_HAND_BACK_SECONDS = 5.0


def within(grace: float) -> float:
    """Seconds from a role's being asked to stop, with that much `grace`, until it is gone at the latest."""
    return grace + _HAND_BACK_SECONDS + 1


class Ending:
    """Use as a context manager around all of a role, its good end included.

    Once `stopping` is set the block has `grace` seconds to be left. If it is not, `hand_back` is called, which gives
    what is under way to others and returns how many pieces those are, and the process ends with status 0 then and
    there: a platform that does not answer, or a Redis that hangs, holds up no roll-out. A database that hangs as well
    gets five seconds; then leases run out by themselves. `leave` is for tests.
    """

    def __init__(
        self,
        stopping: threading.Event,
        grace: float,
        hand_back: Callable[[], int],
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        self._stopping, self._grace, self._hand_back, self._leave = stopping, grace, hand_back, leave
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, name="ending", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()

    def _watch(self) -> None:
        self._stopping.wait()
        if self._ended.wait(self._grace):
            return
        handing = threading.Thread(target=self._give, name="hand back", daemon=True)
        handing.start()
        handing.join(_HAND_BACK_SECONDS)
        self._leave(0)  # threads that wait for an answer would keep an ordinary end waiting, too

    def _give(self) -> None:
        log.warning("not all was finished in time; the rest is handed back", pieces=self._hand_back())

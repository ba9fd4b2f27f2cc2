"""A thread that rings for those who must not be held up by it."""

from __future__ import annotations

import threading
import time

import structlog

from core.ports import Bell
from rung.bell import WORK, Work

log = structlog.get_logger()

_PAUSE = 0.005
"""Seconds between two rings: in a storm one for each group that is stored would be a seventh of what the door costs."""


class Ringer:
    """`core.ports.Bell` whose rings go out by a thread of its own; those that come while it is at one become one.

    At the door a ring costs more than to store what it is for, and a Redis that hangs would hold up whoever sends. A
    ring that is lost with its process delays work by one sweep, like every lost ring.
    """

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._asked: dict[Work, bool] = dict.fromkeys(WORK, False)
        self._wake = threading.Semaphore(0)
        threading.Thread(target=self._run, name="ringer", daemon=True).start()

    def ring(self, work: Work) -> None:
        """Have it rung, soon; returns at once."""
        if not self._asked[work]:
            self._asked[work] = True
            self._wake.release()

    def _run(self) -> None:
        while True:
            self._wake.acquire()
            for work in WORK:
                if self._asked[work]:
                    self._asked[work] = False  # before it rings: what is stored from here on needs another one
                    self._ring(work)
            time.sleep(_PAUSE)

    def _ring(self, work: Work) -> None:
        try:
            self._bell.ring(work)
        except Exception:  # the outermost boundary of a thread: without it nothing would be rung any more
            log.exception("the bell could not be rung; the next sweep will find the work")

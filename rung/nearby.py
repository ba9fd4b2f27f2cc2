"""The bell of a worker: what it can do itself at once need not be told by Redis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from core.ports import Bell
from rung.bell import Work


class Resting(Protocol):
    """Somebody who does one kind of work, or has nothing to do."""

    @property
    def rests(self) -> bool:
        """Whether they wait for a call now."""
        ...

    def call(self) -> None:
        """Have them set to; returns at once."""
        ...


class Nearby:
    """`core.ports.Bell` that calls this process's own hand where that rests, and rings for all workers where it is at
    work or there is none.

    The way through RQ is some milliseconds and fifty Redis commands; most of what intake decides is carried out by the
    same worker sooner than that.
    """

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self.hands: Mapping[Work, Resting] = {}

    def ring(self, work: Work) -> None:
        """Call the hand for this work, or ring for one elsewhere."""
        hand = self.hands.get(work)
        if hand is not None and hand.rests:
            hand.call()
        else:
            self._bell.ring(work)

"""The end of a role, in time whatever hangs."""

from __future__ import annotations

import queue
import threading

import pytest

from rung import ending
from rung.ending import Ending


class Left:
    """Takes the place of leaving the process."""

    def __init__(self) -> None:
        self.statuses: queue.Queue[int] = queue.Queue()
        self.given = 0

    def leave(self, status: int) -> None:
        self.statuses.put(status)

    def hand_back(self) -> int:
        self.given += 1
        return 3


def test_what_ends_in_time_is_left_alone() -> None:
    left, stopping = Left(), threading.Event()
    with Ending(stopping, 30, left.hand_back, left.leave):
        stopping.set()
    assert left.given == 0
    assert left.statuses.empty()


def test_what_does_not_end_in_time_is_handed_back_and_left() -> None:
    left, stopping = Left(), threading.Event()
    with Ending(stopping, 0, left.hand_back, left.leave):
        stopping.set()
        assert left.statuses.get(timeout=5) == 0
    assert left.given == 1


def test_before_anybody_asks_time_does_not_count() -> None:
    left = Left()
    with Ending(threading.Event(), 0, left.hand_back, left.leave), pytest.raises(queue.Empty):
        left.statuses.get(timeout=0.1)


def test_a_database_that_hangs_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_HAND_BACK_SECONDS", 0.05)
    left, stopping, for_ever = Left(), threading.Event(), threading.Event()

    def hangs() -> int:
        for_ever.wait(10)
        return 0

    with Ending(stopping, 0, hangs, left.leave):
        stopping.set()
        assert left.statuses.get(timeout=5) == 0
    for_ever.set()
    for thread in [one for one in threading.enumerate() if one.name == "hand back"]:
        thread.join(5)  # it logs, which belongs to this test's output and to no other's

"""A worker's own rings: its own hand is called where that rests, and all workers where it does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rung.bell import Work
from rung.nearby import Nearby
from rung.roles import Drainer, Drainers


@dataclass
class Rings:
    rung: list[Work] = field(default_factory=list)

    def ring(self, work: Work) -> None:
        self.rung.append(work)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_where_nobody_is_at_hand_it_rings_for_all() -> None:
    bell = Rings()
    near = Nearby(bell)
    near.ring("delivery")
    assert bell.rung == ["delivery"]


def test_a_hand_that_rests_is_called_and_one_that_is_at_work_has_the_others_rung_for() -> None:
    began, go_on, stopping = threading.Semaphore(0), threading.Semaphore(0), threading.Event()

    def drain(_: Callable[[], bool]) -> int:
        began.release()
        return int(go_on.acquire(timeout=10))

    bell = Rings()
    near, hand = Nearby(bell), Drainers(Drainer("delivery", drain, stopping))
    near.hands = {"delivery": hand}
    hand.start()
    until(lambda: hand.rests)
    near.ring("delivery")
    assert began.acquire(timeout=10)
    assert bell.rung == []
    near.ring("delivery")
    assert bell.rung == ["delivery"]
    stopping.set()
    go_on.release()
    hand.end()

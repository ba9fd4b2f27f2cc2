"""Rings go out by a thread of their own: nobody is held up, and no ring is lost."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from rung.bell import Work
from rung.ringer import Ringer


@dataclass
class Slow:
    """A bell that hangs until it is let go."""

    rung: list[Work] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    let_go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def ring(self, work: Work) -> None:
        self.rung.append(work)
        self.came.release()
        assert self.let_go.acquire(timeout=10)


def test_whoever_rings_is_not_held_up_and_rings_meanwhile_become_one() -> None:
    bell = Slow()
    ringer = Ringer(bell)
    ringer.ring("intake")
    assert bell.came.acquire(timeout=10)
    for _ in range(5):
        ringer.ring("intake")
        ringer.ring("delivery")
    bell.let_go.release(3)
    assert bell.came.acquire(timeout=10)
    assert bell.came.acquire(timeout=10)
    assert sorted(bell.rung) == ["delivery", "intake", "intake"]
    assert not bell.came.acquire(timeout=0.01)


def test_a_ring_that_fails_in_whatever_way_is_not_the_last_one() -> None:
    heard = threading.Semaphore(0)

    class Broken:
        broken = True

        def ring(self, work: Work) -> None:
            heard.release()
            if self.broken:
                self.broken = False
                raise RuntimeError(f"no {work} any more")

    ringer = Ringer(Broken())
    for _ in range(2):
        ringer.ring("intake")
        assert heard.acquire(timeout=10)

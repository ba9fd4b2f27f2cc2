"""Doing for many at once what each asks for by itself: nobody waits without need, and each gets their own answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from core.work.together import Together, UnansweredError


@dataclass
class Shop:
    """Answers with the capital letter; holds its first group back until it is opened."""

    groups: list[list[str]] = field(default_factory=list)
    told: list[Sequence[str | Exception]] = field(default_factory=list)
    opened: threading.Event = field(default_factory=threading.Event)

    def work(self, group: Sequence[str]) -> Sequence[str | Exception]:
        self.groups.append(list(group))
        assert self.opened.wait(10)
        if "bomb" in group:
            raise RuntimeError("it broke off")
        return [ValueError(one) if one == "bad" else one.upper() for one in group]

    def counter(self, **options: float) -> Together[str, str]:
        return Together(self.work, size=len, afterwards=self.told.append, **options)  # type: ignore[arg-type]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def queued(
    shop: Shop, counter: Together[str, str], asked: Sequence[str], pool: ThreadPoolExecutor
) -> list[Future[str]]:
    """Have all of them ask in this order: the first is served, and the others come while it is."""
    futures = []
    for number, one in enumerate(asked):
        futures.append(pool.submit(counter.do, one))
        until(lambda number=number: bool(shop.groups) and len(counter._queue) == number)  # type: ignore[misc]
    return futures


def served(shop: Shop, counter: Together[str, str], *asked: str) -> list[str | type[BaseException]]:
    with ThreadPoolExecutor(len(asked)) as pool:
        futures = queued(shop, counter, asked, pool)
        shop.opened.set()
        return [type(error) if (error := one.exception()) else one.result() for one in futures]


def test_one_alone_is_served_at_once() -> None:
    shop = Shop()
    shop.opened.set()
    counter = shop.counter()
    assert [counter.do("a"), counter.do("b")] == ["A", "B"]
    assert shop.groups == [["a"], ["b"]]
    assert shop.told == [["A"], ["B"]]


def test_who_comes_meanwhile_is_served_together_in_their_order() -> None:
    shop = Shop()
    assert served(shop, shop.counter(), "a", "b", "c", "d") == ["A", "B", "C", "D"]
    assert shop.groups == [["a"], ["b", "c", "d"]]


def test_a_group_has_bounds_in_number_and_size() -> None:
    shop = Shop()
    served(shop, shop.counter(most=2), "a", "b", "c", "d")
    assert shop.groups == [["a"], ["b", "c"], ["d"]]
    shop = Shop()
    served(shop, shop.counter(largest=3), "a", "bb", "c", "dddd", "e")
    assert shop.groups == [["a"], ["bb", "c"], ["dddd"], ["e"]]


def test_one_that_fails_fails_alone() -> None:
    shop = Shop()
    assert served(shop, shop.counter(), "a", "b", "bad", "c") == ["A", "B", ValueError, "C"]


def test_work_that_breaks_off_leaves_nobody_waiting_and_the_next_is_served() -> None:
    shop = Shop()
    assert served(shop, shop.counter(most=2), "a", "bomb", "b", "c") == ["A", RuntimeError, UnansweredError, "C"]


def test_nobody_waits_for_ever() -> None:
    shop = Shop()
    counter = shop.counter(patience=0.01)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(counter.do, "a")
        until(lambda: bool(shop.groups))
        with pytest.raises(UnansweredError, match="in time"):
            counter.do("b")
        shop.opened.set()
        assert first.result() == "A"
    assert (counter.do("c"), shop.groups) == ("C", [["a"], ["c"]]), "who went away is not served"


def test_not_too_many_wait() -> None:
    shop = Shop()
    counter = shop.counter(crowd=1)
    with ThreadPoolExecutor(2) as pool:
        futures = queued(shop, counter, ("a", "b"), pool)
        with pytest.raises(UnansweredError, match="too many"):
            counter.do("c")
        shop.opened.set()
        assert [one.result() for one in futures] == ["A", "B"]


def test_many_threads_all_get_their_own_answer() -> None:
    shop = Shop()
    shop.opened.set()
    counter = shop.counter(most=5)
    asked = [f"n{number}" for number in range(2000)]
    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(counter.do, asked)) == [one.upper() for one in asked]
    assert sum(map(len, shop.groups)) == 2000
    assert max(map(len, shop.groups)) <= 5

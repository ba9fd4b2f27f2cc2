"""Which points are played: all of them, or some that are drawn so that every kind of place has its turn."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tests.chaos.points.play import Call, Point, Trouble

_EDGES = ("commit", "sent", "answer", "message", "before P", "before DELETE")
"""Where something has just become true for others, or is about to: a death inside a transaction is undone with it."""


FAULTS: tuple[Mapping[str, object], ...] = (
    {"kind": "status", "status": 429, "retry_after": 1},
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "html", "status": 502},
    {"kind": "html", "status": 200},
    {"kind": "accepted"},
    {"kind": "close"},
    {"kind": "commit_then_drop"},
    {"kind": "garbled"},
    {"kind": "nonsense"},
)
"""How a platform answers badly. Silence is left to runs with time: a client waits for it."""


def troubles(calls: Iterable[Call], dice: random.Random) -> list[Trouble]:
    """Every request with every fault; writes first, otherwise in an order that the dice give."""
    every = [Trouble(call, fault) for call in calls for fault in FAULTS]
    dice.shuffle(every)
    every.sort(key=lambda one: one.call.what.startswith("GET"))
    return every


def one_of_each(points: Iterable[Point], dice: random.Random) -> list[Point]:
    """One point of each name, the edges first, both in an order that the dice give."""
    named: dict[str, list[Point]] = defaultdict(list)
    for point in points:
        named[point.name].append(point)
    names = sorted(named)
    dice.shuffle(names)
    names.sort(key=lambda name: not is_edge(name))
    return [dice.choice(named[name]) for name in names]


def is_edge(name: str) -> bool:
    """Whether what is outside the process changes right there."""
    what = name.partition(": ")[2]
    return any(word in what for word in _EDGES)


def drawn(points: Sequence[Point], many: int, dice: random.Random) -> list[Point]:
    """So many points: one of each name, then any."""
    first = one_of_each(points, dice)
    rest = sorted(set(points) - set(first))
    dice.shuffle(rest)
    return [*first, *rest][:many]

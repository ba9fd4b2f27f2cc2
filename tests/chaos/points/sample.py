"""Which points are played: all of them, or some that are drawn so that every kind of place has its turn."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.chaos.points.play import Point

_EDGES = ("commit", "sent", "answer", "message", "before P", "before DELETE")
"""Where something has just become true for others, or is about to: a death inside a transaction is undone with it."""


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

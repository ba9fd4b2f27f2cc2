"""Places in a backlog: which deliveries may overtake others, and that of one alert no later word comes first.

An alert's end that was applied after what it fired anew would end what is going on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LAST = 3
"""The rank of what keeps its place; lower ones go before it."""
MOST_KEYS = 100_000
"""Alerts that are kept in mind. From there on nothing is moved any more: what is not known might be overtaken."""

Key = tuple[str, str]
"""An alert's source and key."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one event of a delivery says: of which alert (None where it is of a record), and its rank if it opens a
    ticket (None where it does not: a repeat, an end)."""

    key: Key | None
    rank: int | None


@dataclass(slots=True)
class Places:
    """Given the deliveries of a backlog in the order in which they came, says which of them go before the others."""

    _told: dict[Key, tuple[int, int] | None] = field(default_factory=dict)
    """Of each alert the delivery that told of it first and its rank, while that is all that was told of it and may move
    along; None from then on."""

    def of(self, delivery: int, words: Sequence[Word]) -> Mapping[int, int]:
        """The ranks of the deliveries that are to be moved for what this one says: itself, and what has to stay before.

        It moves where nobody told of its alerts before, or only what told that the same single alert is less bad.
        """
        if len(self._told) > MOST_KEYS:
            return {}
        rank = min((word.rank for word in words if word.rank is not None), default=LAST)
        keys = {word.key for word in words if word.key is not None}
        before = [self._told[key] for key in keys if key in self._told]
        firsts = [one for one in before if one is not None and one[1] > rank]
        moves = rank < LAST and len(firsts) == len(before)
        for key in keys:
            self._told[key] = None
        if not before and len(keys) == 1 and all(word.rank is not None for word in words):
            self._told[keys.pop()] = (delivery, rank)
        return dict.fromkeys((delivery, *(first for first, _ in firsts)), rank) if moves else {}

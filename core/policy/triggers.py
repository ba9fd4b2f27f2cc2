"""Triggers: what else than a missing acknowledgement moves a ticket between levels, and to where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from core.model import Severity
from core.policy.condition import ALWAYS, Condition

Within = Mapping[Severity, timedelta]
"""A length of time for each severity; empty where it is not asked for."""


class Direction(StrEnum):
    """Where a trigger moves a ticket."""

    NEXT = "next"
    UP_TO = "up_to"
    DOWN_TO = "down_to"
    AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Fires when all that it names is true at once: the condition, and each threshold that is not 0 or empty.

    `spent` is the part of a clock that is used up, in percent, by the clock's name. `silent_for` counts from the last
    that was heard of people, `open_for` from the opening, `acknowledged_for` from the acknowledgement; each from when
    the ticket came to its level, where that was later. `level` names where UP_TO and DOWN_TO lead.
    """

    name: str
    because: str
    direction: Direction
    level: str = ""
    condition: Condition = ALWAYS
    spent: Mapping[str, int] = field(default_factory=dict)
    silent_for: Within = field(default_factory=dict)
    open_for: Within = field(default_factory=dict)
    acknowledged_for: Within = field(default_factory=dict)
    reassignments: int = 0
    reopenings: int = 0
    like: int = 0

    @property
    def is_timed(self) -> bool:
        """Whether it waits for a length of time."""
        return bool(self.silent_for or self.open_for or self.acknowledged_for)


def marks_of(triggers: Iterable[Trigger]) -> dict[str, tuple[int, ...]]:
    """The percents of each clock, by its name, at which a trigger must be looked at."""
    marks: dict[str, set[int]] = {}
    for trigger in triggers:
        for clock, percent in trigger.spent.items():
            marks.setdefault(clock, set()).add(percent)
    return {clock: tuple(sorted(percents)) for clock, percents in marks.items()}

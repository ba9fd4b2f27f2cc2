"""Escalation paths: their levels, who of a level is asked, and in which order the levels follow each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.model import EVERYTHING, Right, Severity
from core.policy.condition import ALWAYS, Condition
from core.policy.facts import Facts
from core.policy.targets import Target


class LevelKind(StrEnum):
    """Where a level leads: to other expertise, or up the line of management."""

    FUNCTIONAL = "functional"
    HIERARCHICAL = "hierarchical"
    """Its people are not called because a level below has nobody: see `core.engine.escalation`."""


class Ask(StrEnum):
    """Who of a level must acknowledge."""

    ONE = "one"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A rung: its name, and how long whoever is asked there has to acknowledge a ticket of each severity.

    `team` (an id) is whose expertise it is, "" for the ticket's own team. With `ask` ONE the person on call is asked,
    then the `next_in_turn` next ones, each for as long as `acknowledge_within` says; with ALL everybody on duty does.

    `may` is what it may decide beside what the levels below it may.
    A level with a `vendor` (an id) asks them, and whoever has the ticket here keeps it.
    `ola` is how long the level may have a ticket until it passes it on or resolves it.
    """

    name: str
    acknowledge_within: Mapping[Severity, timedelta]
    kind: LevelKind = LevelKind.FUNCTIONAL
    team: str = ""
    ask: Ask = Ask.ONE
    next_in_turn: int = 0
    may: frozenset[Right] = EVERYTHING
    ola: Target | None = None
    vendor: str = ""

    @property
    def is_hierarchical(self) -> bool:
        """Whether it goes up the line of management."""
        return self.kind is LevelKind.HIERARCHICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A rule by which tickets enter a path at a higher level; `level` counts from 1, `because` is for people."""

    condition: Condition
    level: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Levels from the first to the last, walked `rounds` times; then the last resorts (people's ids) are told.

    Rounds after the first begin at the level `loop_from`, counted from 1. The first of `last_resorts` who is there is
    told. The first of `enter` that holds says at which level a ticket begins, and no round begins below it.
    """

    name: str
    levels: tuple[Level, ...]
    rounds: int = 1
    loop_from: int = 1
    last_resorts: tuple[str, ...] = ()
    enter: tuple[Entrance, ...] = ()

    def level(self, number: int) -> Level | None:
        """The level of that number, counted from 1; the last one where a newer policy has fewer; None without any."""
        return self.levels[min(number, len(self.levels)) - 1] if number and self.levels else None

    def number(self, name: str) -> int:
        """The number of the level of that name; 0 where the path has none."""
        return next((number for number, level in enumerate(self.levels, 1) if level.name == name), 0)

    def entrance(self, facts: Facts) -> Entrance | None:
        """The rule by which a ticket with those facts enters at a higher level, if there is one."""
        return next((one for one in self.enter if one.condition.holds(facts)), None)

    def level_after(self, level: int, round_: int, entered: int = 1) -> tuple[int, int] | None:
        """The next (level, round), levels counted from 1; None when the path is exhausted.

        `entered` is the level at which the ticket's facts let it enter.
        """
        if level < len(self.levels):
            return level + 1, round_
        if round_ >= self.rounds or not self.levels:
            return None
        return min(max(self.loop_from, entered), len(self.levels)), round_ + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRule:
    """A rule that sends tickets on a path; the first that holds does."""

    path: str
    condition: Condition = ALWAYS
    name: str = ""
    because: str = ""

"""Escalation paths: their levels, and how soon each must acknowledge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.model import EVERYTHING, Right, Severity
from core.policy.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A rung: its name, and how long its on-call person has to acknowledge a ticket of each severity.

    `may` is what it may decide beside what the levels below it may.
    `ola` is how long the level may have a ticket until it passes it on or resolves it.
    """

    name: str
    acknowledge_within: Mapping[Severity, timedelta]
    may: frozenset[Right] = EVERYTHING
    ola: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Levels from the first to the last, walked `rounds` times; then `last_resort` (a person's id) is told."""

    name: str
    levels: tuple[Level, ...]
    rounds: int = 1
    last_resort: str = ""

    def level(self, number: int) -> Level | None:
        """The level of that number, counted from 1; the last one where a newer policy has fewer; None without any."""
        return self.levels[min(number, len(self.levels)) - 1] if number and self.levels else None

    def level_after(self, level: int, round_: int) -> tuple[int, int] | None:
        """The next (level, round), levels counted from 1; None when the path is exhausted."""
        if level < len(self.levels):
            return level + 1, round_
        return (1, round_ + 1) if round_ < self.rounds else None

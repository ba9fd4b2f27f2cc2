"""Routing: which team gets a ticket by rule, and how one of the team is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.policy.condition import ALWAYS, Condition


class Within(StrEnum):
    """How one of those who are there is chosen."""

    ON_CALL = "on_call"
    """Whoever has the duty."""
    LEAST_LOADED = "least_loaded"
    """Whoever has the least open work, weighed by severity."""
    ROUND_ROBIN = "round_robin"
    """Whoever's last turn is the longest ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Where tickets that meet the condition go: to `team`, "" as without the rule; `skill` is what their work needs."""

    name: str
    condition: Condition = ALWAYS
    team: str = ""
    skill: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The first rule that holds decides.

    `within` is how all teams choose, `teams` how those do that have a way of their own; with `by_language` those who
    speak the ticket's language come before those who don't.
    """

    rules: tuple[RoutingRule, ...] = ()
    within: Within = Within.ON_CALL
    teams: Mapping[str, Within] = field(default_factory=dict)
    by_language: bool = False

    def chooses(self, team: str) -> Within:
        """How that team chooses."""
        return self.teams.get(team, self.within)

    def asks(self, way: Within) -> bool:
        """Whether any team chooses in that way."""
        return way is self.within or way in self.teams.values()

"""Roll-out: for which tickets Rung only decides and records, so that people can see what it would do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RollOut:
    """What is shadowed: the tickets of these services and teams (ids), or all."""

    everything: bool = False
    services: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()

    def why(self, service: str, team: str) -> str:
        """Why a ticket of that service and team is shadowed, as the end of a sentence; "" where it is not."""
        if self.everything:
            return "the policy shadows every ticket"
        if service in self.services:
            return "the policy shadows its service"
        return "the policy shadows its team" if team in self.teams else ""

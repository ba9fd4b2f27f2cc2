"""Which tickets walk which path, and who is asked there: as far as the policy alone can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.model import Severity
from core.policy.catalogue import Service
from core.policy.condition import Condition
from core.policy.paths import Level, Path
from core.policy.policy import Policy

NO_SERVICE = Service(id="", name="", team="")
"""Stands for whatever no service claims."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Tickets of a service ("" for none) and severity that come to a team and walk a path from a level on.

    `entry` is the level, counted from 1, at which they enter: no round begins below it.
    """

    service: Service
    severity: Severity
    team: str
    path: Path
    entry: int = 1

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that they can come to."""
        return self.path.levels[self.entry - 1 :]


def walks(policy: Policy) -> Iterator[Walk]:
    """Every walk that there can be. A rule that asks for what is not known here is taken to hold, and not to hold."""
    services = [*policy.services.values(), *([NO_SERVICE] if policy.default_team else [])]
    teams = [_Choice.of(rule.condition, rule.team) for rule in policy.routing.rules]
    paths = [_Choice.of(rule.condition, rule.path) for rule in policy.path_rules]
    paths += [_Choice.of(one.condition, one.path or policy.default_path) for one in policy.segments.values()]
    for service in services:
        for severity in Severity:
            facts = _facts(service, severity)
            for team in _chosen(teams, facts, service.team or policy.default_team):
                for path in _chosen(paths, {**facts, "team": team}, policy.default_path):
                    for entry in _entries(policy.path(path), {**facts, "team": team}):
                        yield Walk(service, severity, team, policy.path(path), entry)


def _entries(path: Path, facts: Mapping[str, str]) -> Iterable[int]:
    """At which levels tickets with those facts can enter."""
    choices = [_Choice.of(one.condition, str(one.level)) for one in path.enter]
    return (int(level) for level in _chosen(choices, facts, "1"))


def asked_team(walk: Walk, level: Level) -> str:
    """The team whose duty is asked on a level."""
    return level.team or walk.team


_KNOWN = ("service", "severity", "service_criticality", "service_line", "business_unit", "team")
"""The facts that are known here."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A rule that leads to `to`, "" as without it, as far as it asks for what is known.

    It is `certain` when it asks for nothing else.
    """

    known: Condition
    certain: bool
    to: str

    @classmethod
    def of(cls, condition: Condition, to: str) -> _Choice:
        match = {name: wanted for name, wanted in condition.match.items() if name in _KNOWN}
        return cls(Condition(match=match), match == dict(condition.match) and not condition.when, to)


def _chosen(choices: Sequence[_Choice], facts: Mapping[str, str], otherwise: str) -> Iterable[str]:
    """Where tickets with those facts can be led by the first rule that holds, or by none."""
    found: dict[str, None] = {}
    for choice in choices:
        if choice.known.holds(facts):
            found[choice.to or otherwise] = None
            if choice.certain:
                return found
    found[otherwise] = None
    return found


def _facts(service: Service, severity: Severity) -> dict[str, str]:
    return {
        "service": service.id,
        "severity": severity.value,
        "service_criticality": service.criticality.value if service.criticality else "",
        "service_line": service.service_line,
        "business_unit": service.business_unit,
        "team": "",
    }

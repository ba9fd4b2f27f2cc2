"""Which tickets walk which path, and who is asked there: as far as the policy alone can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    """Tickets of a service ("" for none) and severity that come to a team and walk a path."""

    service: Service
    severity: Severity
    team: str
    path: Path


def walks(policy: Policy) -> Iterator[Walk]:
    """Every walk that there can be. A rule that asks for what is not known here is taken to hold, and not to hold."""
    services = [*policy.services.values(), *([NO_SERVICE] if policy.default_team else [])]
    for service in services:
        for severity in Severity:
            facts = _facts(service, severity)
            for team in dict.fromkeys(_teams(policy, service, facts)):
                for path in dict.fromkeys(_paths(policy, {**facts, "team": team})):
                    yield Walk(service, severity, team, policy.path(path))


def asked_team(walk: Walk, level: Level) -> str:
    """The team whose duty is asked on a level."""
    return level.team or walk.team


def _facts(service: Service, severity: Severity) -> dict[str, str]:
    return {
        "service": service.id,
        "severity": severity.value,
        "service_criticality": service.criticality.value if service.criticality else "",
        "service_line": service.service_line,
        "business_unit": service.business_unit,
    }


def _teams(policy: Policy, service: Service, facts: Mapping[str, str]) -> Iterator[str]:
    for rule in policy.routing.rules:
        if rule.team and may_hold(rule.condition, facts):
            yield rule.team
            if must_hold(rule.condition, facts):
                return
    yield service.team or policy.default_team


def _paths(policy: Policy, facts: Mapping[str, str]) -> Iterator[str]:
    for rule in policy.path_rules:
        if may_hold(rule.condition, facts):
            yield rule.path
            if must_hold(rule.condition, facts):
                return
    for segment in policy.segments.values():
        if may_hold(segment.condition, facts):
            yield segment.path or policy.default_path
            if must_hold(segment.condition, facts):
                return
    yield policy.default_path


def may_hold(condition: Condition, facts: Mapping[str, str]) -> bool:
    """Whether it can hold for a ticket with those facts, whatever the others are."""
    known = {name: wanted for name, wanted in condition.match.items() if name in facts}
    return Condition(match=known).holds(facts)


def must_hold(condition: Condition, facts: Mapping[str, str]) -> bool:
    """Whether it holds for every ticket with those facts."""
    return not condition.when and set(condition.match) <= set(facts) and may_hold(condition, facts)

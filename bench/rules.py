"""The packaged policy with two hundred rules more, as a large organisation has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.model import Severity
from core.policy import Condition, Policy, RoutingRule, SeverityTurn, Target, TargetRule, Turn

_SEVERITY, _ROUTING, _TARGETS = 120, 50, 30
_IN_CEL = 10
"""Every so-many-th rule asks by an expression, the others by values alone."""


def with_rules(policy: Policy) -> Policy:
    """The policy with rules of which none holds for the benchmark's alert, so that all are asked."""
    turns = tuple(
        SeverityTurn(name=f"severity {number}", condition=_condition(number), turn=Turn.RAISE, because="so")
        for number in range(_SEVERITY)
    )
    routes = tuple(
        RoutingRule(name=f"routing {number}", condition=_condition(number), team="payments", because="so")
        for number in range(_ROUTING)
    )
    hours = dict.fromkeys(Severity, timedelta(hours=4))
    targets = tuple(
        TargetRule(name=f"target {number}", condition=_condition(number), targets={"resolve": Target(within=hours)})
        for number in range(_TARGETS)
    )
    return replace(
        policy,
        severity=replace(policy.severity, rules=(*turns, *policy.severity.rules)),
        routing=replace(policy.routing, rules=routes),
        targets=(*targets, *policy.targets),
    )


def _condition(number: int) -> Condition:
    if number % _IN_CEL == 0:
        return Condition(match={}, when=f"like >= {1000 + number} && service == 'service-{number}'")
    return Condition(match={"service": (f"service-{number}",), "customer_tier": ("gold", "platinum")})

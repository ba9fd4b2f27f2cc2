"""Targets: how soon a ticket must be acknowledged, told of and resolved, and what makes their clocks stand still."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from core.model import Severity, State
from core.policy.calendar import ROUND_THE_CLOCK
from core.policy.condition import ALWAYS, Condition
from core.policy.facts import Facts

ACKNOWLEDGE, UPDATE, RESOLVE = CLOCKS = ("acknowledge", "update", "resolve")
"""The clocks that targets are set for."""

OLA = "ola"
"""The family of the clocks of levels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How long something may take, in the working time of a calendar; it warns at these percents of it.

    A severity that is not in `within` has no target.
    """

    within: Mapping[Severity, timedelta]
    calendar: str = ROUND_THE_CLOCK
    warn_at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRule:
    """The targets of the tickets for which the condition holds, by the clock's name."""

    name: str
    targets: Mapping[str, Target]
    condition: Condition = ALWAYS


def target_of(
    rules: Sequence[TargetRule], clock: str, severity: Severity, facts: Callable[[], Facts]
) -> tuple[TargetRule, Target] | None:
    """The first rule that holds and has a target for that clock and severity; None when there is none."""
    for rule in rules:
        target = rule.targets.get(clock)
        if target is None or severity not in target.within:
            continue
        if rule.condition is ALWAYS or rule.condition.holds(facts()):
            return rule, target
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Which clocks (names or families) stand still while a ticket is on hold.

    What is said for the reason of the hold takes the place of `on_hold`, which is for holds without or with any other
    reason.
    """

    on_hold: frozenset[str] = frozenset()
    reasons: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def why(self, clock: str, state: State, hold_reason: str) -> str:
        """Why that clock stands still, as the end of a sentence; "" when it does not."""
        if state is not State.ON_HOLD:
            return ""
        paused = self.reasons.get(hold_reason, self.on_hold)
        if clock not in paused and clock.partition(":")[0] not in paused:
            return ""
        return f"it is on hold, {hold_reason.replace('_', ' ')}" if hold_reason else "it is on hold"

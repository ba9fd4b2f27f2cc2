"""Risk and compliance: what harm a ticket threatens, the duties that follow by law or contract, who must know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from core.policy.calendar import ROUND_THE_CLOCK
from core.policy.condition import ALWAYS, Condition
from core.policy.facts import Facts

RISK_CLASSES = ("financial", "reputational", "operational", "security", "privacy", "safety")
"""Every class there is."""

DUTY = "duty"
"""The family of the clocks of duties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRule:
    """Tickets for which the condition holds are of these classes."""

    name: str
    classes: tuple[str, ...]
    because: str
    condition: Condition = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something that must be done within a time that somebody else has set: a law, an authority, a contract.

    It begins when a ticket comes to be of one of `classes` and the condition holds, and runs on until a person says
    that it is done, whatever becomes of the ticket. `tell` are the people (roster ids) who are told at its beginning,
    its warnings and its breach. `because` is its source, as in "GDPR article 33".
    """

    id: str
    name: str
    classes: tuple[str, ...]
    within: timedelta
    because: str
    calendar: str = ROUND_THE_CLOCK
    warn_at: tuple[int, ...] = ()
    tell: tuple[str, ...] = ()
    condition: Condition = ALWAYS

    @property
    def clock(self) -> str:
        """The name of its clock."""
        return f"{DUTY}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MustKnow:
    """These people (roster ids) are told once, as soon as the condition holds: legal, compliance, the board."""

    name: str
    people: tuple[str, ...]
    because: str
    condition: Condition = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPolicy:
    """The section as a whole."""

    rules: tuple[RiskRule, ...] = ()
    duties: Mapping[str, Duty] = field(default_factory=dict)
    must_know: tuple[MustKnow, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.rules or self.duties or self.must_know)

    def classes(self, facts: Facts) -> tuple[tuple[str, RiskRule], ...]:
        """The classes of a ticket with those facts, each with the first rule that says so."""
        found: dict[str, RiskRule] = {}
        for rule in self.rules:
            if not set(rule.classes) <= found.keys() and rule.condition.holds(facts):
                for one in rule.classes:
                    found.setdefault(one, rule)
        return tuple(sorted(found.items()))

    def duties_of(self, classes: Iterable[str], facts: Facts) -> tuple[Duty, ...]:
        """The duties of a ticket of those classes."""
        mine = set(classes)
        return tuple(one for one in self.duties.values() if mine & set(one.classes) and one.condition.holds(facts))

"""Which values a fact can have, as far as rules can tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.model import Impact, Severity, State, Ticket, TicketKind, Urgency
from core.policy.condition import Condition
from core.policy.facts import Facts, facts_of
from core.policy.policy import Policy

ANYTHING = "\ue000"
"""A text that no rule names: what holds for it holds for every text that no rule names."""
CATALOGUE = frozenset({"service", "service_criticality", "service_line", "business_unit", "customer_tier", "geography"})
"""Facts that only have the values which the catalogue of services and customers gives them."""
_ANY_NUMBER = 987_654_321
_THEN = datetime(2026, 1, 1, tzinfo=UTC)
_BLANK = Ticket(
    id=1, uid="x", kind=TicketKind.INCIDENT, source="", title="", opened_at=_THEN, updated_at=_THEN, policy_version=1
)


@dataclass(frozen=True)
class Values:
    """The facts of a ticket of which nothing is known, and those facts that can only have certain values."""

    blank: Facts
    closed: Mapping[str, Sequence[object]]

    @classmethod
    def of(cls, policy: Policy) -> Values:
        """What tickets under that policy can have. A fact's type is that of a blank ticket's."""
        blank = facts_of(_BLANK, policy, _THEN)
        switches = {name: (True, False) for name, one in blank.items() if isinstance(one, bool)}
        return cls(blank, {**switches, **{name: one for name, one in _closed(policy).items() if name in blank}})

    def kind(self, name: str) -> type:
        """The type of a fact; that of a label is text."""
        return type(self.blank.get(name, ""))

    def matched(self, name: str, values: Sequence[str]) -> list[object]:
        """One example for each way in which a fact can match these values; none where it cannot."""
        if name in self.closed:
            only = Condition(match={name: tuple(values)})
            return [one for one in self.closed[name] if only.holds({name: one})]
        texts = [value.replace("*", ANYTHING) for value in values]
        if issubclass(self.kind(name), list | tuple):
            return [[text] for text in texts]
        if self.kind(name) is int:
            return [int(text) if text.isdigit() else text for text in texts]
        return list(texts)

    def unmatched(self, name: str) -> list[object]:
        """Examples for each way in which a rule that does not ask for a fact can find it."""
        if name in self.closed:
            return list(self.closed[name])
        if issubclass(self.kind(name), list | tuple):
            return [[]]
        return [_ANY_NUMBER if self.kind(name) is int else ANYTHING]

    def facts(self, point: Mapping[str, object]) -> Facts:
        """All the facts of a ticket that has these; `labels.x` is the label x."""
        labels = {name.removeprefix("labels."): one for name, one in point.items() if name not in self.blank}
        known = {name: one for name, one in point.items() if name in self.blank}
        if not labels:
            return {**self.blank, **known}
        given = known.get("labels", self.blank["labels"])
        return {**self.blank, **known, "labels": {**(given if isinstance(given, Mapping) else {}), **labels}}


def _closed(policy: Policy) -> dict[str, Sequence[object]]:
    grades = [one.name.lower() for one in Impact]
    services = policy.services.values()
    return {
        "severity": [one.value for one in Severity],
        "state": [one.value for one in State],
        "kind": [one.value for one in TicketKind],
        "impact": [*grades, ""],
        "urgency": [*(one.name.lower() for one in Urgency), ""],
        "team": [*policy.roster.teams, ""],
        "path": [*policy.paths],
        "segment": [*policy.segments, ""],
        "geography": [*policy.geographies, ""],
        "service": [*policy.services, ""],
        "service_criticality": _said(one.criticality for one in services),
        "service_line": _said(one.service_line for one in services),
        "business_unit": _said(one.business_unit for one in services),
        "customer_tier": _said(one.tier for one in policy.customers.values()),
    }


def _said(texts: Iterable[str | None]) -> Sequence[str]:
    return [*dict.fromkeys(str(text) for text in texts if text), ""]

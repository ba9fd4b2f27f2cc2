"""Severity from impact and urgency (ITIL's priority matrix), and the rules that raise or lower it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.model import Impact, Reason, ReasonCode, Severity, Urgency
from core.policy.condition import Condition
from core.policy.facts import Facts


class Turn(StrEnum):
    """What a rule does to a severity."""

    RAISE = "raise"
    LOWER = "lower"
    SET = "set"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityTurn:
    """A rule that changes the severity of the tickets for which its condition holds.

    `steps` is by how many severities RAISE and LOWER move it, `to` the severity of the other turns: the worse one of
    both is AT_LEAST, the milder one AT_MOST. `because` is why the organisation wants it so.
    """

    name: str
    condition: Condition
    turn: Turn
    because: str
    steps: int = 1
    to: Severity = Severity.SEV4

    def turned(self, severity: Severity) -> Severity:
        """The severity after the rule."""
        ranks = {
            Turn.RAISE: severity.rank - self.steps,
            Turn.LOWER: severity.rank + self.steps,
            Turn.SET: self.to.rank,
            Turn.AT_LEAST: min(severity.rank, self.to.rank),
            Turn.AT_MOST: max(severity.rank, self.to.rank),
        }
        return _SEVERITIES[min(max(ranks[self.turn], 1), len(_SEVERITIES)) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRule:
    """The matrix, the default for when a source tells only half, each severity's criteria in words, and the rules."""

    matrix: Mapping[tuple[Impact, Urgency], Severity]
    default: Severity
    means: Mapping[Severity, str] = field(default_factory=dict)
    rules: tuple[SeverityTurn, ...] = ()

    def derive(self, impact: Impact | None, urgency: Urgency | None) -> Severity:
        """The severity by impact and urgency alone."""
        return self.default if impact is None or urgency is None else self.matrix[impact, urgency]

    def decide(self, facts: Facts, local: LocalSeverity | None = None) -> tuple[Severity, Reason]:
        """The severity of a ticket with those facts, and why; `local` is what its segment has of its own.

        The first rule whose condition holds is the only one that counts; the fact `severity` is to it what impact and
        urgency give.
        """
        severity, why = self._by_impact(_impact(facts), _urgency(facts), local)
        facts = {**facts, "severity": severity.value}
        for rule in self.rules:
            if rule.condition.holds(facts):
                turned = rule.turned(severity)
                return (turned, why) if turned is severity else (turned, _by_rule(rule, facts, severity, turned))
        return severity, why

    def _by_impact(
        self, impact: Impact | None, urgency: Urgency | None, local: LocalSeverity | None
    ) -> tuple[Severity, Reason]:
        severity = elsewhere = self.derive(impact, urgency)
        if local is not None:
            severity = local.derive(impact, urgency) or elsewhere
        words = {"impact": _word(impact), "urgency": _word(urgency)}
        if local is not None and severity is not elsewhere:
            more = {"segment": local.segment, "elsewhere": elsewhere.value}
            return severity, Reason(ReasonCode.SEVERITY_BY_SEGMENT, {"severity": severity.value, **words, **more})
        if impact is None or urgency is None:
            return severity, Reason(ReasonCode.SEVERITY_DEFAULT, {"severity": severity.value})
        return severity, Reason(ReasonCode.SEVERITY_DERIVED, {"severity": severity.value, **words})

    def shown_as(
        self, severity: Severity, impact: Impact | None, urgency: Urgency | None
    ) -> tuple[Impact | None, Urgency | None]:
        """The impact and urgency that a platform is to have, which derives its priority from them by the same matrix.

        They are the ticket's own where these give that severity, else the severity's `measures`.
        """
        if impact is not None and urgency is not None and self.matrix.get((impact, urgency)) is severity:
            return impact, urgency
        nearest = self.measures(severity)
        return nearest if nearest != (None, None) else (impact, urgency)

    def measures(self, severity: Severity) -> tuple[Impact | None, Urgency | None]:
        """An impact and an urgency that the matrix makes that severity of, as near to each other as can be.

        For platforms that know a severity only by them; (None, None) where the matrix never gives it.
        """
        cells = [cell for cell, gives in self.matrix.items() if gives is severity]
        return min(cells, key=lambda cell: (abs(cell[0] - cell[1]), cell), default=(None, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSeverity:
    """What a segment has instead of the organisation's matrix and default; what it does not name stays as it is."""

    segment: str
    matrix: Mapping[tuple[Impact, Urgency], Severity] = field(default_factory=dict)
    default: Severity | None = None

    def derive(self, impact: Impact | None, urgency: Urgency | None) -> Severity | None:
        """The segment's own severity by impact and urgency; None where it has none."""
        return self.default if impact is None or urgency is None else self.matrix.get((impact, urgency))


_SEVERITIES = tuple(Severity)


def _by_rule(rule: SeverityTurn, facts: Facts, before: Severity, turned: Severity) -> Reason:
    """Impact and urgency go with it unsaid, so that a recorded ticket can be played again from its timeline."""
    told = {"severity": turned.value, "before": before.value, "rule": rule.name, "because": rule.because}
    return Reason(
        ReasonCode.SEVERITY_BY_RULE, {**told, "impact": _word(_impact(facts)), "urgency": _word(_urgency(facts))}
    )


def _impact(facts: Facts) -> Impact | None:
    return Impact[str(facts["impact"]).upper()] if facts["impact"] else None


def _urgency(facts: Facts) -> Urgency | None:
    return Urgency[str(facts["urgency"]).upper()] if facts["urgency"] else None


def _word(grade: Impact | Urgency | None) -> str:
    return grade.name.lower() if grade else "unknown"

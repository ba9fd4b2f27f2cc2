"""Severity from impact and urgency (ITIL's priority matrix)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.model import Impact, Reason, ReasonCode, Severity, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRule:
    """The matrix, the default for when a source tells only half, and each severity's criteria in words."""

    matrix: Mapping[tuple[Impact, Urgency], Severity]
    default: Severity
    means: Mapping[Severity, str] = field(default_factory=dict)

    def decide(self, impact: Impact | None, urgency: Urgency | None) -> tuple[Severity, Reason]:
        """The severity, and why."""
        if impact is None or urgency is None:
            return self.default, Reason(ReasonCode.SEVERITY_DEFAULT, {"severity": self.default})
        severity = self.matrix[impact, urgency]
        facts = {"severity": severity.value, "impact": impact.name.lower(), "urgency": urgency.name.lower()}
        return severity, Reason(ReasonCode.SEVERITY_DERIVED, facts)

    def measures(self, severity: Severity) -> tuple[Impact | None, Urgency | None]:
        """An impact and an urgency that the matrix makes that severity of, as near to each other as can be.

        For platforms that know a severity only by them; (None, None) where the matrix never gives it.
        """
        cells = [cell for cell, gives in self.matrix.items() if gives is severity]
        return min(cells, key=lambda cell: (abs(cell[0] - cell[1]), cell), default=(None, None))

"""`severity`: the matrix, the default, and the criteria in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from core.model import Impact, Severity, Urgency
from core.policy import SeverityRule
from rung.documents.fields import Choice, Strict, Text
from rung.documents.policy.lengths import SEVERITIES

_GRADES = ("high", "medium", "low")


def _row(inner: fields.Field[Any]) -> Any:
    grades = dict.fromkeys(_GRADES, inner)
    return Strict.from_dict(grades, name="Row")


class SeveritySchema(Strict):
    """How severity is told."""

    default = Choice(SEVERITIES)
    matrix = fields.Nested(_row(fields.Nested(_row(Choice(SEVERITIES, required=True)), required=True)))
    means = fields.Nested(Strict.from_dict({one.value: Text() for one in SEVERITIES}, name="Means"))


def severity(data: Mapping[str, Any]) -> SeverityRule:
    """The rule of a section that was checked."""
    matrix = {
        (Impact[impact.upper()], Urgency[urgency.upper()]): Severity(severity)
        for impact, row in data["matrix"].items()
        for urgency, severity in row.items()
    }
    means = {Severity(name): text for name, text in data["means"].items()}
    return SeverityRule(matrix=matrix, default=Severity(data["default"]), means=means)

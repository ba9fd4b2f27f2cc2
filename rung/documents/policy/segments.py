"""`segments` and `limits`: parts of the organisation with ways of their own, and how far these may go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validates_schema

from core.model import Severity
from core.policy import Limits, LocalSeverity, Segment
from core.policy.facts import FOLLOWING
from rung.documents.fields import Count, Strict, Text
from rung.documents.policy.conditions import ConditionSchema, condition, refuse_facts
from rung.documents.policy.severity import LocalSeveritySchema, matrix
from rung.documents.policy.targets import WithinSome


class SegmentSchema(ConditionSchema):
    """A segment."""

    path = Text(load_default="")
    language = Text(load_default="")
    severity = fields.Nested(LocalSeveritySchema)

    @validates_schema
    def refuse_what_follows(self, data: Mapping[str, Any], **_: object) -> None:
        """What follows from the segment cannot decide it."""
        hint = "Say what it consists of: geography, business_unit, service_line, customer, region."
        refuse_facts(data, FOLLOWING, "follows from the segment or the severity and cannot decide it.", hint)


class LimitsSchema(Strict):
    """How far segments may go."""

    acknowledge_within = WithinSome()
    path_within = WithinSome()
    severity_steps = Count(0, 3)
    acknowledge = WithinSome()
    update = WithinSome()
    resolve = WithinSome()


def segment(name: str, data: Mapping[str, Any]) -> Segment:
    """The segment of an entry that was checked."""
    local = _local(name, data["severity"]) if "severity" in data else None
    return Segment(name=name, condition=condition(data), path=data["path"], language=data["language"], severity=local)


def _local(name: str, data: Mapping[str, Any]) -> LocalSeverity:
    default = Severity(data["default"]) if "default" in data else None
    return LocalSeverity(segment=name, matrix=matrix(data["matrix"]), default=default)


def limits(data: Mapping[str, Any]) -> Limits:
    """The limits of a section that was checked."""
    return Limits(**data)

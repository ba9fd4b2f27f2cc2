"""`risk`: classes of risk, duties with their own clocks, and who must know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from core.policy.calendar import ROUND_THE_CLOCK
from core.policy.risk import RISK_CLASSES, Duty, MustKnow, RiskPolicy, RiskRule
from rung.documents.fields import Choice, Duration, Name, Named, Strict, Text
from rung.documents.policy.conditions import ConditionSchema, condition
from rung.documents.policy.lengths import Percent

_SOME = validate.Length(min=1)


class RiskRuleSchema(ConditionSchema):
    """What makes a ticket one of a class."""

    name = Name(required=True)
    classes = fields.List(Choice(RISK_CLASSES), required=True, validate=_SOME)
    because = Text(required=True)


class DutySchema(ConditionSchema):
    """Something that must be done in time."""

    name = Text(required=True)
    classes = fields.List(Choice(RISK_CLASSES), required=True, validate=_SOME)
    within = Duration(required=True)
    calendar = Text(load_default=ROUND_THE_CLOCK)
    warn_at = fields.List(Percent(1, 99), load_default=list)
    tell = fields.List(Text(), load_default=list)
    because = Text(required=True)


class MustKnowSchema(ConditionSchema):
    """Who is told, and when."""

    name = Name(required=True)
    people = fields.List(Text(), required=True, validate=_SOME)
    because = Text(required=True)


class RiskSchema(Strict):
    """Risk and compliance."""

    rules = fields.List(fields.Nested(RiskRuleSchema), load_default=list)
    duties = Named(fields.Nested(DutySchema), load_default=dict)
    must_know = fields.List(fields.Nested(MustKnowSchema), load_default=list)


def risk(data: Mapping[str, Any]) -> RiskPolicy:
    """The values of a section that was checked."""
    return RiskPolicy(
        rules=tuple(
            RiskRule(name=one["name"], classes=tuple(one["classes"]), because=one["because"], condition=condition(one))
            for one in data["rules"]
        ),
        duties={name: _duty(name, one) for name, one in data["duties"].items()},
        must_know=tuple(
            MustKnow(name=one["name"], people=tuple(one["people"]), because=one["because"], condition=condition(one))
            for one in data["must_know"]
        ),
    )


def _duty(name: str, data: Mapping[str, Any]) -> Duty:
    return Duty(
        id=name,
        name=data["name"],
        classes=tuple(data["classes"]),
        within=data["within"],
        because=data["because"],
        calendar=data["calendar"],
        warn_at=tuple(data["warn_at"]),
        tell=tuple(data["tell"]),
        condition=condition(data),
    )

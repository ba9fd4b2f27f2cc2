"""`severity`: the matrix, the default, the criteria in words, and the rules that raise or lower it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from core.model import Impact, Severity, Urgency
from core.policy import SeverityRule, SeverityTurn, Turn
from core.policy.facts import FOLLOWING
from rung.documents.fields import Choice, Count, Strict, Text
from rung.documents.policy.conditions import ConditionSchema, condition, refuse_facts
from rung.documents.policy.lengths import SEVERITIES

_GRADES = ("high", "medium", "low")
_TURNS = tuple(turn.value for turn in Turn)


def _row(inner: fields.Field[Any]) -> Any:
    grades = dict.fromkeys(_GRADES, inner)
    return Strict.from_dict(grades, name="Row")


def _one_turn(data: Mapping[str, Any], given: object) -> None:
    told = [turn for turn in _TURNS if turn in given] if isinstance(given, Mapping) else []
    if len(told) != 1:
        said = f"says {' and '.join(told)}" if told else "does not say what it does"
        raise ValidationError(f"{said}.\nSay one of {', '.join(_TURNS)}.")
    del data


class SeverityRuleSchema(ConditionSchema):
    """A rule that raises or lowers the severity."""

    name = Text(required=True)
    raise_ = Count(1, 3, data_key="raise", attribute="raise")
    lower = Count(1, 3)
    set = Choice(SEVERITIES)
    at_least = Choice(SEVERITIES)
    at_most = Choice(SEVERITIES)
    because = Text(required=True)

    @validates_schema(pass_original=True)
    def refuse_several_turns(self, data: Mapping[str, Any], given: object, **_: object) -> None:
        """A rule does one thing."""
        _one_turn(data, given)

    @validates_schema
    def refuse_what_follows(self, data: Mapping[str, Any], **_: object) -> None:
        """What follows from the severity cannot decide it: the two would chase each other."""
        hint = "Use a trigger, or what the ticket is about: its service, customer, category, labels."
        refuse_facts(data, FOLLOWING - {"severity", "segment"}, "follows from the severity and cannot decide it.", hint)


class SeveritySchema(Strict):
    """How severity is told."""

    default = Choice(SEVERITIES)
    matrix = fields.Nested(_row(fields.Nested(_row(Choice(SEVERITIES, required=True)), required=True)))
    means = fields.Nested(Strict.from_dict({one.value: Text() for one in SEVERITIES}, name="Means"))
    rules = fields.List(fields.Nested(SeverityRuleSchema))


class LocalSeveritySchema(Strict):
    """What a segment has instead of the organisation's default and parts of its matrix."""

    default = Choice(SEVERITIES)
    matrix = fields.Nested(_row(fields.Nested(_row(Choice(SEVERITIES)))), load_default=dict)


def severity(data: Mapping[str, Any]) -> SeverityRule:
    """The rule of a section that was checked."""
    means = {Severity(name): text for name, text in data["means"].items()}
    rules = tuple(_turn(one) for one in data.get("rules", ()))
    return SeverityRule(matrix=matrix(data["matrix"]), default=Severity(data["default"]), means=means, rules=rules)


def matrix(data: Mapping[str, Mapping[str, str]]) -> dict[tuple[Impact, Urgency], Severity]:
    """Those fields of a matrix that were given."""
    return {
        (Impact[impact.upper()], Urgency[urgency.upper()]): Severity(severity)
        for impact, row in data.items()
        for urgency, severity in row.items()
    }


def _turn(data: Mapping[str, Any]) -> SeverityTurn:
    turn = next(one for one in Turn if one.value in data)
    told = data[turn.value]
    how: dict[str, Any] = {"steps": told} if turn in {Turn.RAISE, Turn.LOWER} else {"to": Severity(told)}
    because = data["because"].rstrip(".")
    return SeverityTurn(name=data["name"], condition=condition(data), turn=turn, because=because, **how)

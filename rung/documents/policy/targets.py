"""`targets`, `pauses` and the `ola` of levels: how soon, and what makes the clocks stand still."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from core.model import Severity
from core.policy import CLOCKS, ROUND_THE_CLOCK, Pauses, Target, TargetRule
from rung.documents.fields import Duration, Named, Strict, Text, wrong
from rung.documents.policy.conditions import ConditionSchema, condition
from rung.documents.policy.lengths import SEVERITIES, Percent
from rung.documents.problems import choice

FAMILIES = (*CLOCKS, "ola", "duty", "vendor")
"""What a clock can be called, up to the colon."""


class WithinSome(fields.Field[dict[Severity, timedelta]]):
    """A length of time for some severities, or one for all of them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[Severity, timedelta]:
        if not isinstance(value, Mapping):
            return dict.fromkeys(SEVERITIES, Duration().deserialize(value))
        read = _Some().load(dict(value))
        if not read:
            raise wrong("must say at least one severity.", "Example: {SEV1: 4h, SEV2: 8h}.")
        return {Severity(name): length for name, length in read.items()}


_Some = Strict.from_dict({severity.value: Duration() for severity in SEVERITIES}, name="WithinSome")


class MeasureSchema(Strict):
    """How a target is measured."""

    calendar = Text(load_default=ROUND_THE_CLOCK)
    warn_at = fields.List(Percent(1, 99), load_default=list)


class TargetSchema(MeasureSchema, ConditionSchema):
    """A rule that sets targets."""

    name = Text(required=True)
    acknowledge = WithinSome()
    update = WithinSome()
    resolve = WithinSome()

    @validates_schema
    def refuse_empty(self, data: Mapping[str, Any], **_: object) -> None:
        """A rule without a target would do nothing."""
        if not any(clock in data for clock in CLOCKS):
            raise ValidationError({"name": [f"sets no target.\nGive at least one of {', '.join(CLOCKS)}."]})


class OlaSchema(MeasureSchema):
    """How long a level may have a ticket."""

    within = WithinSome(required=True)


class Ola(fields.Field[Target]):
    """How long a level may have a ticket: a length of time, one for each severity, or these and how it is measured."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Target:
        given = value if isinstance(value, Mapping) and set(value) - set(SEVERITIES) else {"within": value}
        data = OlaSchema().load(given)
        return _target(data["within"], data)


class ClockNames(fields.Field[frozenset[str]]):
    """A list of clocks."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> frozenset[str]:
        if not isinstance(value, list):
            raise wrong("must be a list of clocks.", f"Clocks: {', '.join(FAMILIES)}.")
        for one in value:
            family = str(one).partition(":")[0]
            if family not in FAMILIES:
                raise wrong(f"there is no clock “{one}”.", choice(family, FAMILIES))
        return frozenset(map(str, value))


class PausesSchema(Strict):
    """Which clocks stand still while a ticket is on hold."""

    on_hold = ClockNames(load_default=frozenset)
    reasons = Named(ClockNames(), load_default=dict)


def target_rule(data: Mapping[str, Any]) -> TargetRule:
    """The rule of an entry that was checked."""
    targets = {clock: _target(data[clock], data) for clock in CLOCKS if clock in data}
    return TargetRule(name=data["name"], targets=targets, condition=condition(data))


def pauses(data: Mapping[str, Any]) -> Pauses:
    """The pauses of a section that was checked."""
    return Pauses(on_hold=data["on_hold"], reasons=data["reasons"])


def _target(within: Mapping[Severity, timedelta], data: Mapping[str, Any]) -> Target:
    return Target(within=within, calendar=data["calendar"], warn_at=tuple(sorted(set(data["warn_at"]))))

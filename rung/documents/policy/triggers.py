"""`triggers`: what else than a missing acknowledgement moves a ticket between levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from core.policy import CLOCKS, Direction, Trigger
from rung.documents.fields import Count, Strict, Text, wrong
from rung.documents.policy.conditions import ConditionSchema, condition
from rung.documents.policy.lengths import Percent, Within

_MOVES = ("escalate", "de_escalate", "begin_again")
_THRESHOLDS = ("spent", "silent_for", "open_for", "acknowledged_for", "reassignments", "reopenings", "like")


_SpentSchema = Strict.from_dict({clock: Percent(1, 1000) for clock in CLOCKS}, name="Spent")


class TriggerSchema(ConditionSchema):
    """A trigger: what must be true at once, and where it moves the ticket."""

    name = Text(required=True)
    because = Text(required=True)
    spent = fields.Nested(_SpentSchema, load_default=dict)
    silent_for = Within(load_default=dict)
    open_for = Within(load_default=dict)
    acknowledged_for = Within(load_default=dict)
    reassignments = Count(1, 1000, load_default=0)
    reopenings = Count(1, 1000, load_default=0)
    like = Count(1, 100000, load_default=0)
    escalate = Text()
    de_escalate = Text()
    begin_again = fields.Boolean()

    @validates_schema(skip_on_field_errors=False)
    def refuse_idle(self, data: Mapping[str, Any], **_: object) -> None:
        """A trigger does one thing, and names what for."""
        if sum(bool(data.get(move)) for move in _MOVES) != 1:
            raise wrong("needs one of escalate, de_escalate and begin_again.", "Example: escalate: next.")
        if not any(data.get(name) for name in (*_THRESHOLDS, "match", "when")):
            raise ValidationError({"because": ["is told of a trigger that names nothing.\nSay when it applies."]})


def triggers(data: Sequence[Mapping[str, Any]]) -> tuple[Trigger, ...]:
    """The triggers of a section that was checked, in their order."""
    return tuple(_trigger(one) for one in data)


def _trigger(data: Mapping[str, Any]) -> Trigger:
    direction, level = _move(data)
    thresholds = {name: data[name] for name in _THRESHOLDS}
    return Trigger(
        name=data["name"],
        because=data["because"],
        direction=direction,
        level=level,
        condition=condition(data),
        **thresholds,
    )


def _move(data: Mapping[str, Any]) -> tuple[Direction, str]:
    if data.get("escalate"):
        to_next = data["escalate"] == "next"
        return (Direction.NEXT, "") if to_next else (Direction.UP_TO, data["escalate"])
    return (Direction.DOWN_TO, data["de_escalate"]) if data.get("de_escalate") else (Direction.AGAIN, "")

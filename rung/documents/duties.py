"""The form of what roster.yaml says about time: duties with their layers, hours and overrides, and time off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from core.policy import Handover
from rung.documents.fields import Choice, Strict, Text
from rung.documents.times import Days, End, LocalMoment, Start, TimeOfDay, TurnLength, Zone


class SpanSchema(Strict):
    """A stretch of local time."""

    start = Start(required=True, data_key="from")
    end = End(required=True, data_key="until")

    @validates_schema
    def refuse_backwards(self, data: Mapping[str, Any], **_: object) -> None:
        """An end that is not after the start is a slip of the pen."""
        if data["end"] <= data["start"]:
            raise ValidationError({"until": ["must be after from.\nA date alone includes that whole day."]})


class OverrideSchema(SpanSchema):
    """Somebody else for a while."""

    person = Text()
    swap = fields.List(Text())
    reason = Text(required=True)


class HoursSchema(Strict):
    """Hours of some weekdays; past midnight where `until` is not after `from`."""

    days = Days(load_default=frozenset(range(7)))
    start = TimeOfDay(required=True, data_key="from")
    end = TimeOfDay(required=True, data_key="until")


class LayerSchema(Strict):
    """Who takes turns, and at which hours."""

    people = fields.List(Text(), required=True, validate=validate.Length(min=1))
    rotation = Choice(("none", "daily", "weekly"), load_default="none")
    every = TurnLength()
    starts = LocalMoment()
    time_zone = Zone()
    hours = fields.List(fields.Nested(HoursSchema), load_default=list, validate=validate.Length(min=1))


class DutySchema(LayerSchema):
    """The duty of a level: a layer, others that cover it, and exceptions. Without people it is its layers alone."""

    people = fields.List(Text(), validate=validate.Length(min=1))
    time_zone = Zone(load_default="UTC")
    layers = fields.List(fields.Nested(LayerSchema), load_default=list)
    overrides = fields.List(fields.Nested(OverrideSchema), load_default=list)
    handover = Choice(tuple(Handover), load_default=Handover.STAY.value)

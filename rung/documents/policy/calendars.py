"""`calendars`: when time counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from core.policy import Calendar, Hours, OpenDay
from rung.documents.duties import HoursSchema
from rung.documents.fields import Strict, Text, wrong
from rung.documents.problems import choice
from rung.documents.times import TimeOfDay, Zone

_DAY = timedelta(days=1)
_YEARS = range(1970, 3000)


class Day(fields.Field[date]):
    """A day of the calendar."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        try:
            day = date.fromisoformat(value)
        except (ValueError, TypeError):
            raise wrong("is not a date.", "Write it like 2026-12-24.") from None
        if day.year not in _YEARS:
            raise wrong(f"must be in a year from {_YEARS[0]} to {_YEARS[-1]}.")
        return day


class HolidaysSchema(Strict):
    """Whose public holidays: those of a country, and of one of its parts."""

    country = Text(required=True)
    subdivision = Text(load_default="")

    @validates_schema
    def refuse_unknown_places(self, data: Mapping[str, Any], **_: object) -> None:
        """A place whose holidays nobody knows would have none."""
        country, part = data["country"], data["subdivision"]
        known = _places()
        if country not in known:
            hint = choice(country, [code for code in known if len(code) == 2])
            raise ValidationError({"country": [f"the holidays of “{country}” are not known.\n{hint}"]})
        if part and part not in known[country]:
            hint = choice(part, known[country]) if known[country] else "Leave it out: it has none of its own."
            raise ValidationError({"subdivision": [f"{country} has no part called “{part}”.\n{hint}"]})


@cache
def _places() -> Mapping[str, list[str]]:
    """Every country (ISO 3166 codes) with its parts."""
    import holidays  # takes a tenth of a second, and few documents need it

    return holidays.list_supported_countries(include_aliases=True)


class OpenDaySchema(Strict):
    """The hours of one day; past midnight where `until` is not after `from`."""

    date = Day(required=True)
    start = TimeOfDay(required=True, data_key="from")
    end = TimeOfDay(required=True, data_key="until")


class CalendarSchema(Strict):
    """A calendar."""

    time_zone = Zone(required=True)
    hours = fields.List(fields.Nested(HoursSchema), required=True, validate=validate.Length(min=1))
    holidays = fields.Nested(HolidaysSchema)
    closed = fields.List(Day(), load_default=list)
    open = fields.List(fields.Nested(OpenDaySchema), load_default=list)


def calendar(name: str, data: Mapping[str, Any]) -> Calendar:
    """The calendar of an entry that was checked."""
    place = data.get("holidays", {})
    return Calendar(
        name=name,
        time_zone=data["time_zone"],
        hours=tuple(Hours(one["days"], one["start"], _end(one)) for one in data["hours"]),
        country=place.get("country", ""),
        subdivision=place.get("subdivision", ""),
        closed=frozenset(data["closed"]),
        opened=tuple(OpenDay(one["date"], one["start"], _end(one)) for one in data["open"]),
    )


def _end(data: Mapping[str, Any]) -> timedelta:
    start, end = data["start"], data["end"]
    later: timedelta = end if end > start else end + _DAY
    return later

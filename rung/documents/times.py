"""The fields that speak of local time: zones, moments and days, times of day, weekdays."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from marshmallow import fields

from rung.documents.fields import Choice, Duration, Text, wrong
from rung.documents.problems import choice

_DAY = timedelta(days=1)
_YEARS = range(1970, 3000)
"""Beyond them moments come near the ends of what can be reckoned with."""


@cache
def _zones() -> frozenset[str]:
    """Every zone there is: looked up in the file system once."""
    return frozenset(available_timezones())


class Zone(Text):
    """An IANA time zone."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text not in _zones():
            raise wrong(f"there is no time zone “{text}”.", choice(text, _zones()))
        return text


class LocalMoment(fields.Field[datetime]):
    """A wall-clock moment without a zone; a date alone is its first moment."""

    hint = "Write it like 2026-01-05T09:00; time_zone says where."

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (ValueError, TypeError):
            raise wrong("is not a date and time.", self.hint) from None
        if moment.tzinfo:
            raise wrong("must be a local time without a zone.", self.hint)
        if moment.year not in _YEARS:
            raise wrong(f"must be in a year from {_YEARS[0]} to {_YEARS[-1]}.", self.hint)
        return moment


class Start(LocalMoment):
    """The first moment of a stretch of time."""

    hint = "Write it like 2026-01-05T09:00, or 2026-01-05 for the whole day; time_zone says where."


class End(Start):
    """The end of a stretch of time; a date alone is its last day, so the first moment of the day after."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, *args, **kwargs)
        try:
            return datetime.combine(date.fromisoformat(value) + _DAY, time())
        except ValueError:
            return moment


class TimeOfDay(fields.Field[timedelta]):
    """A time on the wall clock such as 08:30, as the time since midnight; 24:00 is the end of the day."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> timedelta:
        found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)|(24):(00)", value) if isinstance(value, str) else None
        if not found:
            raise wrong("is not a time of day.", "Write it like 08:30; 24:00 is the end of the day.")
        hours, minutes = (int(part) for part in found.groups() if part is not None)
        return timedelta(hours=hours, minutes=minutes)


class Days(fields.Field[frozenset[int]]):
    """Weekdays such as [mon-fri, sun], Monday being 0; a range may go over the week's end."""

    _names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> frozenset[int]:
        if not isinstance(value, list) or not value:
            raise wrong("must be a list of weekdays.", "Example: [mon-fri, sun].")
        return frozenset(day for one in value for day in self._range(str(one)))

    def _range(self, text: str) -> list[int]:
        first, dash, last = text.partition("-")
        start = self._number(first)
        count = (self._number(last) - start) % 7 if dash else 0
        return [(start + number) % 7 for number in range(count + 1)]

    def _number(self, name: str) -> int:
        day: str = Choice(self._names).deserialize(name)
        return self._names.index(day)


class TurnLength(Duration):
    """How long a turn is."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> timedelta:
        length = super()._deserialize(value, *args, **kwargs)
        if length < timedelta(hours=1):
            raise wrong("is too short for a turn.", "Write at least 1h, like 12h or 3d.")
        return length

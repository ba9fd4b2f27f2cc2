"""From iCalendar text to the times at which somebody is off.

Which events mean that: those that are not cancelled, not free ("transparent"), not tentative, not declined by that
person, and, unless every event is to count, either marked as out of office by Outlook or named so by title or category.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import translate
from typing import Any

import icalendar
import recurring_ical_events

MOST_EVENTS = 20_000
MOST_TIMES = 5_000

WORDS = (
    "out of office", "ooo", "oof", "away", "absent", "vacation", "holiday", "holidays", "leave", "annual leave",
    "on leave", "sick leave", "parental leave", "sick", "pto", "time off", "day off",
    "abwesend", "urlaub", "krank", "absence", "congé", "congés", "vacances", "ausente", "vacaciones", "ferie",
    "vakantie",
)  # fmt: skip
"""Titles and categories that mean it where the roster names none: alone, or before a colon, a dash or a bracket."""

_PACKAGED = re.compile(
    rf"(?:{'|'.join(map(re.escape, WORDS))})\s*(?:[:(\[\u2013\u2014-].*)?", re.IGNORECASE | re.DOTALL
)
_TOO_OFTEN = frozenset({"HOURLY", "MINUTELY", "SECONDLY"})
"""Nobody is off so often; such a rule would make events without end."""
_NOT_OFF = frozenset({"FREE", "TENTATIVE", "WORKINGELSEWHERE"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a calendar: from when to when (aware), whose e-mail address, and which events count.

    `everything`: all that are not free. `titles` are patterns (`*` for any text) in place of the packaged words.
    """

    start: datetime
    end: datetime
    email: str = ""
    everything: bool = False
    titles: tuple[str, ...] = ()


class NoCalendarError(ValueError):
    """The text cannot be read as a calendar, or holds more than one can. The message is for people."""


def off(text: bytes, asked: Asked) -> list[tuple[datetime, datetime]]:
    """When the person is off, in no order; moments without a zone are by the clock where they are.

    Raises `NoCalendarError`. An event that cannot be read is left out; the others count.
    """
    found: list[tuple[datetime, datetime]] = []
    for calendar in _calendars(text):
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        # All-day events are reckoned in UTC here, so they are looked for a day around.
        for event in query.between(asked.start - _DAY, asked.end + _DAY):
            span = _span(event) if _means_off(event, asked) else None
            if span:
                found.append(span)
    if len(found) > MOST_TIMES:
        raise NoCalendarError(f"it holds more than {MOST_TIMES} times of being off.")
    return found


def _calendars(text: bytes) -> Iterator[icalendar.Component]:
    try:
        found = icalendar.Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise NoCalendarError("it is no calendar in iCalendar form.") from error
    calendars = [one for one in found if one.name == "VCALENDAR"]
    if not calendars:
        raise NoCalendarError("it is no calendar in iCalendar form.")
    if sum(len(one.subcomponents) for one in calendars) > MOST_EVENTS:
        raise NoCalendarError(f"it holds more than {MOST_EVENTS} events.")
    for one in calendars:
        one.subcomponents = [part for part in one.subcomponents if not _is_endless(part)]
        yield one


def _is_endless(part: icalendar.Component) -> bool:
    rules = part.get("RRULE", [])
    given = rules if isinstance(rules, list) else [rules]
    return any(str(often).upper() in _TOO_OFTEN for rule in given for often in _all(rule, "FREQ"))


def _all(rule: object, name: str) -> Iterable[object]:
    values = rule.get(name, []) if isinstance(rule, dict) else []
    return values if isinstance(values, list) else [values]


def _means_off(event: icalendar.Component, asked: Asked) -> bool:
    if _text(event, "STATUS") in {"CANCELLED", "TENTATIVE"} or _text(event, "TRANSP") == "TRANSPARENT":
        return False
    shown = _text(event, "X-MICROSOFT-CDO-BUSYSTATUS")
    if shown in _NOT_OFF or _declined(event, asked.email):
        return False
    return asked.everything or shown == "OOF" or any(_is_named_so(one, asked.titles) for one in _names(event))


def _text(event: icalendar.Component, name: str) -> str:
    return str(event.get(name, "")).strip().upper()


def _declined(event: icalendar.Component, email: str) -> bool:
    given: Any = event.get("ATTENDEE", [])
    wanted = f"mailto:{email}".casefold()
    return bool(email) and any(
        str(one).casefold() == wanted and str(getattr(one, "params", {}).get("PARTSTAT", "")).upper() == "DECLINED"
        for one in (given if isinstance(given, list) else [given])
    )


def _names(event: icalendar.Component) -> Iterator[str]:
    """The title, and each category."""
    yield str(event.get("SUMMARY", "")).strip()
    given: Any = event.get("CATEGORIES", [])
    for group in given if isinstance(given, list) else [given]:
        for category in getattr(group, "cats", [group]):
            yield str(category).strip()


def _is_named_so(name: str, titles: Sequence[str]) -> bool:
    if not titles:
        return _PACKAGED.fullmatch(name) is not None
    return any(re.fullmatch(translate(_plain(title)), name, re.IGNORECASE) for title in titles)


def _plain(pattern: str) -> str:
    return pattern.replace("[", "[[]").replace("?", "[?]")


def _span(event: icalendar.Component) -> tuple[datetime, datetime] | None:
    """From when to when; days are whole, the last one not included."""
    try:
        start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    except (KeyError, ValueError):
        return None
    span = _moment(start), _moment(end)
    if (span[0].tzinfo is None) != (span[1].tzinfo is None):
        return None
    return span if span[0] < span[1] else None


def _moment(at: date | datetime) -> datetime:
    return at if isinstance(at, datetime) else datetime(at.year, at.month, at.day)  # noqa: DTZ001 - by the local clock

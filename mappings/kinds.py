"""What sort of value each of an Event's fields takes, and how a foreign value becomes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum

from core.model import EventKind, Impact, State, TicketKind, Urgency
from mappings.spans import seconds
from mappings.times import moment

TITLE, TEXT, LONG = 500, 2_000, 32_000
"""Texts are cut to so many characters: titles, short texts, and descriptions and comments."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of value. `of` raises `ValueError` on what cannot become one; `allowed` names the values of a closed set.

    `scalar`: the paths of such a field must find a text, a number or a truth, no list and no object. `cleared` is what
    an empty value means: None where "empty" says no more than "not said".
    """

    name: str
    of: Callable[[object], object]
    allowed: tuple[str, ...] = ()
    scalar: bool = True
    cleared: object = None


def as_text(value: object) -> str:
    """A scalar as text, exactly: integers keep all digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, int | float):
        return str(value)
    raise ValueError


def _text(limit: int) -> Callable[[object], str]:
    def of(value: object) -> str:
        text = as_text(value).strip()
        return text if len(text) <= limit else text[: limit - 1] + "…"

    return of


def _word(words: type[Enum]) -> Callable[[object], Enum]:
    """A member by its name or value, case aside: `high` and `1` are both `Impact.HIGH`."""
    known = {str(member.value): member for member in words} | {member.name.lower(): member for member in words}

    def of(value: object) -> Enum:
        try:
            return known[as_text(value).strip().lower()]
        except KeyError:
            raise ValueError from None

    return of


def _names(words: type[Enum]) -> tuple[str, ...]:
    return tuple(member.name.lower() if issubclass(words, IntEnum) else str(member.value) for member in words)


def whole(value: object) -> int:
    """A whole number: as such, as text, or a moment in milliseconds since 1970."""
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError
    if isinstance(value, int | float) or (isinstance(value, str) and len(value) <= 18):
        number = int(value)
        if abs(number) < 2**63:  # what PostgreSQL's bigint holds
            return number
    raise ValueError


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(value)  # noqa: TRY004 - a foreign value that does not fit, not a wrong call
    return moment(value)


def _length(value: object) -> int:
    return seconds(as_text(value))


def _truth(value: object) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    try:
        return known[as_text(value).strip().lower()]
    except KeyError:
        raise ValueError from None


def _link(value: object) -> str | None:
    """Only what a browser may safely be sent to."""
    text = as_text(value).strip()
    return text if text.lower().startswith(("https://", "http://")) and len(text) <= TEXT else None


def _email(value: object) -> str:
    """Some sources hide addresses behind words such as "jo at example dot com": those are none."""
    text = as_text(value).strip()
    return text if "@" in text and len(text) <= TEXT and " " not in text else ""


def _enum(name: str, words: type[Enum]) -> Kind:
    return Kind(name, _word(words), _names(words))


def _markup(value: object) -> str:
    text = as_text(value).strip().lower()
    if text not in MARKUPS:
        raise ValueError
    return text


MARKUPS = ("plain", "wiki", "journal", "html", "markdown")
"""In what a comment can be written; see `core.model.ForeignComment`."""
MARKUP = Kind("a sort of markup", _markup, MARKUPS)
ANY = Kind("a value", lambda value: value, scalar=False)
FLAG = Kind("true or false", _truth, ("true", "false"))
MOMENT = Kind("a moment", _moment)
LENGTH = Kind("a length of time such as 3600 or 1h", _length)
NUMBER = Kind("a whole number", whole)
LINK = Kind("an http address", _link)
EMAIL = Kind("an e-mail address", _email, cleared="")
HEADLINE = Kind("a text", _text(TITLE), cleared="")
SHORT = Kind("a text", _text(TEXT), cleared="")
BODY = Kind("a text", _text(LONG), cleared="")
ID = Kind("a text", as_text)
KIND = _enum("an event kind", EventKind)
STATE = _enum("a state", State)
IMPACT = _enum("an impact", Impact)
URGENCY = _enum("an urgency", Urgency)
TICKET_KIND = _enum("a ticket kind", TicketKind)

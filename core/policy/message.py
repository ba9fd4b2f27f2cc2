"""What a message may say of a ticket: the fields of templates, and which of them an audience is not to see."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.model import Impact, Ticket, TimerKind, Urgency
from core.policy.words import Words

if TYPE_CHECKING:
    from core.policy.policy import Policy

INTERNAL, CUSTOMER, EXECUTIVE = "internal", "customer", "executive"
AUDIENCES = (INTERNAL, CUSTOMER, EXECUTIVE)

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+"
)
"""Control characters, and those that turn the reading direction or cannot be seen."""
_SHORTEST = 3
"""Characters of a withheld value that is looked for in what a person wrote; shorter ones are in every second word."""
_HIDDEN = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a message is about: a ticket under its policy at a moment, and what has just come of it.

    `because` is why, in English; `update` what a person (`said_by`) wrote for others to read; `old_severity` what it
    was before; `clock` the name of a clock that warns or is breached; `next_update` when the audience hears again.
    """

    ticket: Ticket
    policy: Policy
    now: datetime
    words: Words
    zone: str = "UTC"
    because: str = ""
    update: str = ""
    said_by: str = ""
    old_severity: str = ""
    clock: str = ""
    next_update: datetime | None = None


_Value = Callable[[Occasion], str]


def _service(about: Occasion) -> str:
    service = about.policy.services.get(about.ticket.service)
    public = about.policy.communication.titles.get(about.ticket.service, {}).get(about.words.language)
    return public or (service.name if service else about.words("a_service"))


def _reference(about: Occasion) -> str:
    return next((record.ref.key for record in about.ticket.records if record.ref.key), f"#{about.ticket.id}")


def _customer(about: Occasion) -> str:
    customer = about.policy.customers.get(about.ticket.customer)
    return customer.name if customer else about.ticket.customer


def _level(about: Occasion) -> str:
    level = about.policy.path(about.ticket.path).level(about.ticket.level)
    return level.name if level else ""


def _time_left(about: Occasion) -> str:
    ticket, words = about.ticket, about.words
    timer = ticket.timer(TimerKind.ACKNOWLEDGE)
    if not ticket.state.is_open:
        return words(ticket.state.value).capitalize()
    if ticket.is_acknowledged:
        return words("is_taken", person=ticket.acknowledged_by)
    return words("to_acknowledge", span=words.span(timer.due_at - about.now)) if timer else words("is_untaken")


def _link(about: Occasion) -> str:
    return next((one.ref.link for one in about.ticket.records if one.ref.link), about.ticket.link)


def _grade(grade: Impact | Urgency | None, words: Words) -> str:
    return words(grade.name.lower()) if grade else ""


def _moment(at: datetime | None, zone: str) -> str:
    """The moment by the clock of whoever reads it."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}" if at else ""


FIELDS: Mapping[str, _Value] = {
    "reference": _reference,
    "severity": lambda it: it.ticket.severity.value,
    "means": lambda it: it.policy.severity.means.get(it.ticket.severity, ""),
    "service": _service,
    "customer": _customer,
    "region": lambda it: it.ticket.region,
    "state": lambda it: it.words(it.ticket.state.value),
    "opened": lambda it: _moment(it.ticket.opened_at, it.zone),
    "age": lambda it: it.words.span(it.now - it.ticket.opened_at),
    "next_update": lambda it: _moment(it.next_update, it.zone),
    "update": lambda it: it.update,
    "old_severity": lambda it: it.old_severity,
    "title": lambda it: it.ticket.title,
    "description": lambda it: it.ticket.description,
    "category": lambda it: it.ticket.category,
    "impact": lambda it: _grade(it.ticket.impact, it.words),
    "urgency": lambda it: _grade(it.ticket.urgency, it.words),
    "configuration_item": lambda it: it.ticket.configuration_item,
    "caller": lambda it: it.ticket.caller,
    "source": lambda it: it.ticket.source,
    "link": _link,
    "owner": lambda it: it.policy.roster.name(it.ticket.owner),
    "team": lambda it: it.policy.roster.team_name(it.ticket.team),
    "level": _level,
    "path": lambda it: it.ticket.path,
    "acknowledged_by": lambda it: it.ticket.acknowledged_by,
    "time_left": _time_left,
    "resolution": lambda it: it.ticket.resolution,
    "because": lambda it: it.because,
    "clock": lambda it: it.clock,
    "bridge": lambda it: it.ticket.major.bridge if it.ticket.major else "",
    "contact": lambda it: it.policy.roster.name(it.ticket.major.contact) if it.ticket.major else "",
    "said_by": lambda it: it.said_by,
}
"""Every field that a template may name, and what it says of a ticket."""

PUBLIC = frozenset(
    {
        "reference",
        "severity",
        "service",
        "customer",
        "region",
        "state",
        "opened",
        "age",
        "next_update",
        "update",
        "old_severity",
    }
)
"""What customers see unless the policy says otherwise: nothing that names a person, a team, a machine or a rule."""

WITHHELD: Mapping[str, frozenset[str]] = {CUSTOMER: frozenset(FIELDS) - PUBLIC}
"""The fields that are withheld from an audience of which the policy says nothing."""


def values(about: Occasion, withheld: frozenset[str]) -> dict[str, str]:
    """The fields that may be seen, as texts. What a person wrote loses every withheld value that it names."""
    seen = {name: _plain(tell(about)) for name, tell in FIELDS.items() if name not in withheld}
    if withheld and seen.get("update"):
        hidden = (FIELDS[name](about) for name in sorted(withheld))
        seen["update"] = _without(
            seen["update"], [*hidden, *_people(about.policy)] if "owner" in withheld else list(hidden)
        )
    return seen


def _people(policy: Policy) -> list[str]:
    return [name for one in policy.roster.people.values() for name in (one.name, one.email)]


def _without(text: str, hidden: list[str]) -> str:
    """The text with each of the values, longest first, replaced by an ellipsis: also where its spaces are others."""
    values = {" ".join(_plain(one).split()) for one in hidden}
    for value in sorted((one for one in values if len(one) >= _SHORTEST), key=len, reverse=True):
        pattern = r"\s+".join(map(re.escape, value.split()))
        text = re.sub(rf"(?<!\w){pattern}(?!\w)", _HIDDEN, text, flags=re.IGNORECASE)
    return text


def _plain(text: str) -> str:
    return _UNSEEN.sub(" ", text).strip()

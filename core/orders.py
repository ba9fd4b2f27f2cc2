"""A person's command as words, as forms, scripts and command lines give it, made into a command of the model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from core.model import (
    Acknowledge,
    Assign,
    ChangeSeverity,
    Command,
    DeclareMajor,
    DeEscalate,
    EscalateNow,
    EscalateTo,
    FulfilDuty,
    HandBack,
    HoldAutomation,
    LinkMajor,
    Note,
    Resume,
    SetBackup,
    SetHandoff,
    SetOwner,
    Severity,
    Snooze,
    Take,
    TellVendorCase,
)
from core.policy.message import AUDIENCES

Words = Mapping[str, str]
"""What was given, by name; each command says which names it knows."""

_LENGTH = re.compile(r"(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m(?:in)?)?", re.IGNORECASE)
_LONGEST = timedelta(days=366)
_UNKEPT = re.compile(r"[\x00\ud800-\udfff]")
"""Characters that PostgreSQL cannot keep: NUL, and halves of pairs."""
MOST = 4000
"""Characters of a word."""


class OrderError(Exception):
    """What was given is no command. The message is a sentence that says what would be."""


def order(name: str, by: str, via: str, words: Words, now: datetime) -> Command:
    """The command of that name ("de-escalate"); raises `OrderError`. `now` (UTC) is when a hold `for` a time begins."""
    known = _ORDERS.get(name)
    if known is None:
        near = get_close_matches(name, _ORDERS, n=1)
        meant = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(_ORDERS)}."
        raise OrderError(f"There is no command {name!r}. {meant}")
    made, allowed = known
    unknown = sorted(set(words) - {*allowed, "reason"})
    if unknown:
        names = ", ".join(("by", "reason", *allowed))
        raise OrderError(f"{name} does not know {unknown[0]!r}. It knows: {names}.")
    kept = {key: _kept(key, text) for key, text in words.items()}
    return made((_kept("by", by), via, kept.get("reason", "")), kept, now)


def _kept(name: str, text: str) -> str:
    if len(text) > MOST:
        raise OrderError(f"{name} is longer than {MOST} characters.")
    return _UNKEPT.sub("\ufffd", text).strip()


def names() -> tuple[str, ...]:
    """Every command's name."""
    return tuple(_ORDERS)


_Said = tuple[str, str, str]
_Made = Callable[[_Said, Words, datetime], Command]


def _plain(kind: Callable[[str, str, str], Command]) -> tuple[_Made, tuple[str, ...]]:
    return (lambda said, _words, _now: kind(*said)), ()


def _assign(said: _Said, words: Words, _: datetime) -> Command:
    return Assign(*said, person=_needed(words, "person", "to whom it is assigned, by their id on the roster"))


def _escalate(said: _Said, words: Words, _: datetime) -> Command:
    level = words.get("level", "")
    return EscalateTo(*said, level=level) if level else EscalateNow(*said)


def _de_escalate(said: _Said, words: Words, _: datetime) -> Command:
    return DeEscalate(*said, level=words.get("level", ""))


def _severity(said: _Said, words: Words, _: datetime) -> Command:
    text = _needed(words, "severity", "how severe it is: SEV1, SEV2, SEV3 or SEV4").upper()
    if text not in list(Severity):
        raise OrderError(f"There is no severity {text!r}. There are: {', '.join(Severity)}.")
    return ChangeSeverity(*said, severity=Severity(text))


def _hold(said: _Said, words: Words, now: datetime) -> Command:
    if words.get("until"):
        return HoldAutomation(*said, until=_moment(words["until"]))
    return HoldAutomation(*said, until=now + _length(_needed(words, "for", "for how long, like 4h, or until when")))


def _snooze(said: _Said, words: Words, _: datetime) -> Command:
    return Snooze(*said, length=_length(_needed(words, "for", "for how long, like 30m")))


def _owner(said: _Said, words: Words, _: datetime) -> Command:
    level, person = _needed(words, "level", "of which level"), words.get("person", "")
    role = words.get("as", "") or "owner"
    if role not in ("owner", "backup"):
        raise OrderError(f"Somebody is named as owner or backup of a level, not as {role!r}.")
    kind = SetOwner if role == "owner" else SetBackup
    return kind(*said, level=level, person=person)


def _link(said: _Said, words: Words, _: datetime) -> Command:
    text = words.get("major", "").removeprefix("#") or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise OrderError(f"{text!r} is no ticket's number; 0 takes it out of its major incident.")
    return LinkMajor(*said, major=int(text))


def _duty(said: _Said, words: Words, _: datetime) -> Command:
    return FulfilDuty(*said, duty=_needed(words, "duty", "which duty is done, by its id in the policy"))


def _vendor(said: _Said, words: Words, _: datetime) -> Command:
    vendor, number = _needed(words, "vendor", "which vendor, by its id in the policy"), words.get("number", "")
    return TellVendorCase(*said, vendor=vendor, number=_needed({"number": number[:100]}, "number", "their case number"))


def _handoff(said: _Said, words: Words, _: datetime) -> Command:
    links = tuple(words["links"].replace(",", " ").split()) if "links" in words else None
    tried, impact, next_step = (words.get(name) for name in ("tried", "impact", "next_step"))
    return SetHandoff(*said, tried=tried, impact=impact, links=links, next_step=next_step)


def _note(said: _Said, words: Words, _: datetime) -> Command:
    audience = words.get("audience", "")
    if audience and audience not in AUDIENCES:
        raise OrderError(f"There is no audience {audience!r}. There are: {', '.join(AUDIENCES)}.")
    return Note(*said, text=_needed(words, "text", "what is to be noted"), audience=audience)


_ORDERS: Mapping[str, tuple[_Made, tuple[str, ...]]] = {
    "acknowledge": _plain(Acknowledge),
    "take": _plain(Take),
    "assign": (_assign, ("person",)),
    "escalate": (_escalate, ("level",)),
    "de-escalate": (_de_escalate, ("level",)),
    "severity": (_severity, ("severity",)),
    "hand-back": _plain(HandBack),
    "hold": (_hold, ("until", "for")),
    "resume": _plain(Resume),
    "snooze": (_snooze, ("for",)),
    "owner": (_owner, ("level", "person", "as")),
    "link": (_link, ("major",)),
    "declare": _plain(DeclareMajor),
    "duty": (_duty, ("duty",)),
    "vendor": (_vendor, ("vendor", "number")),
    "handoff": (_handoff, ("tried", "impact", "links", "next_step")),
    "note": (_note, ("text", "audience")),
}


def _needed(words: Words, name: str, what: str) -> str:
    if not words.get(name):
        raise OrderError(f"Say {what} ({name!r}).")
    return words[name]


def _length(text: str) -> timedelta:
    found = _LENGTH.fullmatch(text.replace(" ", ""))
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    length = timedelta(days=days, hours=hours, minutes=minutes)
    if not timedelta(0) < length <= _LONGEST:
        raise OrderError(f"{text!r} is no length of time: write it like 30m, 1h30m or 2d.")
    return length


def _moment(text: str) -> datetime:
    """A moment in ISO 8601; without a zone it is in UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise OrderError(f"{text!r} is no moment: write it like 2026-03-07T03:00+01:00.") from None

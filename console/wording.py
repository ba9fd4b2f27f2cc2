"""Time and foreign text as people read them. Pure functions; every moment is aware and in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from core.desk import COUNTED_TO

_UNITS = (("d", "day", 86400), ("h", "hour", 3600), ("min", "minute", 60), ("s", "second", 1))

_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff]+"
)
"""Control characters, invisible ones, those that turn the reading direction, which only serve to deceive, and halves
of pairs, which no page can hold."""


def _parts(span: timedelta, *, in_days: bool = True) -> list[tuple[int, str, str]]:
    """The two largest units that the span has, as (count, short name, long name); nothing for less than a second."""
    rest = int(abs(span).total_seconds())
    counted = []
    for short, long, seconds in _UNITS if in_days else _UNITS[1:]:
        count, rest = divmod(rest, seconds)
        counted.append((count, short, long))
    first = next((index for index, (count, _, _) in enumerate(counted) if count), len(counted))
    return [part for part in counted[first : first + 2] if part[0]]


def duration(span: timedelta) -> str:
    """The two largest units in short form: "2 h 5 min", "4 min", "0 s". The sign is not told."""
    return " ".join(f"{count} {short}" for count, short, _ in _parts(span)) or "0 s"


def worked(span: timedelta, calendar: str) -> str:
    """As `duration`, in hours where a working calendar counted: a day of it is longer than a working day."""
    parts = _parts(span, in_days=calendar == "always")
    return " ".join(f"{count} {short}" for count, short, _ in parts) or "0 s"


def spoken(span: timedelta) -> str:
    """The largest unit in full: "2 minutes", "1 hour", "0 seconds"."""
    count, _, long = next(iter(_parts(span)), (0, "s", "second"))
    return f"{count} {long}" if count == 1 else f"{count} {long}s"


def ago(moment: datetime, now: datetime) -> str:
    """How long since: "2 minutes ago", "just now" within five seconds; "in 2 minutes" where clocks disagree."""
    passed = now - moment
    if abs(passed) < timedelta(seconds=5):
        return "just now"
    return f"{spoken(passed)} ago" if passed > timedelta(0) else f"in {spoken(passed)}"


def time_left(deadline: datetime, now: datetime) -> str:
    """What is left until a deadline, or how far it is over: "4 min 12 s left", "2 min over"."""
    return f"{duration(deadline - now)} {'left' if deadline > now else 'over'}"


def exact(moment: datetime) -> str:
    """The exact moment with its zone: "Mon 2 Mar 2026, 09:04:00 UTC"."""
    utc = moment.astimezone(UTC)
    return f"{utc:%a} {utc.day} {utc:%b %Y, %H:%M:%S} UTC"


def size(count: int) -> str:
    """A number of bytes: "512 B", "1.5 kB"."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def number(count: int) -> str:
    """A count, "10,000 or more" where it was not counted to its end."""
    return str(count) if count < COUNTED_TO else f"{COUNTED_TO:,} or more"


def counted(count: int, one: str, many: str = "") -> str:
    """A count and its noun: "1 ticket", "3 tickets"."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def plain(text: str) -> str:
    """Foreign text in one line, without characters that cannot be seen or that turn the reading direction."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def plain_block(text: str) -> str:
    """Foreign text of several lines: as `plain`, but lines and indents stay."""
    return "\n".join(_UNSEEN.sub(" ", line.expandtabs(2)).rstrip() for line in text.splitlines())


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def safe_link(address: str) -> str:
    """The address if it is an absolute http or https one, else "": foreign links may hold scripts."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme.lower() in ("http", "https") and parts.hostname else ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment for a `<time>` element: what is shown, the machine-readable form, and the exact one for a hover."""

    text: str
    iso: str
    exact: str


def moment(at: datetime, text: str) -> Moment:
    """The moment, shown as `text`."""
    return Moment(text, at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), exact(at))

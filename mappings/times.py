"""Moments in every form that sources send them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,9})?")
_WRITTEN = re.compile(
    r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
    r"(?:\s+(?:[A-Z]{1,5}|[+-]\d{2,4}))?(?:\s+m=[+-][\d.]+)?",
    re.IGNORECASE,
)


def moment(value: str | float, zone: tzinfo = UTC) -> datetime | None:
    """The moment in UTC; None for "not yet" (Go's year 1, zero). `zone` counts where the value names none.

    Numbers are seconds, milliseconds, microseconds or nanoseconds since 1970, by their size. Raises `ValueError`.
    """
    if isinstance(value, str):
        value = value.strip()
        if _NUMBER.fullmatch(value):
            value = float(value) if "." in value else int(value)
    try:
        if not isinstance(value, str):
            return _since_epoch(value)
        found = _iso(value) or _written(value) or parsedate_to_datetime(value)
        if found.year <= 1:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError) as error:
        raise ValueError("not a moment") from error


def _since_epoch(value: float) -> datetime | None:
    """Seconds reach 1e11 in the year 5138, milliseconds 1e14 then: sizes do not overlap for any time that matters."""
    if value == 0:
        return None
    size = abs(value)
    per_second = 1 if size < 1e11 else 1_000 if size < 1e14 else 1_000_000 if size < 1e17 else 1_000_000_000
    if isinstance(value, int):
        return _EPOCH + timedelta(microseconds=value * 1_000_000 // per_second)
    return _EPOCH + timedelta(seconds=value / per_second)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str) -> datetime | None:
    """Go's `time.String()`, dates with dots or slashes (year first), and a space before the offset."""
    found = _WRITTEN.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    # A leap second is written as 60, which `datetime` does not know.
    naive = (int(year), int(month), int(day), int(hour or 0), int(minute or 0), min(int(second or 0), 59), micro)
    if not offset:
        return datetime(*naive)  # noqa: DTZ001 - the caller gives it its zone
    return datetime(*naive, tzinfo=UTC) - _offset(offset)


def _offset(text: str) -> timedelta:
    if text[0] not in "+-":
        return timedelta(0)
    digits = text[1:].replace(":", "").ljust(4, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -away if text[0] == "-" else away

"""How long the other side asks us to wait (RFC 9110: `Retry-After` in seconds or as an HTTP date)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3600.0


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds to wait, 0 to 3600; None when nothing, or nothing readable, was asked.

    `now` is an aware moment; the present one when left out. A date is counted from the answer's own `Date` where it has
    one, so that a clock that is wrong on either side does no harm.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return min(float(text), LONGEST)
    asked = _date(text)
    if asked is None:
        return None
    begin = _date(headers.get("Date", "")) or now or datetime.now(UTC)
    return min(max((asked - begin).total_seconds(), 0.0), LONGEST)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

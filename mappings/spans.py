"""Lengths of time, as people write them."""

from __future__ import annotations

import re

LONGEST = 366 * 86_400
"""Seconds; a length beyond a year is a mistake."""

_PARTS = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?")
_SECONDS = (86_400, 3_600, 60, 1)


def seconds(text: str) -> int:
    """`90`, `30s`, `15m`, `1h30m` or `2d` as seconds; raises `ValueError`, also for 0 and more than a year."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        length = int(text)
    else:
        found = _PARTS.fullmatch(text)
        parts = found.groups() if found else ()
        length = sum(int(part or 0) * unit for part, unit in zip(parts, _SECONDS, strict=False))
    if not 0 < length <= LONGEST:
        raise ValueError(text)
    return length

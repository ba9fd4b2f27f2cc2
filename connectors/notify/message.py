"""A notice in words: first what it is, then what is asked, one link, why this person is told, what has been tried."""

from __future__ import annotations

import re

from core.model import Notice

SMS = 160
SHORTEST_HEADLINE = 40
PLAIN = {
    0x201C: '"',
    0x201D: '"',
    0x201E: '"',
    0x2018: "'",
    0x2019: "'",
    0x2013: "-",
    0x2014: "-",
    0x2026: "...",
    0x2192: "->",
}
"""Quotation marks, dashes, dots and arrows that would make an SMS hold 70 characters instead of 160, in plain form."""


def one_line(text: str) -> str:
    """The text without line breaks, control characters and turns of direction: it becomes a mail's subject."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+", " ", text).strip()


def full(notice: Notice, link: str) -> str:
    """What follows the headline."""
    answer = f"{notice.label} {link}" if notice.offers_acknowledge and link and not notice.digest else ""
    bridge = f"Bridge: {notice.bridge}" if notice.bridge else ""
    contact = f"Outside communication: {one_line(notice.contact)}" if notice.contact else ""
    meeting = "\n".join(part for part in (bridge, contact) if part)
    if notice.text:
        return "\n\n".join(part for part in (notice.text.strip(), meeting, answer) if part)
    first = "\n".join(part for part in (notice.ask.strip(), answer, meeting) if part)
    why = notice.why.strip()
    tried = f"Tried so far: {notice.tried.strip()}" if notice.tried.strip() else ""
    return "\n\n".join(part for part in (first, why, tried) if part)


def short(notice: Notice, link: str, room: int = SMS) -> str:
    """At most `room` characters: the headline, as much of what is asked as fits, and the link whole or not at all."""
    headline = one_line(notice.headline).translate(PLAIN)
    link = link if notice.offers_acknowledge else ""
    if not link or room - len(link) - 1 < min(SHORTEST_HEADLINE, len(headline)):
        return _cut(f"{headline} {one_line(notice.ask or notice.text)}".translate(PLAIN).strip(), room)
    left = room - len(link) - 1
    text = f"{headline} {one_line(notice.ask or notice.text)}".translate(PLAIN).strip()
    return f"{text if len(text) <= left else _cut(headline, left)} {link}"


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 3].rstrip() + "..."

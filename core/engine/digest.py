"""A digest in words: what it stands for, the worst first, each with its own link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from core.engine.wording import span
from core.model import Notice, Ticket
from core.policy.holding import Held, Why
from core.policy.words import Words


@dataclass(frozen=True, slots=True)
class Part:
    """One of the messages that a digest stands for, with the link that acknowledges its ticket, "" without one."""

    notice: Notice
    ticket: Ticket
    link: str = ""


def is_wanted(notice: Notice, ticket: Ticket) -> bool:
    """Whether a message is still of use."""
    return not (notice.lapses and (ticket.is_acknowledged or ticket.gathered or not ticket.state.is_open))


def held_sentence(held: Held, name: str, zone: str) -> str:
    """Why a message is gathered and when it goes out, for those who look at the ledger."""
    at, within = f"{held.until.astimezone(ZoneInfo(zone)):%H:%M %Z}", span(held.within)
    if held.why is Why.LIMIT:
        return f"{name} has had {held.count} messages, the limit in {within}: it goes out with others at {at}."
    return f"{name} has had {held.count} messages within {within}: it is gathered, and goes out at {at}."


def digest_words(digest: Notice, parts: Sequence[Part], words: Words) -> Notice:
    """The digest with its first line and text; `parts` are not empty, the worst first.

    Short messages get the first line and the link of the worst that asks.
    """
    counts = Counter(part.ticket.severity.value for part in parts)
    told = ", ".join(f"{count} {severity}" for severity, count in sorted(counts.items()))
    headline = f"{words('digest', count=str(len(parts)))}: {told}. {parts[0].notice.headline}"
    lines = [f"- {part.notice.headline}{_answer(part, words)}" for part in parts]
    text = "\n".join([*([digest.why, ""] if digest.why else []), *lines])
    return replace(digest, headline=headline, text=text, offers_acknowledge=any(part.link for part in parts))


def _answer(part: Part, words: Words) -> str:
    return f"\n  {words('acknowledge_here')} {part.link}" if part.link else ""

"""Whether a play in which a worker died came out as the one in which none did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.points.picture import Facts
from tests.chaos.points.play import Played

DOUBT = "Possible repeat: "
_MEANS = {"write_found": "written", "record_found": "record_created", "comment_found": "comment_written"}
"""What is said of something that turned out to be done, and what is said where the answer came."""
_TWICE = "acknowledged_again"
"""A person whose command broke off gives it again, and it may have been done."""
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong, a sentence for each; and how many messages were sent again because nobody could know."""

    wrong: tuple[str, ...]
    repeats: int


def judge(quiet: Played, crashed: Played) -> Verdict:
    """Compare a play with the quiet one."""
    one, other = quiet.picture, crashed.picture
    wrong = [
        *_differences("ticket", one.tickets, other.tickets),
        *_differences("action or delivery", one.ledger, other.ledger),
        *_differences("record", one.records, other.records),
        *_differences("timeline entry", _meant(one.timeline), _meant(other.timeline)),
    ]
    told, again = _plain(one.messages), _plain(other.messages)
    repeats = again - told
    wrong += [f"never told: {what}" for what in told - again]
    wrong += [f"told {again[what]} times by one death: {what}" for what, times in repeats.items() if times > 1]
    unmarked = sum(repeats.values()) - sum(count for what, count in other.messages.items() if DOUBT in what)
    if unmarked > 0:
        wrong.append(f"{unmarked} repeated without a word to their readers: {', '.join(repeats)}")
    return Verdict(tuple(wrong), sum(repeats.values()))


def _differences(what: str, quiet: Facts, crashed: Facts) -> Iterator[str]:
    for fact, count in (quiet - crashed).items():
        yield f"{what} missing ({count}): {fact[:_LONGEST]}"
    for fact, count in (crashed - quiet).items():
        yield f"{what} too many ({count}): {fact[:_LONGEST]}"


def _meant(timeline: Facts) -> Facts:
    plain: Facts = Counter()
    for entry, count in timeline.items():
        head, _, reason = entry.rpartition(": ")
        if reason != _TWICE:
            plain[f"{head}: {_MEANS.get(reason, reason)}"] += count
    return plain


def _plain(messages: Facts) -> Facts:
    plain: Facts = Counter()
    for message, count in messages.items():
        plain[message.replace(DOUBT, "")] += count
    return plain

"""Storms and limits: when a message goes out at once, and when it is gathered with others into a digest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.model import Notice, Severity
from core.policy.communication import Communication, Digest, Limit
from core.policy.words import Words


class Why(StrEnum):
    """Why a message is gathered."""

    STORM = "storm"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a reader was sent lately: the moments, oldest first, and when their next digest goes out, if one waits."""

    sent: tuple[datetime, ...] = ()
    digest_at: datetime | None = None

    def since(self, moment: datetime) -> int:
        """How many messages went out after a moment."""
        return sum(one > moment for one in self.sent)


@dataclass(frozen=True, slots=True)
class Held:
    """A message that is gathered: until when, why, how many messages in which time were the most."""

    until: datetime
    why: Why
    count: int
    within: timedelta


def limit_of(communication: Communication, notice: Notice) -> Limit | None:
    """The limit of whoever a notice is for."""
    return communication.per_channel if notice.channel else communication.per_person


def lookback(communication: Communication, notice: Notice) -> timedelta | None:
    """How far back it must be known what a reader was sent; None where nothing is ever gathered."""
    limit, digest = limit_of(communication, notice), communication.digest
    spans = [one.within for one in (limit, digest) if one is not None]
    return max(spans, default=None)


def goes_at_once(notice: Notice, severity: Severity) -> bool:
    """Whether a message is never gathered: a request to take a SEV1, and a digest itself."""
    return notice.digest or (notice.asks and severity is Severity.SEV1)


def held(
    notice: Notice, severity: Severity, communication: Communication, traffic: Traffic, now: datetime
) -> Held | None:
    """Whether a message is gathered, and until when; None where it goes out at once.

    A request to take a SEV1 always does, and so does a digest. A request to take another goes with the next digest,
    however far the limit is passed; what only informs waits until the limit allows it.
    """
    if goes_at_once(notice, severity):
        return None
    limit, digest = limit_of(communication, notice), communication.digest
    every = (digest or Digest()).every
    soon = traffic.digest_at if traffic.digest_at and traffic.digest_at > now else now + every
    if limit and traffic.since(now - limit.within) >= limit.count:
        frees = traffic.sent[-limit.count] + limit.within
        return Held(soon if notice.asks else max(soon, frees), Why.LIMIT, limit.count, limit.within)
    if digest and traffic.since(now - digest.within) >= digest.more_than:
        return Held(soon, Why.STORM, digest.more_than, digest.within)
    return None


def gathers(communication: Communication, held_by: Sequence[str]) -> bool:
    """Whether what is due for a reader goes out as one: where a storm or a limit held it, or where it is very much."""
    if len(held_by) < 2:
        return False
    most = (communication.digest or Digest()).more_than
    return len(held_by) > most or any(one in set(Why) for one in held_by)


def told_why(communication: Communication, notice: Notice, held_by: Collection[str], words: Words) -> str:
    """Why messages were gathered, for whoever reads the digest."""
    limit, digest = limit_of(communication, notice), communication.digest or Digest()
    if Why.LIMIT in held_by and limit:
        return words("digest_limit", limit=str(limit.count), span=words.span(limit.within))
    if Why.STORM in held_by:
        return words("digest_storm", limit=str(digest.more_than), span=words.span(digest.within))
    return words("digest_quiet")

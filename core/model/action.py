"""What goes out: something to do on a platform, or to tell a person, under an id that makes repeats harmless."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.model.linked import Link
from core.model.reason import Reason
from core.model.remark import Remark
from core.model.values import Impact, Severity, State, Urgency


class Verb(StrEnum):
    """What to do outside."""

    CREATE_RECORD = "create_record"
    WRITE_RECORD = "write_record"
    WRITE_COMMENT = "write_comment"
    NOTIFY = "notify"


class ActionStatus(StrEnum):
    """How far an action has come (the write-back ledger)."""

    PENDING = "pending"
    SENT = "sent"
    """Taken up by a worker; the answer is not known yet."""
    DONE = "done"
    """The platform or channel accepted it."""
    CONFIRMED = "confirmed"
    """Done, and the platform's own webhook told us of it."""
    HELD = "held"
    """A notice that waits for a moment of the policy's time: the end of quiet hours, or the next digest."""
    GATHERED = "gathered"
    """A notice that goes out in a digest."""
    SUPERSEDED = "superseded"
    """Never sent: a newer action took its place, or nobody needs it any more."""
    SHADOW = "shadow"
    """Never to be sent: the ticket is shadowed, so this is only what would have been done."""
    DEAD = "dead"
    """Refused for good, or out of attempts. It can be replayed."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A text for a record's readers; internal ones are for the people who work on it only."""

    text: str
    internal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """One decision's changes to a record, in our own words; `None` and `()` mean "leave as it is".

    `team` is a team id and `assignee` a person id of the roster ("" clears the field). `resolution` is the text that
    goes with a resolved or closed state. `links` are other records of the same ticket that this one is to point to.
    """

    title: str | None = None
    description: str | None = None
    severity: Severity | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    service: str | None = None
    team: str | None = None
    assignee: str | None = None
    state: State | None = None
    resolution: str | None = None
    comments: tuple[Comment, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return all(getattr(self, one.name) in (None, ()) for one in fields(self))

    def said(self) -> dict[str, str]:
        """The changed fields as text, comments left out: what an echo of this write would show."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in {"comments", "links"}}
        return {name: str(value) for name, value in values.items() if value is not None}

    def superseded_by(self, newer: Changes) -> Changes:
        """What is left to write once `newer` is also to be written: its fields win, comments are all kept."""
        return self.without(newer.said())

    def without(self, names: Iterable[str]) -> Changes:
        """The changes with these fields left as they are."""
        left: dict[str, Any] = dict.fromkeys(names)
        return replace(self, **left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to one person, or to one of the policy's channels: what it is, what is asked, why, what was tried.

    `way` counts the ways to reach them, from 0; the next one is tried when this one fails. One that only `informs` asks
    for nothing: it is sent whatever has become of its ticket since, also when somebody acknowledged it. One that is
    `passing` asks for nothing either, and is of no use once somebody has taken the ticket.

    Where a channel is told, `person` is "" and `channel` its id. `text` is what follows the headline where a template
    made it, in place of `ask`, `why` and `tried`; `label` stands before the link that acknowledges; `audience`,
    `moment` and `language` (BCP 47) say which template. A `digest` stands for several notices, and its words are made
    when it goes out. It is sent at once, or `not_before` a moment (UTC), for the reason that `held` tells.

    `bridge` is the address at which the people of a major incident meet, `contact` the name of the one person who
    speaks for it to the outside; "" where there is none.
    """

    person: str
    headline: str
    ask: str
    why: str
    tried: str = ""
    way: int = 0
    offers_acknowledge: bool = True
    informs: bool = False
    bridge: str = ""
    contact: str = ""
    passing: bool = False
    channel: str = ""
    audience: str = ""
    moment: str = ""
    language: str = ""
    text: str = ""
    label: str = "Acknowledge:"
    digest: bool = False
    not_before: datetime | None = None
    held: str = ""

    @property
    def asks(self) -> bool:
        """Whether it asks the reader to take the ticket."""
        return self.offers_acknowledge and not self.informs and not self.passing

    @property
    def lapses(self) -> bool:
        """Whether nobody needs it once the ticket was taken or is over."""
        return self.asks or self.passing

    @property
    def recipient(self) -> str:
        """Whom it is for, as one word: a roster id, or a channel's id after a number sign."""
        return self.person or f"#{self.channel}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do outside. Actions of one `lane` are done one at a time, in order.

    `operation_id` is unique for ever, at most 40 characters of `a-z0-9-`, and is left on what the action makes.
    """

    operation_id: str
    ticket_id: int
    verb: Verb
    lane: str
    reason: Reason
    platform: str = ""
    changes: Changes = field(default_factory=Changes)
    notice: Notice | None = None
    remark: Remark | None = None

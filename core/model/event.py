"""What comes in: the raw Delivery, and the Events that a mapping makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.model.people import Party
from core.model.record import RecordRef
from core.model.unknown import Unknown
from core.model.values import Impact, State, TicketKind, Urgency


class DeliveryStatus(StrEnum):
    """How far a delivery has come."""

    RECEIVED = "received"
    """Stored, not yet looked at, or to be looked at again."""
    APPLIED = "applied"
    """Every event in it was given to the engine."""
    DECLINED = "declined"
    """Understood, and nothing in it is for us; the reasons say why."""
    UNMAPPED = "unmapped"
    """Authentic, kept, and not understood: mend the mapping, then replay it."""
    FAILED = "failed"
    """Applying it failed for good; the error says why. It can be replayed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One received HTTP request, stored raw before anything can go wrong with it.

    `headers` have lower-case names and hold no credential. `outcome` tells, per event, what became of it. `trace` is
    the place in a trace at which it was stored (W3C's traceparent), "" where traces were off.
    """

    id: int
    source: str
    key: str | None
    received_at: datetime
    content_type: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    status: DeliveryStatus = DeliveryStatus.RECEIVED
    error: str = ""
    outcome: tuple[Mapping[str, object], ...] = ()
    trace: str = ""


HEARTBEAT = "rung:heartbeat"
"""The key of the alert that a source which must be heard from is silent: ours, which no source uses."""


class EventKind(StrEnum):
    """What a source reported."""

    ALERT = "alert"
    """A monitoring tool says that something is wrong (state new) or right again (state resolved)."""
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    COMMENTED = "commented"
    COMMENT_EDITED = "comment_edited"
    COMMENT_DELETED = "comment_deleted"


@dataclass(frozen=True, slots=True)
class ForeignComment:
    """A comment on a record. `operation_id` is the mark that one of our own writes left in it, "" otherwise.

    `text` is as its author wrote it, in the `markup` that the mapping names: plain, wiki (Jira's), journal
    (ServiceNow's, with HTML between `[code]` and `[/code]`), html or markdown. `written` and `at` are when it was made
    and last changed (UTC); None where that was not told. One that is a `file` tells of an attachment, and where it is.
    """

    id: str
    text: str
    author: Party
    internal: bool = False
    operation_id: str = ""
    markup: str = "plain"
    written: datetime | None = None
    at: datetime | None = None
    file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change that a source reported, normalized.

    `None` in a field always means that the body did not say; a cleared field is an empty string or a Party that is
    nobody. `key` is what two events about the same thing share: an alert's dedup key, a record's id (its key where the
    body has no id). `version` orders the events of one record; `occurred_at` is the source's own time of the change.
    `hold_reason` is why a record on hold is (awaiting_caller, awaiting_vendor and so on).
    `customer` is the company that is served, `region` where it is, `language` (BCP 47) what its people read.
    """

    source: str
    kind: EventKind
    key: str
    record: RecordRef | None = None
    ticket_kind: TicketKind = TicketKind.INCIDENT
    state: State | None = None
    hold_reason: str | None = None
    title: str | None = None
    description: str | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    service: str | None = None
    configuration_item: str | None = None
    customer: str | None = None
    region: str | None = None
    language: str | None = None
    category: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    assignment_group: str | None = None
    assignee: Party | None = None
    caller: Party | None = None
    actor: Party | None = None
    """Who made the change, where the source says it."""
    comment: ForeignComment | None = None
    comments: tuple[ForeignComment, ...] = ()
    """The comments that the body shows beside that one: those that were not heard of before are news."""
    link: str | None = None
    version: int | None = None
    occurred_at: datetime | None = None
    lasts: int | None = None
    """For how many seconds an alert is believed that is not heard of again: for sources that never say it is over."""
    changed: frozenset[str] | None = None
    """The fields that the source itself says were changed; None where it does not say. Others only stand there."""
    operation_id: str = ""
    """The operation id that one of our own creations left on the record (correlation_id, a label), "" otherwise."""
    partial: bool = False
    """The body says too little to be applied: read the record from its platform first."""
    own: bool = False
    """Made by our own integration account; set by intake, which knows the account, never by a mapping."""

    @property
    def reporter(self) -> str:
        """Who reports it: the source, or we ourselves where we wait for the source in vain."""
        return f"Rung, which waits to hear from {self.source}," if self.key == HEARTBEAT else self.source

    @property
    def where(self) -> str:
        """Where it happened: the record's platform, or the source where there is no record."""
        return self.record.platform if self.record else self.source


@dataclass(frozen=True, slots=True)
class Normalized:
    """What a mapping made of one delivery: the Events, and the parts that are not for us with the reason for each.

    `unknown` are the words that its tables did not know, each as often as it was met.
    """

    events: tuple[Event, ...] = ()
    declined: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()

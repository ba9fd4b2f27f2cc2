"""Which of the changes that polling met are news; they are handed in as deliveries of the platform's source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from core.engine import Outcome
from core.engine.draft import Draft
from core.engine.opening import opens
from core.engine.reading import values_seen
from core.model import (
    Changed,
    ChangedRecord,
    Delivery,
    Event,
    FoundComment,
    Normalized,
    Party,
    PollPlan,
    ReasonCode,
    Watermark,
)
from core.ports import Mappings, UnmappedError
from core.store import deliveries, heard, tickets
from core.store.heard import Heard
from core.store.watermarks import ClaimedPoll
from core.work.apply import Policies, preview
from core.work.failures import is_lasting
from core.work.understanding import as_ours

log = structlog.get_logger()

GRACE = timedelta(seconds=30)
"""For so long a change may wait for its webhook."""
_NOTHING_NEW = frozenset(
    {ReasonCode.ECHO, ReasonCode.REPEATED, ReasonCode.STALE, ReasonCode.FORMER_RECORD, ReasonCode.ALREADY_OVER}
)
FOUND = {"x-rung-found": "by polling"}
"""The header by which such a delivery is recognised."""


@dataclass(slots=True)
class Lost:
    """What a Rung did whose database was lost, as far as the platforms show it.

    `wrote` are the moments (the platforms' time) at which it wrote; several threads may add to them. While it
    `puts_back`, what nobody else is known to have changed on the records of tickets is left for another look, once it
    can be told from what people did; `has_put_back` says that there is any.
    """

    puts_back: bool = True
    has_put_back: bool = False
    wrote: list[datetime] = field(default_factory=list)

    @property
    def wrote_at(self) -> datetime | None:
        """When it last wrote, None where it did not."""
        return max(self.wrote, default=None)


@dataclass(frozen=True, slots=True)
class News:
    """Deals with pages of one platform; `own` is our account there, `now` the policy's present moment.

    After a restore `lost` gathers what a Rung did whose database was lost.
    """

    mappings: Mappings
    policies: Policies
    plan: PollPlan
    own: Party
    now: datetime
    lost: Lost | None = None

    def take(
        self, connection: Connection, claimed: ClaimedPoll, page: Changed
    ) -> tuple[tuple[int, int, int], Watermark]:
        """Hand in what is news of a page; returns how many (records, comments, deletions) that were, and how far the
        watermark may move: not beyond what still waits for its webhook.
        """
        records = [one for one in page.records if one.at >= claimed.began_at]
        known = heard.of(connection, claimed.platform, [one.ref.id for one in records])
        present = max([self.now, *(one.at for one in page.records)])
        found = comments = 0
        waiting: list[ChangedRecord] = []
        looked: dict[str, int] = {}
        for one in records:
            before = known.get(one.ref.id, heard.NOTHING)
            if before.looked is not None and before.looked >= one.version:
                continue
            if self.lost is None and _may_wait(one, before, present):
                waiting.append(one)
                continue
            if self.lost is not None and self._is_put_back(connection, one, self.lost):
                continue
            told = self._safely(connection, one, before)
            found, comments = found + told[0], comments + told[1]
            looked[one.ref.id] = one.version
        heard.look(connection, claimed.platform, looked)
        heard.wait(connection, claimed.platform, [one.ref.id for one in waiting])
        return (found, comments, 0), _held_back(page, waiting)

    def _safely(self, connection: Connection, one: ChangedRecord, before: Heard) -> tuple[int, int]:
        """Hand in what is news of a record, under a savepoint; returns how many (changes, comments) that were.

        One that cannot be judged is handed in as it is: there its failure is seen, and the others are polled.
        """
        try:
            with connection.begin_nested():
                found = self._record(connection, one, before)
                return found, sum(self._comment(connection, one, comment) for comment in one.comments)
        except Exception as error:  # the boundary that keeps a record which cannot be judged to itself
            if not is_lasting(error):
                raise
            log.exception("a polled record could not be judged", platform=one.ref.platform, key=one.ref.key)
            return self._hand_in(connection, f"{one.ref.id}:{one.version}", one.body), 0

    def _record(self, connection: Connection, one: ChangedRecord, before: Heard) -> int:
        if self._record_event(connection, one, before) is None:
            return 0
        return self._hand_in(connection, f"{one.ref.id}:{one.version}", one.body)

    def _record_event(self, connection: Connection, one: ChangedRecord, before: Heard) -> Event | None:
        """The event of a record that a ticket has not heard of and would make something of, or that opens one."""
        event, told = self._event(one.body), before.told if before.told is not None else -1
        if event is None or told > one.version:
            return None
        ticket = tickets.find(connection, event)
        if ticket is None:
            return event if told < one.version and self._opens(connection, one, event) else None
        if self._is_as_we_left_it(connection, ticket, one, event):
            return None
        # Two changes may bear one version: some databases keep Jira's moments by the second.
        outcome = preview(connection, ticket, event, self.policies, self.now)
        return event if outcome and _says_something(outcome) else None

    def _is_as_we_left_it(self, connection: Connection, ticket_id: int, one: ChangedRecord, event: Event) -> bool:
        """Whether our own write was the last change and all that is known of it stands: what is seen for the first time
        beside it are the platform's defaults."""
        ticket = tickets.get(connection, ticket_id)
        record = ticket.record_on(one.ref.platform) if ticket else None
        if ticket is None or record is None or record.version != one.version or event.actor is not None:
            return False
        values = values_seen(Draft(ticket, self.policies.newest(), self.now), event)
        return all(record.seen.get(name, value) == value for name, value in values.items())

    def _is_put_back(self, connection: Connection, one: ChangedRecord, lost: Lost) -> bool:
        """Whether what we may have changed ourselves on a ticket's record is to be looked at later."""
        if one.own:
            lost.wrote.append(one.at)
        event = self._event(one.body) if lost.puts_back else None
        if event is None or event.actor is not None or tickets.find(connection, event) is None:
            return False
        lost.has_put_back = True
        return True

    def _opens(self, connection: Connection, one: ChangedRecord, event: Event) -> bool:
        if self.lost is not None and tickets.is_orphan(connection, event):
            return opens(event)
        return self._may_open(one) and opens(event)

    def _may_open(self, one: ChangedRecord) -> bool:
        """Whether it is where tickets are opened from, not only where some have been handed over to."""
        return self.plan.opens and one.ref.collection in self.plan.collections

    def _comment(self, connection: Connection, one: ChangedRecord, comment: FoundComment) -> int:
        body = self._comment_body(connection, one, comment)
        if body is None:
            return 0
        return self._hand_in(connection, f"{one.ref.id}:comment:{comment.at.isoformat()}:{_digest(body)}", body)

    def _comment_body(
        self, connection: Connection, one: ChangedRecord, comment: FoundComment
    ) -> Mapping[str, object] | None:
        """What is to be told of a comment on a ticket's record: its writing, its edit, or None where all was told."""
        event = self._event(comment.body)
        if event is None or event.comment is None or event.comment.author.is_same_as(self.own):
            return None
        ticket_id = tickets.find(connection, event)
        ticket = tickets.get(connection, ticket_id) if ticket_id is not None else None
        if ticket is None or event.comment.operation_id or comment.at < ticket.opened_at - GRACE:
            return None
        told = heard.knows_comment(connection, one.ref, event.comment, comment.at)
        if told is None:
            return comment.body
        edited = comment.edit is not None and told != heard.digest(event.comment)
        return comment.edit if edited else None

    def _event(self, body: Mapping[str, object]) -> Event | None:
        event = understood(self.mappings, self.plan.source, body)
        return as_ours(event, self.own) if event else None

    def _hand_in(self, connection: Connection, key: str, body: Mapping[str, object]) -> int:
        """Store it as a delivery, once; returns 1, or 0 where it is there already."""
        return hand_in(connection, self.plan.source, key, body, self.now)


def understood(mappings: Mappings, source: str, body: Mapping[str, object]) -> Event | None:
    """What a polled body says, as far as its mapping understands it; None where that is nothing."""
    try:
        said = mappings.record(source, body)
    except UnmappedError as error:
        said = error.understood or Normalized()
    return said.events[0] if said.events else None


def hand_in(connection: Connection, source: str, key: str, body: Mapping[str, object], now: datetime) -> int:
    """Store what polling found as a delivery, once; returns 1, or 0 where it is there already."""
    stored = deliveries.store(
        connection,
        source,
        key=f"poll:{key}",
        received_at=now,
        content_type="application/json",
        headers=FOUND,
        body=json.dumps(body).encode(),
    )
    return 0 if stored.repeat else 1


def was_polled(delivery: Delivery) -> bool:
    """Whether a delivery was found by polling."""
    return delivery.headers.get("x-rung-found") is not None


def _digest(body: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(body.get("comment") or body, sort_keys=True).encode()).hexdigest()[:16]


def _may_wait(one: ChangedRecord, before: Heard, present: datetime) -> bool:
    """Whether more may come of it by itself: the change is young, and was not met long ago already."""
    return present - one.at < GRACE and (before.waits is None or before.waits < GRACE)


def _says_something(outcome: Outcome) -> bool:
    """Whether a step made more of an event than to note that it is known."""
    return bool(outcome.actions) or any(entry.reason.code not in _NOTHING_NEW for entry in outcome.entries)


def _held_back(page: Changed, waiting: list[ChangedRecord]) -> Watermark:
    """Where to go on; a pass that is over begins the next one no later than what still waits."""
    if page.more or not waiting:
        return page.reached
    return replace(page.reached, at=min(page.reached.at, *(one.at for one in waiting)))

"""What the doors for people read and do: the board, a ticket's page, the ledgers, and commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from core.drifts import DriftRow
from core.model import (
    ActionStatus,
    Command,
    Delivery,
    DeliveryStatus,
    Entry,
    Rebase,
    Right,
    Severity,
    State,
    Ticket,
    TimerKind,
    UnknownKind,
    Verb,
)
from core.polls import PollRow
from core.status import Status

WriteBack = Literal["in step", "waiting", "failed", "none", "shadowed"]
"""Whether the platforms have what the ticket decided: all of it, some under way, some refused, or nothing to do; for a
shadowed ticket they are not meant to."""


COUNTED_TO = 10_000
"""The board counts no further: what its page costs must not grow with what is open. A count of so many means "or more".
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One open ticket at a glance. `deadline` is by when somebody must have done something, if anything is asked.

    `deadline_for` says what, as it follows a length of time ("to acknowledge", "to resolve"). `breached` and `warned`
    name the clocks that are late, and those that are near it.
    `shadow`: Rung only decides and records; nothing is written, and nobody is told.
    `held_until` and `snoozed_until` are until when a person has put off what automation would do.
    `answered` is how many of all whom the level asks have acknowledged ("1 of 2 acknowledged"), "" where one is enough.
    `parent` is the ticket of the major incident to which it belongs or belonged, 0 for none; nobody is called for it
    while `gathered`. `major`: it is a major incident itself, with so many open `children`.
    """

    id: int
    severity: Severity
    state: State
    title: str
    service: str
    team: str
    level: str
    owner: str
    acknowledged_by: str
    deadline: datetime | None
    exhausted: bool
    shadow: bool = False
    write_back: WriteBack
    key: str
    link: str
    opened_at: datetime
    updated_at: datetime
    held_until: datetime | None = None
    snoozed_until: datetime | None = None
    deadline_for: str = ""
    parent: int = 0
    gathered: bool = False
    major: bool = False
    children: int = 0
    breached: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    answered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """One of a ticket's clocks as it stands: `what` it measures ("to resolve"), how much of the target is spent.

    `due_at` is when a running one is, or was, missed; `paused` says why one stands still. One that is over has ended at
    `met_at`, late where it was breached. `percent` is what is spent of the target, rounded down.
    """

    name: str
    what: str
    target: timedelta
    spent: timedelta
    percent: int
    calendar: str
    rule: str
    due_at: datetime | None
    paused: str
    warned: bool
    breached_at: datetime | None
    met_at: datetime | None


@dataclass(frozen=True, slots=True)
class VendorFigures:
    """How a vendor (the policy's id) kept their contract: tickets they were asked for, acknowledged in time, late, and
    not acknowledged yet; half of those acknowledged were within `half_within_seconds`, by the wall.
    """

    vendor: str
    tickets: int
    in_time: int
    late: int
    waiting: int
    half_within_seconds: float | None


@dataclass(frozen=True, slots=True)
class PlatformHealth:
    """Whether a platform takes our writes: `since` is when its breaker opened, None while it is closed.

    `waiting` counts what waits for one whose breaker is open, up to `COUNTED_TO`; 0 for others.
    """

    name: str
    since: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class SurgeRow:
    """The surge that there is: since when, how many tickets made it one, and what is done about it, in a sentence."""

    since: datetime
    count: int
    does: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The open tickets, those that need someone most first. `version` changes whenever anything shown does.

    What a major incident gathers stands behind its row. Of `total` tickets `needing` need someone now; of those `late`
    are exhausted, have missed a target or are past their deadline. `lost` counts what one ticket should have told
    another and could not. Every count goes up to `COUNTED_TO`.
    """

    version: str
    now: datetime
    rows: tuple[BoardRow, ...]
    total: int
    needing: int
    late: int
    last_event_at: datetime | None
    last_event_source: str
    platforms: tuple[PlatformHealth, ...]
    unmapped: int
    dead: int
    surge: SurgeRow | None = None
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """One line of the write-back ledger.

    Of a notice: `told_at` is when it was let through, `held_until` until when it is held back and `held_because` why;
    `audience`, `moment` and `language` say in whose words it is, `digest` the action that it went out with ("" alone).
    """

    id: int
    operation_id: str
    ticket_id: int
    verb: Verb
    target: str
    summary: str
    status: ActionStatus
    attempts: int
    error: str
    created_at: datetime
    next_attempt_at: datetime | None
    why: str
    told_at: datetime | None = None
    held_until: datetime | None = None
    held_because: str = ""
    audience: str = ""
    moment: str = ""
    language: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What people can decide about a ticket: its path's levels by name, who may what, and how long may be put off.

    `rights` are those of people who stand at a level, by roster id; everybody else has those of `others`. `holders`
    says in words who has a right.
    """

    levels: tuple[str, ...] = ()
    rights: Mapping[str, frozenset[Right]] = field(default_factory=dict)
    others: frozenset[Right] = frozenset()
    holders: Mapping[Right, str] = field(default_factory=dict)
    longest_snooze: timedelta = timedelta(0)
    longest_hold: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPage:
    """A ticket with all that is known of it; entries and actions oldest first.

    `asked` are those whom its level asks, or its last resorts, by name, each with how they answered.
    `parent` is the major incident to which it belongs or belonged, `children` what it gathers or gathered itself.
    """

    ticket: Ticket
    row: BoardRow
    policy: str
    now: datetime
    entries: tuple[Entry, ...]
    actions: tuple[ActionRow, ...]
    choices: Choices = field(default_factory=Choices)
    clocks: tuple[ClockRow, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()
    parent: BoardRow | None = None
    children: tuple[BoardRow, ...] = ()

    @property
    def updates(self) -> tuple[UpdateRow, ...]:
        """When each audience with a cadence hears again, the first one first."""
        told = {one.audience: one.at for one in self.ticket.told}
        due = ((one.due_at, one.name) for one in self.ticket.timers if one.kind is TimerKind.UPDATE)
        return tuple(UpdateRow(name, at, told.get(name)) for at, name in sorted(due))


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """When an audience hears of a ticket again, and when it last heard; None where it has not yet."""

    audience: str
    due_at: datetime
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another before and after, as people read it."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebased:
    """What became, or would become, of a ticket that was to move to the newest policy; `sentence` is why."""

    ticket: int
    title: str
    moved: bool
    sentence: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source and how it is heard.

    `heard_at` is when it was last, None for never or not since Rung notes it; `every` how often it must be, None where
    that does not matter; `silent_since` from when on it counts as silent, None while it does not. The counts are of the
    deliveries of the last day: all, those that were not understood, and those that failed.
    """

    name: str
    mapping: str
    platform: str
    heard_at: datetime | None
    every: timedelta | None
    silent_since: datetime | None
    received: int
    unmapped: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One line of the list of deliveries."""

    id: int
    source: str
    status: DeliveryStatus
    received_at: datetime
    size: int
    error: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRow:
    """A word, person or group that nothing here knows: where it was met, how often, and what to do about it."""

    id: int
    kind: UnknownKind
    place: str
    name: str
    count: int
    first_at: datetime
    last_at: datetime
    advice: str


class NotFoundError(Exception):
    """There is no such ticket, delivery or action. The message is a sentence that names it."""


class NotAllowedError(Exception):
    """Somebody lacks the right to what they told Rung to do. The message is the sentence that the timeline has."""


class NotPossibleError(Exception):
    """What somebody told Rung to do makes no sense as the ticket stands. The message is the timeline's sentence."""


class NotReplayableError(Exception):
    """That delivery or action is not in a state in which it can be replayed. The message says which and why."""


class Desk(Protocol):
    """The whole of what people can see and do. Times are the policy's."""

    def status(self) -> Status:
        """How it stands with Rung itself: its processes, the platforms, what waits, versions."""
        ...

    def board(self, *, limit: int = 200) -> Board:
        """The open tickets."""
        ...

    def board_version(self) -> str:
        """The board's version alone: cheap enough to be asked for every two seconds by every open board."""
        ...

    def tickets(self, *, state: State | None = None, limit: int = 100) -> Sequence[BoardRow]:
        """Tickets, newest first; only open ones unless a state is named."""
        ...

    def ticket(self, ticket_id: int) -> TicketPage:
        """One ticket; raises `NotFoundError`."""
        ...

    def command(self, ticket_id: int, command: Command) -> str:
        """Hand a command to the engine and return its reasons as sentences.

        Raises `NotFoundError`, and `NotAllowedError` or `NotPossibleError` once the attempt stands in the timeline.
        """
        ...

    def left_behind(self) -> Sequence[int]:
        """The open tickets that run under an older policy than the newest, by their numbers."""
        ...

    def rebase(self, ticket_id: int, command: Rebase, *, dry_run: bool = False) -> Rebased:
        """Move a ticket to the newest policy, or look what would come of it; raises `NotFoundError`."""
        ...

    def sources(self) -> Sequence[SourceRow]:
        """Every source of the documents in force, by name."""
        ...

    def deliveries(self, *, status: DeliveryStatus | None = None, limit: int = 100) -> Sequence[DeliveryRow]:
        """Deliveries, newest first."""
        ...

    def delivery(self, delivery_id: int) -> Delivery:
        """One delivery with its body; raises `NotFoundError`."""
        ...

    def replay_delivery(self, delivery_id: int) -> None:
        """Have an unmapped, declined or failed delivery looked at again; raises the two errors above."""
        ...

    def unknowns(self, *, kind: UnknownKind | None = None, limit: int = 100) -> Sequence[UnknownRow]:
        """Words, people and groups that nothing here knows, the latest met first."""
        ...

    def forget_unknowns(self, ids: Sequence[int] | None = None) -> int:
        """Forget those of these ids, or all; returns how many. What is met again is told again."""
        ...

    def actions(self, *, status: ActionStatus | None = None, limit: int = 100) -> Sequence[ActionRow]:
        """Actions, newest first."""
        ...

    def action(self, action_id: int) -> ActionRow:
        """One action; raises `NotFoundError`."""
        ...

    def replay_action(self, action_id: int) -> None:
        """Try a dead action again, looking first whether it was done; raises the two errors above."""
        ...

    def polls(self) -> Sequence[PollRow]:
        """How far each platform's tables and projects were polled, and what that found."""
        ...

    def drifts(self, *, limit: int = 100) -> Sequence[DriftRow]:
        """The fields of open tickets' records that do not stand as Rung wrote them."""
        ...

    def retell(self) -> int:
        """Have what tickets could not be told taken in after all; returns how many messages that were."""
        ...

"""The Ticket: our one record of a piece of work, and where it stands on its escalation path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.model.asked import Asked
from core.model.clock import Clock
from core.model.conflict import Conflict, Saying
from core.model.fired import Fired
from core.model.handoff import Handoff
from core.model.major import Major
from core.model.overruling import Hold, LevelOwner, SeverityOverride, Snoozed
from core.model.record import Record
from core.model.remark import Mirrored
from core.model.told import Told
from core.model.values import Impact, Severity, State, TicketKind, Urgency
from core.model.vendorcase import VendorCase


class TimerKind(StrEnum):
    """Why the engine must look again."""

    ACKNOWLEDGE = "acknowledge"
    """Nobody may have acknowledged by then."""
    CLOCK = "clock"
    """A clock, which the timer is named after, comes to a mark: a warning, the breach, another that a rule named."""
    UPDATE = "update"
    """An audience (the timer's name) must hear how it stands by then."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """An acknowledgement may be too old by then."""
    TRIGGER = "trigger"
    """A trigger of the policy, by its name, may apply by then."""
    CLOSE = "close"
    """It has stayed resolved for as long as the policy lets it reopen."""
    HOLD = "hold"
    """A person's hold of automation ends."""
    ALERT = "alert"
    """An alert that is not heard of again may be believed no longer by then."""
    SNOOZE = "snooze"
    """A snooze ends: whoever has it is asked again."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment at which the engine must look at the ticket.

    A ticket has at most one of each kind and name; most kinds have one timer only, and no name. `put_off_from` is when
    it would have come had automation not been put on hold.
    """

    kind: TimerKind
    due_at: datetime
    token: int
    name: str = ""
    put_off_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One monitored condition that a ticket stands for. `key` is the source's dedup key.

    Where its source never says that it is over, it is believed for as long as it `lasts` after each report: `until` is
    when that ends unless it is heard of again. Both are None where the source says it, or nothing fires.
    """

    source: str
    key: str
    firing: bool
    since: datetime | None = None
    lasts: timedelta | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unopened:
    """The identity that the store has set aside for a ticket which the engine may open.

    `uid` is random and unique for ever; operation ids are made of it, so that they never meet those of another
    installation or of a database that was thrown away.
    """

    id: int
    uid: str


@dataclass(frozen=True, kw_only=True)  # without slots: `changed` copies a dictionary many times as fast
class Ticket:
    """A piece of work.

    `level` counts the rungs of `path` from 1; 0 means that it stands on none yet. `round` counts the times the path
    was walked; `level_since` is when it came to the level. `asked` are those who were asked there, in their order, or
    as the last resort once it is exhausted. `owner` is who it is assigned to: a roster id, or the name that a platform
    gave. `awaiting_since` is when the present wait for an acknowledgement began, None when nothing is awaited.
    `acknowledged_severity` is how severe it was when it was acknowledged. `handoff` is what people said for those who
    take over; `fired` are the policy's triggers so far. `theirs` names the fields of `Changes` that a person changed
    and automation leaves alone until the ticket moves to another level.
    `severity_override`, `hold`, `snooze` and `owners` are what people decided about this ticket alone;
    `policy_severity` is what the policy alone makes of the facts, None until it was looked at. `segment` is the
    policy's segment that the ticket belongs to, "" for none.
    `risk` holds its classes of risk, `told_of_risk` the rules by which somebody was told of them, `duties_done` the ids
    of the duties that a person has fulfilled; `vendor_cases` are the vendors who were asked. `reassignments` and
    `reopenings` count those so far, `like` the tickets like this one when it last looked.
    `clocks` are its targets, run out or running; `heard_at` is when a person last did or said something about it.
    `hold_reason` says why it is on hold (awaiting_caller, awaiting_vendor and so on), "" where that was not told.
    `shadow` says that Rung only decides and records: nothing is written, and nobody is told. `skill` is what
    whoever takes it must know, "" for nothing in particular.
    `likeness` is what they have in common, "" where it is like no other.
    `parent` is the major incident that gathers it, 0 without one; while `gathered` people are called for the parent
    alone, and afterwards it says to which it belonged. `major` makes it such a major incident itself.
    `customer` is the id of one of the policy's customers, else the name that the source gave.
    `quiet_until` is when those who are asked hear of it, None where they were told at once.
    `told` says of each audience with a cadence when it last heard of the ticket.
    `comments` are the ids of the latest comments taken in: one comment can arrive twice. `mirrored` are those that were
    copied to other records, oldest first. `operations` and
    `timer_token` count the ids given so far.
    `sayings` tell of each field that people change on records who wrote it last; `conflicts` are the latest changes
    that did not count, the newest last, and `conflicted` is how many there were.
    """

    id: int
    uid: str
    kind: TicketKind
    source: str
    title: str
    opened_at: datetime
    updated_at: datetime
    policy_version: int
    shadow: bool = False
    state: State = State.NEW
    description: str = ""
    impact: Impact | None = None
    urgency: Urgency | None = None
    severity: Severity = Severity.SEV4
    policy_severity: Severity | None = None
    service: str = ""
    category: str = ""
    configuration_item: str = ""
    customer: str = ""
    region: str = ""
    language: str = ""
    caller: str = ""
    caller_email: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    segment: str = ""
    team: str = ""
    path: str = ""
    level: int = 0
    round: int = 1
    level_since: datetime | None = None
    asked: tuple[Asked, ...] = ()
    owner: str = ""
    skill: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_severity: Severity | None = None
    awaiting_since: datetime | None = None
    exhausted: bool = False
    handoff: Handoff = field(default_factory=Handoff)
    fired: tuple[Fired, ...] = ()
    resolved_at: datetime | None = None
    resolution: str = ""
    clocks: tuple[Clock, ...] = ()
    heard_at: datetime | None = None
    hold_reason: str = ""
    alerts: tuple[Alert, ...] = ()
    records: tuple[Record, ...] = ()
    timers: tuple[Timer, ...] = ()
    theirs: frozenset[str] = frozenset()
    severity_override: SeverityOverride | None = None
    hold: Hold | None = None
    snooze: Snoozed | None = None
    owners: tuple[LevelOwner, ...] = ()
    quiet_until: datetime | None = None
    told: tuple[Told, ...] = ()
    comments: tuple[str, ...] = ()
    mirrored: tuple[Mirrored, ...] = ()
    risk: tuple[str, ...] = ()
    told_of_risk: frozenset[str] = frozenset()
    duties_done: frozenset[str] = frozenset()
    vendor_cases: tuple[VendorCase, ...] = ()
    reassignments: int = 0
    reopenings: int = 0
    like: int = 0
    likeness: str = ""
    parent: int = 0
    gathered: bool = False
    major: Major | None = None
    operations: int = 0
    timer_token: int = 0
    sayings: Mapping[str, Saying] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    conflicted: int = 0

    @property
    def assigned(self) -> str:
        """Whom its records are to show: as was last said of them; the owner may be somebody who only took it."""
        said = self.sayings.get("assignee")
        return said.value if said else self.owner

    @property
    def conflict_line(self) -> str:
        """How many changes of it did not count, and the latest of them; "" without any."""
        return f"{self.conflicted}, the latest: {self.conflicts[-1].short}" if self.conflicts else ""

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody has taken responsibility."""
        return self.acknowledged_at is not None

    @property
    def held_until(self) -> datetime | None:
        """Until when a person has put automation on hold; None where nobody has."""
        return self.hold.until if self.hold else None

    @property
    def snoozed_until(self) -> datetime | None:
        """Until when the wait for an acknowledgement is put off; None where it is not."""
        return self.snooze.until if self.snooze and self.timer(TimerKind.SNOOZE) else None

    @property
    def believed_until(self) -> datetime | None:
        """When the first of its alerts counts as over unless it is reported again; None where their sources say it."""
        timer = self.timer(TimerKind.ALERT) if self.state.is_open else None
        return timer.due_at if timer else None

    def owner_of(self, level: str) -> LevelOwner:
        """Whom people have named for that level of this ticket."""
        return next((one for one in self.owners if one.level == level), LevelOwner(level=level))

    def vendor_case(self, vendor: str) -> VendorCase | None:
        """How it stands with that vendor; None when they were not asked."""
        return next((one for one in self.vendor_cases if one.vendor == vendor), None)

    @property
    def need(self) -> tuple[datetime, str] | None:
        """By when somebody must have done something, and what: "acknowledge", or the clock's name.

        While somebody is asked to acknowledge, that is it; else the clock that is the first to be missed, or was.
        """
        if not self.state.is_open:
            return None
        wait = self.timer(TimerKind.ACKNOWLEDGE)
        if wait is not None:
            return wait.due_at, "acknowledge"
        return min(((one.due_at, one.name) for one in self.clocks if one.due_at and not one.is_over), default=None)

    @property
    def deadline(self) -> datetime | None:
        """By when somebody must have done something; None when nothing is asked of anybody."""
        return self.need[0] if self.need else None

    @property
    def standing(self) -> int:
        """What it is to others: 0 a target is missed or nobody is left to ask, 1 nobody has it, 2 warned, 3 in hand."""
        if self.exhausted or any(clock.is_breached for clock in self.clocks):
            return 0
        if not self.is_acknowledged:
            return 1
        return 2 if any(clock.is_warned for clock in self.clocks) else 3

    @property
    def next_update(self) -> datetime | None:
        """When the first of its audiences hears again, while it is open."""
        moments = (timer.due_at for timer in self.timers if timer.kind is TimerKind.UPDATE)
        return min(moments, default=None) if self.state.is_open else None

    def clock(self, name: str) -> Clock | None:
        """The clock of that name, if it has one."""
        return next((clock for clock in self.clocks if clock.name == name), None)

    def timer(self, kind: TimerKind, name: str = "") -> Timer | None:
        """The running timer of that kind and name, if there is one."""
        return next((timer for timer in self.timers if timer.kind is kind and timer.name == name), None)

    def record_on(self, platform: str) -> Record | None:
        """The ticket's record on that platform, if it has one."""
        return next((record for record in self.records if record.ref.platform == platform), None)

"""The draft of an outcome: one step's decisions, gathered until they are finished into one write per record."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from core.engine.meeting import met
from core.engine.outcome import Outcome, Refused
from core.engine.writing import Writing, is_creation
from core.model import (
    ALONE,
    Action,
    Entry,
    EntryKind,
    Notice,
    Reason,
    ReasonCode,
    Record,
    Remark,
    Saying,
    Signal,
    Surroundings,
    Ticket,
    Timer,
    TimerKind,
    Verb,
)
from core.model.changed import changed
from core.model.conflict import OURSELVES
from core.policy import Facts, Policy, facts_of

_WAITS = frozenset({TimerKind.ACKNOWLEDGE, TimerKind.SNOOZE})
"""Timers that wait while automation is on hold; clocks and ends do not."""


_BESIDE = frozenset(
    {
        "alerts",
        "comments",
        "conflicted",
        "conflicts",
        "mirrored",
        "operations",
        "records",
        "sayings",
        "timer_token",
        "timers",
        "told",
        "updated_at",
    }
)
"""Fields of a ticket that change without anything that its clocks run by."""


class Draft:
    """What a step has decided so far about one ticket.

    Everything that is to be written to records is gathered: however many rules spoke, a record gets one write with one
    note that holds their reasons. `before` is the ticket as the step found it, or, where it
    `opens` one, as it began.
    """

    def __init__(
        self, ticket: Ticket, policy: Policy, now: datetime, around: Surroundings = ALONE, *, opens: bool = False
    ) -> None:
        self._ticket = ticket
        self.before = ticket
        self.judged = ticket
        """The ticket as its severity was last looked at."""
        self.opens = opens
        self._pending: dict[str, Any] = {"updated_at": now}
        self.policy = policy
        self.now = now
        self.around = around
        self._entries: list[Entry] = []
        self._notices: list[tuple[Notice, Reason]] = []
        self._writing = Writing()
        self._withdraw = False
        self._release = False
        self._confirms: list[str] = []
        self._remarks: list[Action] = []
        self._turn = ""
        self._signals: list[tuple[int, Signal]] = []
        self._to_children: list[Signal] = []
        self.refused: Refused | None = None
        self._answer: Reason | None = None
        self._facts: tuple[Ticket, Facts] | None = None

    @property
    def is_still(self) -> bool:
        """Whether this step has so far changed nothing of the ticket that its clocks run by."""
        now, before = self.ticket.__dict__, self.before.__dict__
        return self.before.policy_severity is not None and all(
            value is before[name] for name, value in now.items() if name not in _BESIDE
        )

    @property
    def is_held(self) -> bool:
        """Whether a person has put the ticket's automation on hold: nothing escalates by itself."""
        hold = self.ticket.hold
        return hold is not None and self.now < hold.until

    @property
    def latest(self) -> Reason | None:
        """The latest decision of this step, which says why whatever follows from it happens."""
        made = (entry.reason for entry in reversed(self._entries) if entry.kind is EntryKind.DECISION)
        return next(made, self._entries[-1].reason if self._entries else None)

    @property
    def ticket(self) -> Ticket:
        """The ticket as decided so far; it never changes once given out."""
        if self._pending:
            self._ticket, self._pending = changed(self._ticket, self._pending), {}
        return self._ticket

    def update(self, **values: Any) -> None:
        """Set fields of the ticket."""
        self._pending.update(values)

    def log(
        self, kind: EntryKind, by: str, code: ReasonCode, text: str = "", operation: str = "", **facts: str
    ) -> Reason:
        """Add a line to the timeline, with a quoted text and an operation id where there are any; return its reason."""
        reason = Reason(code, facts)
        detail = {"text": text} if text else {}
        entry = Entry(at=self.now, kind=kind, by=by, reason=reason, operation_id=operation, detail=detail)
        self._entries.append(entry)
        return reason

    def decide(self, rule: str, code: ReasonCode, **facts: str) -> Reason:
        """Add a decision of a rule to the timeline, and to the note that the records get if anything is written."""
        return self.decided(rule, Reason(code, facts))

    def decided(self, rule: str, reason: Reason, kind: EntryKind = EntryKind.DECISION) -> Reason:
        """As `decide`, for a reason that is there already; a person's command is of its own kind."""
        self._entries.append(Entry(at=self.now, kind=kind, by=rule, reason=reason))
        self._writing.because(reason)
        return reason

    def write(self, **values: Any) -> None:
        """Have these fields of `Changes` written to every record, unless a person has made them theirs."""
        ours = {name: value for name, value in values.items() if value is not None and not self._is_left(name)}
        self._writing.write(ours)
        said = {name: self._says(value) for name, value in ours.items() if name in self.ticket.sayings}
        if said:
            self.update(sayings={**self.ticket.sayings, **said})

    def _is_left(self, name: str) -> bool:
        """Whether automation leaves a field to a person, or to the platform that leads it and has told it."""
        said, sync = self.ticket.sayings.get(name), self.policy.sync
        if name in self.ticket.theirs or sync.is_plain or said is None or name == "state":
            return name in self.ticket.theirs
        platforms = {one.ref.platform for one in self.ticket.records}
        return said.where in platforms and sync.leader(name, self.facts(), said.where, platforms) == said.where

    def _says(self, value: Any) -> Saying:
        return Saying(value=str(value), by="Rung", where=OURSELVES, at=self.now)

    def write_to(self, platform: str, because: Reason | None = None, **values: Any) -> None:
        """Have these fields written to the record on one platform, with the reason as a note there if it is given."""
        self._writing.write_to(platform, values, because)

    def note(self) -> None:
        """Have the reasons of this step noted on the records even when no field is written."""
        self._writing.note()

    def notify(self, notice: Notice, reason: Reason) -> None:
        """Have somebody told."""
        self._notices.append((notice, reason))

    def remark(self, platform: str, remark: Remark, operation: str, reason: Reason) -> None:
        """Have a comment's copy on a platform written, changed or withdrawn, in its turn among the record's writes."""
        self._remarks.append(
            Action(
                operation_id=operation,
                ticket_id=self.ticket.id,
                verb=Verb.WRITE_COMMENT,
                lane=self.lane(platform),
                platform=platform,
                reason=reason,
                remark=remark,
            )
        )

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What this step tells people."""
        return tuple(notice for notice, _ in self._notices)

    def revise_notices(self, revise: Callable[[Notice], Notice]) -> None:
        """Put another notice in place of each that this step sends."""
        self._notices = [(revise(notice), reason) for notice, reason in self._notices]

    def release_notices(self) -> None:
        """Send what is held back of the ticket's requests to take it."""
        self._release = True

    def withdraw_notices(self) -> None:
        """Stop the notices that are still on their way."""
        self._withdraw = True

    def take_back_requests(self, person: str = "") -> None:
        """Do not send what this step itself asks of somebody, or of all: nobody needs it any more."""
        kept = (one for one in self._notices if not one[0].lapses or (person and one[0].person != person))
        self._notices = list(kept)

    def confirm(self, platform: str) -> None:
        """A platform's own webhook has confirmed our latest write there."""
        self._confirms.append(self.lane(platform))

    def take_turn(self, person: str) -> None:
        """Whoever is given the ticket has had a turn."""
        self._turn = person

    def signal(self, ticket_id: int, signal: Signal) -> None:
        """Have another ticket told of this step, soon after it."""
        self._signals.append((ticket_id, signal))

    def tell_children(self, signal: Signal) -> None:
        """Have every ticket told that this one gathers."""
        self._to_children.append(signal)

    def set_timer(self, kind: TimerKind, due_at: datetime, name: str = "") -> None:
        """Start the timer of that kind and name, in place of one that runs; while automation is on hold it waits."""
        token, hold = self.ticket.timer_token + 1, self.ticket.hold
        timer = Timer(kind, due_at, token, name)
        if hold is not None and kind in _WAITS and due_at < hold.until:
            timer = Timer(kind, hold.until, token, name, put_off_from=due_at)
        self.update(timers=(*self._other_timers(kind, name), timer), timer_token=token)

    def put_off(self) -> None:
        """Have the timers that escalate wait until the hold ends."""
        for timer in self.ticket.timers:
            if timer.kind in _WAITS:
                self.set_timer(timer.kind, timer.put_off_from or timer.due_at, timer.name)

    def put_back(self) -> None:
        """Have the timers that a hold put off come when they would have come, what is overdue at once."""
        for timer in self.ticket.timers:
            if timer.put_off_from is not None and timer.due_at > self.now:
                self.set_timer(timer.kind, max(timer.put_off_from, self.now), timer.name)

    def stop_timer(self, kind: TimerKind, name: str = "") -> None:
        """Stop the timer of that kind and name, if it runs."""
        if self.ticket.timer(kind, name):
            self.update(timers=self._other_timers(kind, name))

    def stop_timers(self, kind: TimerKind, *, but: Collection[str] = ()) -> None:
        """Stop every timer of that kind, but for those of these names."""
        kept = tuple(one for one in self.ticket.timers if one.kind is not kind or one.name in but)
        if len(kept) < len(self.ticket.timers):
            self.update(timers=kept)

    def _other_timers(self, kind: TimerKind, name: str) -> tuple[Timer, ...]:
        return tuple(timer for timer in self.ticket.timers if timer.kind is not kind or timer.name != name)

    def conclude(self) -> None:
        """What came of the stimulus itself is decided: what follows only follows from the ticket's facts."""
        self._answer = self._entries[-1].reason if self._entries else None

    def facts(self) -> Facts:
        """What rules may ask of the ticket as it now stands."""
        ticket = self.ticket
        if self._facts is None or self._facts[0] is not ticket:
            self._facts = (ticket, facts_of(ticket, self.policy, self.now))
        return self._facts[1]

    def put_record(self, record: Record) -> None:
        """Set the ticket's record on a platform; the first one that it had stays the first."""
        there = [one.ref.platform for one in self.ticket.records]
        kept = tuple(record if one.ref.platform == record.ref.platform else one for one in self.ticket.records)
        self.update(records=kept if record.ref.platform in there else (*kept, record))

    def lane(self, platform: str) -> str:
        """Where the writes to that platform's record queue up."""
        return f"{self.ticket.id}/{platform}"

    def finish(self) -> Outcome:
        """The outcome: at most one write per record, then the notices."""
        writes = [self._write_to(record) for record in self.ticket.records]
        notices = [self._notice(notice, reason) for notice, reason in self._notices]
        actions = (*(action for action in writes if action), *self._remarks, *notices)
        return Outcome(
            ticket=self.ticket,
            entries=tuple(self._entries),
            actions=actions,
            withdraw_notices=self._withdraw,
            release_notices=self._release,
            confirms=tuple(self._confirms),
            refused=self.refused,
            answer=self._answer,
            turn=self._turn,
            signals=tuple(self._signals),
            to_children=tuple(self._to_children),
        )

    def _write_to(self, record: Record) -> Action | None:
        changes = self._writing.changes(record, self.ticket, self.policy)
        if changes is None:
            return None
        creating = is_creation(record)
        if creating or not self.ticket.shadow:  # a shadowed write never arrives, so nothing of it is to be expected
            self.put_record(record.asked(changes.said()))
        return Action(
            operation_id=self.next_operation(),
            ticket_id=self.ticket.id,
            verb=Verb.CREATE_RECORD if creating else Verb.WRITE_RECORD,
            lane=self.lane(record.ref.platform),
            platform=record.ref.platform,
            reason=self._writing.reason or self._entries[-1].reason,
            changes=changes,
        )

    def next_operation(self) -> str:
        """An operation id that was never given before."""
        self.update(operations=self.ticket.operations + 1)
        return f"{self.ticket.uid}-{self.ticket.operations}"

    def _notice(self, notice: Notice, reason: Reason) -> Action:
        return Action(
            operation_id=self.next_operation(),
            ticket_id=self.ticket.id,
            verb=Verb.NOTIFY,
            lane=f"{self.ticket.id}/notify/{notice.recipient}",
            reason=reason,
            notice=met(notice, self.ticket, self.policy),
        )

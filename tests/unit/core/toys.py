"""Two toy platforms that keep a ticket's records, and a world that delivers what they say late, twice, or never."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from core.engine import step
from core.model import (
    Action,
    Event,
    EventKind,
    Impact,
    Party,
    Receipt,
    Record,
    RecordRef,
    Report,
    Severity,
    State,
    Ticket,
    Unopened,
    Urgency,
    Verb,
)
from core.policy import Policy
from tests.unit.core.conftest import NOON

PRIORITIES = {"SEV1": (1, 1), "SEV2": (1, 2), "SEV3": (2, 2), "SEV4": (3, 3)}
"""What a platform shows that has one priority for impact and urgency."""
CUT = 45


@dataclass
class Toy:
    """A platform with one record. A `blunt` one cuts titles, has one priority, and only three states.

    It says what was changed if it `tells`, and `echoes` our own writes.
    """

    name: str
    blunt: bool = False
    tells: bool = True
    echoes: bool = True
    version: int = 0
    stands: dict[str, Any] = field(default_factory=dict)
    queue: list[Event] = field(default_factory=list)
    done: dict[str, Receipt] = field(default_factory=dict)
    written: int = 0

    @property
    def ref(self) -> RecordRef:
        return RecordRef(self.name, "things", f"id-{self.name}", f"{self.name.upper()}-1")

    def edit(self, name: str, value: Any, who: str, at: datetime) -> bool:
        """A person changes a field; False where it is so already."""
        if self.blunt and name in {"impact", "urgency"}:
            values = dict(zip(("impact", "urgency"), PRIORITIES[f"SEV{int(value) + 1}"], strict=True))
        else:
            values = {name: value}
        is_news = any(self.stands.get(name) != value for name, value in values.items())
        if is_news:
            self._change(values, Party(login=who, name=who.title()), at, own=False)
        return is_news

    def write(self, action: Action, at: datetime) -> Receipt:
        """One of our writes; the same operation is done once."""
        if action.operation_id not in self.done:
            values = self._held(action)
            self.written += 1
            self._change(values, Party(login="rung"), at, own=True)
            self.done[action.operation_id] = self._answer(action)
        return self.done[action.operation_id]

    def shown(self, at: datetime) -> Event:
        """The record as somebody who reads it finds it."""
        return self._event(None, at, changed=None, own=False)

    def _held(self, action: Action) -> dict[str, Any]:
        said = action.changes
        values = {name: getattr(said, name) for name in ("title", "description", "state", "assignee")}
        values = {name: value for name, value in values.items() if value is not None}
        if not self.blunt:
            grades = {"impact": said.impact, "urgency": said.urgency}
            return values | {name: int(value) for name, value in grades.items() if value is not None}
        if "title" in values:
            values["title"] = values["title"][:CUT]
        if values.get("state") is State.CLOSED:
            values["state"] = State.RESOLVED
        if values.get("state") is State.ON_HOLD:
            del values["state"]
        if said.severity is not None:
            values |= dict(zip(("impact", "urgency"), PRIORITIES[said.severity.value], strict=True))
        return values

    def _answer(self, action: Action) -> Receipt:
        """What the connectors answer: our word where what we sent stands, else what is there."""
        said, told = action.changes.said(), {}
        for name in ("title", "description", "state", "assignee"):
            told[name] = str(self.stands.get(name, ""))
        if said.get("state") == "closed" and self.blunt:
            told["state"] = "closed"
        if self.blunt and "severity" in said:
            told["severity"] = said["severity"]
        if not self.blunt:
            told |= {name: str(self.stands[name]) for name in ("impact", "urgency") if name in self.stands}
        return Receipt(self.ref, self.version, told)

    def _change(self, values: dict[str, Any], who: Party, at: datetime, *, own: bool) -> None:
        news = frozenset(name for name, value in values.items() if self.stands.get(name) != value)
        self.stands |= values
        self.version += 1
        if not own or self.echoes:
            self.queue.append(self._event(who, at, changed=news if self.tells else None, own=own))

    def _event(self, who: Party | None, at: datetime, *, changed: frozenset[str] | None, own: bool) -> Event:
        stands = self.stands
        return Event(
            source=self.name,
            kind=EventKind.UPDATED,
            key=self.ref.id,
            record=self.ref,
            title=stands.get("title"),
            description=stands.get("description"),
            impact=Impact(stands["impact"]),
            urgency=Urgency(stands["urgency"]),
            state=State(stands["state"]),
            assignee=Party(email=f"{stands['assignee']}@example.com") if stands.get("assignee") else Party(),
            actor=who,
            version=self.version,
            occurred_at=at,
            changed=changed,
            own=own,
        )


@dataclass
class Pair:
    """A ticket with a record on each of two platforms."""

    policy: Policy
    toys: dict[str, Toy]
    now: datetime = NOON
    ticket: Ticket | Unopened = field(default_factory=lambda: Unopened(1, "k3f9q2abcd"))
    waiting: dict[str, list[Action]] = field(default_factory=dict)
    answers: list[tuple[Action, Receipt]] = field(default_factory=list)
    edits: list[tuple[str, str, Any]] = field(default_factory=list)
    lost: int = 0

    def begin(self) -> Pair:
        """The ticket is opened on the first platform, and stands on the others as it is there."""
        first, *others = self.toys.values()
        first.stands = {"title": "Down", "description": "It is down.", "impact": 2, "urgency": 2, "state": State.NEW}
        first.stands["assignee"] = ""
        self._happens(first.shown(self.now))
        assert isinstance(self.ticket, Ticket)
        for toy in others:
            toy.stands = dict(first.stands)
            seen = {name: str(value) for name, value in toy.stands.items()}
            record = Record(toy.ref, 0, seen=seen, viewed=0)
            self.ticket = replace(self.ticket, records=(*self.ticket.records, record))
            self.waiting.setdefault(toy.name, []).extend(
                replace(one, platform=toy.name) for one in self.waiting.get(first.name, [])
            )
        self.drain()
        for toy in self.toys.values():
            toy.written = 0
        return self

    @property
    def opened(self) -> Ticket:
        assert isinstance(self.ticket, Ticket)
        return self.ticket

    def edit(self, where: str, name: str, value: Any) -> None:
        """A person changes a field.

        Where the platform does not tell what was changed, nobody sets a field back to what it was before a write of
        ours that was not answered yet: that cannot be told from the record as it was.
        """
        record = self.opened.record_on(where)
        if not self.toys[where].tells and record and record.awaits(name) and record.seen.get(name) == str(value):
            return
        self.passes()
        if self.toys[where].edit(name, value, "lee", self.now):
            self.edits.append((where, name, value))

    def deliver(self, where: str, index: int = 0, *, twice: bool = False) -> None:
        """One of the platform's webhooks arrives, and may arrive once more."""
        queue = self.toys[where].queue
        if queue:
            event = queue[index % len(queue)]
            if not twice:
                queue.remove(event)
            self._happens(event)

    def lose(self, where: str, index: int = 0) -> None:
        queue = self.toys[where].queue
        if queue:
            queue.pop(index % len(queue))
            self.lost += 1

    def land(self, where: str) -> None:
        """The next of our writes reaches the platform; its answer is on its way. What people decided is left alone."""
        if self.waiting.get(where) and not any(one.platform == where for one, _ in self.answers):
            action = self._as_delivered(self.waiting[where].pop(0))
            self.passes()
            self.answers.append((action, self.toys[where].write(action, self.now)))

    def answer(self, index: int = 0) -> None:
        if self.answers:
            action, receipt = self.answers.pop(index % len(self.answers))
            self._happens(Report(action, receipt))

    def drain(self) -> None:
        """Everything that is on its way arrives; the tests fail where that has no end."""
        for _ in range(60):
            busy = False
            for name, toy in self.toys.items():
                busy = busy or bool(toy.queue or self.waiting.get(name) or self.answers)
                while toy.queue:
                    self.deliver(name)
                self.land(name)
                while self.answers:
                    self.answer()
            if not busy:
                return
        raise AssertionError("the platforms keep each other busy: a loop")

    def poll(self) -> None:
        """Somebody reads all records."""
        for toy in self.toys.values():
            self.passes()
            self._happens(toy.shown(self.now))

    def passes(self) -> None:
        self.now += timedelta(seconds=1)

    def _as_delivered(self, action: Action) -> Action:
        ticket = self.opened
        said = {name for name, one in ticket.sayings.items() if one.where != "rung"} | ticket.theirs
        decided = {name: ticket.assigned if name == "assignee" else getattr(ticket, name, None) for name in said}
        stale = {name for name in said if getattr(action.changes, name, None) != decided[name]}
        return replace(action, changes=action.changes.without(stale))

    def _happens(self, stimulus: Event | Report) -> None:
        outcome = step(self.ticket, stimulus, self.policy, self.now)
        self.ticket = outcome.ticket or self.ticket
        for action in outcome.actions:
            if action.verb is not Verb.NOTIFY:
                self.waiting.setdefault(action.platform, []).append(action)

    @property
    def writes(self) -> int:
        return sum(toy.written for toy in self.toys.values())

    def told(self, names: list[str]) -> dict[str, tuple[object, ...]]:
        """What the ticket has, and each record shows."""
        records = self.opened.records
        return {name: (getattr(self.opened, name), *(one.seen.get(name) for one in records)) for name in names}

    def agree(self, name: str) -> bool:
        """Whether both sides show what the ticket has, as well as each can."""
        value = self.opened.assigned if name == "assignee" else getattr(self.opened, name)
        return all(record.stands(name, str(value)) for record in self.opened.records)


SEVERITIES = tuple(Severity)

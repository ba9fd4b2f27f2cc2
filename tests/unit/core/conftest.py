"""A small organisation to decide about: one team with three levels, one service, one platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from core.engine import Outcome, step
from core.model import (
    Action,
    Event,
    EventKind,
    Impact,
    Party,
    Person,
    ReasonCode,
    Receipt,
    RecordRef,
    Report,
    Severity,
    State,
    Stimulus,
    Ticket,
    TimerDue,
    TimerKind,
    Unopened,
    Urgency,
    Verb,
)
from core.policy import Level, OnCall, Path, Policy, Roster, Service, SeverityRule, Team

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REF = RecordRef("snow", "incident", "a1", "INC0010001", "https://snow.example/a1")
WITHIN = {Severity.SEV1: 5, Severity.SEV2: 15, Severity.SEV3: 60, Severity.SEV4: 240}


def a_level(name: str) -> Level:
    return Level(name=name, acknowledge_within={one: timedelta(minutes=minutes) for one, minutes in WITHIN.items()})


def a_policy(**changes: object) -> Policy:
    matrix = {(i, u): Severity(f"SEV{min(i + u - 1, 4)}") for i in Impact for u in Urgency}
    people = {
        "dana": Person("dana", "Dana Reyes", "dana@example.com", ("mailto://one", "mailto://two")),
        "lee": Person("lee", "Lee Park", "lee@example.com", ("mailto://lee",), {"snow": "lee.park"}),
        "ines": Person("ines", "Ines Moreau", "ines@example.com", ("mailto://ines",)),
    }
    duties = {"L1": OnCall(people=("dana",)), "L2": OnCall(people=()), "L3": OnCall(people=("lee",))}
    team = Team(id="pay", name="Payments Support", groups={"snow": "Payments Support"}, on_call=duties)
    values: dict[str, object] = {
        "version": 7,
        "name": "Test policy",
        "severity": SeverityRule(matrix=matrix, default=Severity.SEV3),
        "paths": {
            "standard": Path(
                name="standard", levels=(a_level("L1"), a_level("L2"), a_level("L3")), last_resorts=("ines",)
            )
        },
        "default_path": "standard",
        "services": {"payments": Service(id="payments", name="Payments", team="pay", aliases=("payment-api",))},
        "roster": Roster(people, {"pay": team}),
        "creates_on": {"alertmanager": "snow"},
    }
    return Policy(**{**values, **changes})  # type: ignore[arg-type] # a test's own words


@dataclass
class Story:
    """A ticket that lives through stimuli at moments that the test chooses."""

    policy: Policy = field(default_factory=a_policy)
    now: datetime = NOON
    ticket: Ticket | Unopened = field(default_factory=lambda: Unopened(1, "k3f9q2abcd"))
    outcome: Outcome = field(default_factory=lambda: Outcome(None))
    actions: list[Action] = field(default_factory=list)
    reasons: list[ReasonCode] = field(default_factory=list)

    def happens(self, stimulus: Stimulus, after: float = 0) -> Story:
        """Something happens, `after` minutes later."""
        self.now += timedelta(minutes=after)
        self.outcome = step(self.ticket, stimulus, self.policy, self.now)
        self.ticket = self.outcome.ticket or self.ticket
        self.actions += self.outcome.actions
        self.reasons = [entry.reason.code for entry in self.outcome.entries]
        return self

    def fires(self, after: float = 0, **changes: object) -> Story:
        return self.happens(an_alert(occurred_at=self.now + timedelta(minutes=after), **changes), after)

    def clears(self, after: float = 0) -> Story:
        return self.happens(an_alert(state=State.RESOLVED, occurred_at=self.now + timedelta(minutes=after)), after)

    def is_changed(self, after: float = 0, **changes: object) -> Story:
        """A person changes the record on the platform."""
        return self.happens(a_record_event(**changes), after)

    def waits(self, after: float | None = None) -> Story:
        """The running timer comes due."""
        timer = self.opened.timers[0]
        minutes = (timer.due_at - self.now).total_seconds() / 60 if after is None else after
        return self.happens(TimerDue(timer.kind, timer.token), minutes)

    def is_created(self, version: int = 0) -> Story:
        """The platform answers the creation."""
        return self.happens(Report(self.last(Verb.CREATE_RECORD), Receipt(REF, version)))

    @property
    def opened(self) -> Ticket:
        assert isinstance(self.ticket, Ticket)
        return self.ticket

    def last(self, verb: Verb) -> Action:
        return [action for action in self.actions if action.verb is verb][-1]

    @property
    def written(self) -> list[Action]:
        """The writes of the latest step."""
        return [action for action in self.outcome.actions if action.verb is not Verb.NOTIFY]

    @property
    def told(self) -> list[str]:
        """Who is told by the latest step."""
        return [action.notice.person for action in self.outcome.actions if action.notice]

    @property
    def waits_for_acknowledgement(self) -> bool:
        return self.opened.timer(TimerKind.ACKNOWLEDGE) is not None


def an_alert(**changes: object) -> Event:
    values: dict[str, object] = {
        "source": "alertmanager",
        "kind": EventKind.ALERT,
        "key": "f1",
        "state": State.NEW,
        "title": "Payments fail",
        "impact": Impact.HIGH,
        "urgency": Urgency.HIGH,
        "service": "payment-api",
    }
    return Event(**{**values, **changes})  # type: ignore[arg-type] # a test's own words


def a_record_event(**changes: object) -> Event:
    values: dict[str, object] = {
        "source": "snow",
        "kind": EventKind.UPDATED,
        "key": "a1",
        "record": REF,
        "state": State.NEW,
        "title": "Payments fail",
        "impact": Impact.HIGH,
        "urgency": Urgency.HIGH,
        "service": "Payments",
        "actor": Party(login="lee.park", name="Lee Park"),
        "assignee": Party(),
        "version": 1,
    }
    return Event(**{**values, **changes})  # type: ignore[arg-type] # a test's own words


@pytest.fixture
def story() -> Callable[..., Story]:
    return Story

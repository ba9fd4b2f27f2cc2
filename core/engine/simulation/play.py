"""One recorded ticket played under a policy: its timers run, and people do what they did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from core.engine.outcome import Outcome
from core.engine.simulation.case import ESCALATIONS, Call, Case, Move
from core.engine.step import step
from core.model import (
    Acknowledge,
    Event,
    EventKind,
    ForeignComment,
    Impact,
    Party,
    ReasonCode,
    RecordRef,
    State,
    Stimulus,
    Ticket,
    TicketKind,
    TimerDue,
    Unopened,
    Urgency,
)
from core.policy import Policy

_PLATFORM = "history"
_TEXTS = ("service", "category", "customer", "region")
_MOST_STEPS = 2000
"""Steps after which one ticket is left alone, whatever is still to come."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """When somebody acknowledges, which no record can tell for a policy that was not in force.

    `same_moment`: when somebody did in truth, whoever has been asked by then. `reaction`: everybody who is asked, after
    the length of time `after`. `nobody`: never.
    """

    kind: Literal["same_moment", "reaction", "nobody"] = "same_moment"
    after: timedelta = timedelta(0)

    @property
    def sentence(self) -> str:
        """The assumption as people read it."""
        if self.kind == "nobody":
            return "Assumed: nobody ever acknowledges."
        if self.kind == "reaction":
            minutes = self.after.total_seconds() / 60
            return f"Assumed: whoever is asked acknowledges {minutes:g} minutes later, unless the level has passed on."
        return "Assumed: a ticket is acknowledged at the moment at which it was in truth, by whoever has it by then."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of one ticket under the policy. `acknowledged_after` is in seconds from its opening."""

    severity: str
    escalations: int = 0
    breaches: int = 0
    exhausted: bool = False
    acknowledged_after: float | None = None
    calls: tuple[Call, ...] = ()


class _Life:
    """A ticket that lives through its case."""

    def __init__(self, case: Case, policy: Policy, assumption: Assumption) -> None:
        self._case, self._policy, self._assumption = case, policy, assumption
        self._version = 0
        self._acknowledges_at: datetime | None = None
        self._steps = 0
        self.ticket: Ticket | None = None
        self.calls: list[Call] = []
        self.escalations = self.breaches = 0
        self.acknowledged_at: datetime | None = None
        self.was_exhausted = False

    def live(self, until: datetime) -> None:
        """From its opening to its end, or to `until` where it is still open then."""
        self._step(_opening(self._case), self._case.opened_at)
        for move in sorted(self._case.moves, key=lambda one: one.at):
            self._wait(move.at)
            if move.deed == "acknowledged":
                if self._assumption.kind == "same_moment":
                    self._acknowledge(move.at)
            else:
                self._step(self._change(move), move.at)
        self._wait(until)

    def _wait(self, until: datetime) -> None:
        """Let the timers run, and whoever reacts react, up to a moment."""
        while self.ticket is not None and self.ticket.state.is_open and self._steps < _MOST_STEPS:
            timer = min(self.ticket.timers, key=lambda one: one.due_at, default=None)
            reacts = self._acknowledges_at
            if reacts is not None and reacts <= until and (timer is None or reacts < timer.due_at):
                self._acknowledges_at = None
                self._acknowledge(reacts)
            elif timer is not None and timer.due_at <= until:
                self._step(TimerDue(timer.kind, timer.token, timer.name), timer.due_at)
            else:
                return

    def _acknowledge(self, at: datetime) -> None:
        if self.ticket is not None and self.ticket.state.is_open and not self.ticket.is_acknowledged:
            self._step(Acknowledge(self.ticket.owner or "somebody", "as assumed"), at)

    def _step(self, stimulus: Stimulus, at: datetime) -> None:
        self._steps += 1
        outcome = step(self.ticket or Unopened(1, "simulated"), stimulus, self._policy, at)
        if outcome.ticket is None:
            return
        self.ticket = outcome.ticket
        self._count(outcome, at)

    def _count(self, outcome: Outcome, at: datetime) -> None:
        codes = [entry.reason.code for entry in outcome.entries]
        self.escalations += sum(code in ESCALATIONS for code in codes)
        self.breaches += sum(code.name.endswith("BREACHED") for code in codes)
        self.was_exhausted = self.was_exhausted or ReasonCode.EXHAUSTED in codes
        asks = [action.notice for action in outcome.actions if action.notice and action.notice.offers_acknowledge]
        self.calls += [Call(at, notice.person) for notice in asks if notice.person]
        ticket = outcome.ticket
        if ticket is not None and ticket.is_acknowledged:
            self.acknowledged_at = self.acknowledged_at or at
            self._acknowledges_at = None
        elif asks and self._assumption.kind == "reaction":
            self._acknowledges_at = at + self._assumption.after

    def _change(self, move: Move) -> Event:
        """The move as a platform would tell it: only what changed is said."""
        self._version += 1
        told = Event(
            source=_PLATFORM,
            kind=EventKind.UPDATED,
            key=self._case.id,
            record=_record(self._case),
            actor=Party(name="Somebody"),
            version=self._version,
            occurred_at=move.at,
        )
        values = move.values
        said: dict[str, Any] = {name: values[name] for name in _TEXTS if name in values}
        said |= _grades(values.get("impact", ""), values.get("urgency", ""))
        said["state"] = State(values["state"]) if "state" in values else None
        if move.deed == "updated":
            said["kind"] = EventKind.COMMENTED
            said["comment"] = ForeignComment(str(self._version), "", Party(name="Somebody"))
        return replace(told, **said)


def stage(policy: Policy) -> Policy:
    """The policy as it is played by: no record is created anywhere, and a case's team is a group of that name."""
    roster = policy.roster
    teams = {name: replace(team, groups={_PLATFORM: name}) for name, team in roster.teams.items()}
    return replace(policy, creates_on={}, roster=replace(roster, teams=teams))


def play(case: Case, policy: Policy, assumption: Assumption, until: datetime) -> Told:
    """Play a case under a policy from `stage`. Every message is assumed to arrive; nothing is written anywhere."""
    life = _Life(case, policy, assumption)
    life.live(until)
    return Told(
        severity=life.ticket.severity.value if life.ticket else "",
        escalations=life.escalations,
        breaches=life.breaches,
        exhausted=life.was_exhausted,
        acknowledged_after=(life.acknowledged_at - case.opened_at).total_seconds() if life.acknowledged_at else None,
        calls=tuple(life.calls),
    )


def _opening(case: Case) -> Event:
    return Event(
        source=case.source or _PLATFORM,
        kind=EventKind.CREATED,
        key=case.id,
        record=_record(case),
        ticket_kind=TicketKind(case.kind),
        state=State.NEW,
        title=case.title,
        service=case.service or None,
        category=case.category or None,
        configuration_item=case.configuration_item or None,
        customer=case.customer or None,
        region=case.region or None,
        language=case.language or None,
        caller=Party(name=case.caller) if case.caller else None,
        labels=case.labels,
        assignment_group=case.team or None,
        version=0,
        occurred_at=case.opened_at,
        **_grades(case.impact, case.urgency),
    )


def _record(case: Case) -> RecordRef:
    return RecordRef(_PLATFORM, _PLATFORM, case.id, case.id)


def _grades(impact: str, urgency: str) -> dict[str, Any]:
    return {
        "impact": Impact[impact.upper()] if impact else None,
        "urgency": Urgency[urgency.upper()] if urgency else None,
    }

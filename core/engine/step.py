"""`step`: one ticket, one stimulus, one outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from core.engine import alerts, commands, drift, handover, opening, rebase, records, reports, signals
from core.engine.acknowledging import awaited, expire
from core.engine.afterwards import look_again
from core.engine.communication import update_is_due
from core.engine.draft import Draft
from core.engine.escalation import time_is_up
from core.engine.heard import hear
from core.engine.holding import hold_over, snooze_over
from core.engine.outcome import Outcome
from core.engine.wording import listed, span
from core.model import (
    ALONE,
    ChildChanged,
    Command,
    DriftLook,
    EntryKind,
    Event,
    EventKind,
    Gathered,
    LikeCount,
    OpenMajor,
    ParentChanged,
    ReasonCode,
    Rebase,
    Report,
    ShiftChanged,
    State,
    Stimulus,
    SurgeOver,
    Surroundings,
    Ticket,
    Timer,
    TimerDue,
    TimerKind,
    Unopened,
)
from core.policy import Policy


def step(
    ticket: Ticket | Unopened, stimulus: Stimulus, policy: Policy, now: datetime, around: Surroundings = ALONE
) -> Outcome:
    """Decide what a stimulus means for a ticket at the moment `now` (UTC), with those surroundings.

    Given an `Unopened` identity and an Event, opens the ticket, or returns an outcome without one if the event does not
    call for it. Pure and total: the same arguments always give the same outcome, and no valid stimulus raises.
    """
    if isinstance(ticket, Unopened):
        return _open(ticket, stimulus, policy, now, around)
    draft = Draft(ticket, policy, now, around)
    match stimulus:
        case Event(kind=EventKind.ALERT):
            alerts.apply(draft, stimulus)
        case Event():
            records.apply(draft, stimulus)
        case TimerDue():
            _timer_due(draft, stimulus)
        case Command():
            _command(draft, stimulus)
        case Report():
            reports.apply(draft, stimulus)
        case Rebase() | ShiftChanged() | DriftLook():
            _looked_over(draft, stimulus)
        case LikeCount() | Gathered() | ParentChanged() | ChildChanged() | SurgeOver():
            signals.apply(draft, stimulus)
    draft.conclude()
    look_again(draft)
    return draft.finish()


def _looked_over(draft: Draft, stimulus: Rebase | ShiftChanged | DriftLook) -> None:
    """What comes to tickets of itself: a newer policy, another shift, a look at what stands on a platform."""
    match stimulus:
        case Rebase():
            rebase.apply(draft, stimulus)
        case ShiftChanged():
            handover.apply(draft, stimulus)
        case DriftLook():
            drift.look(draft, stimulus)


def _command(draft: Draft, command: Command) -> None:
    commands.apply(draft, command)
    if draft.refused is None:
        hear(draft)


def _open(identity: Unopened, stimulus: Stimulus, policy: Policy, now: datetime, around: Surroundings) -> Outcome:
    if isinstance(stimulus, Event):
        return opening.open_ticket(identity, stimulus, policy, now, around)
    if isinstance(stimulus, OpenMajor):
        return opening.open_like(identity, stimulus, policy, now, around)
    return Outcome(None)


def _timer_due(draft: Draft, due: TimerDue) -> None:
    ticket = draft.ticket
    timer = ticket.timer(due.kind, due.name)
    if timer is None or timer.token != due.token or timer.due_at > draft.now:
        draft.log(EntryKind.DECISION, "clock", ReasonCode.TIMER_OUTDATED)
        return
    draft.stop_timer(due.kind, due.name)
    _WHEN_DUE[due.kind](draft, timer)


def _close(draft: Draft, _: Timer) -> None:
    draft.update(state=State.CLOSED)
    draft.log(EntryKind.DECISION, "clock", ReasonCode.CLOSED_BY_TIME, within=span(draft.policy.reopen_within))


def _nobody_acknowledged(draft: Draft, timer: Timer) -> None:
    within = span(timer.due_at - (draft.ticket.awaiting_since or timer.due_at))
    missing = awaited(draft) if any(one.acknowledged_at for one in draft.ticket.asked) else []
    who = f"{listed(missing)} did not acknowledge" if missing else "nobody acknowledged"
    time_is_up(draft, f"{who} within {within}")


def _trigger_due(_: Draft, __: Timer) -> None:
    """What follows from a trigger's time is seen after every step."""


def _look_at_clock(_: Draft, __: Timer) -> None:
    """A clock came to a mark: the look after every step sees that, also where another step was first."""


_WHEN_DUE: Mapping[TimerKind, Callable[[Draft, Timer], None]] = {
    TimerKind.ACKNOWLEDGE: _nobody_acknowledged,
    TimerKind.ALERT: alerts.lapse,
    TimerKind.CLOCK: _look_at_clock,
    TimerKind.UPDATE: update_is_due,
    TimerKind.ACKNOWLEDGEMENT: expire,
    TimerKind.TRIGGER: _trigger_due,
    TimerKind.CLOSE: _close,
    TimerKind.HOLD: hold_over,
    TimerKind.SNOOZE: snooze_over,
}

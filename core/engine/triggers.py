"""Triggers, looked at after every step: what else than a missing acknowledgement moves a ticket between levels.

None can pass a ticket to and fro for ever: a trigger fires once for each cause, and for one cause once on a level.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from core.engine.choosing import chain
from core.engine.draft import Draft
from core.engine.escalation import begin_again, escalate, move_to
from core.model import EntryKind, Fired, ReasonCode, State, Ticket, TimerKind
from core.policy import ALWAYS, Direction, Trigger
from core.policy.facts import spent_of

_KEPT = 60
"""Fired triggers that a ticket remembers, the latest."""


def pull_triggers(draft: Draft) -> None:
    """Move the ticket where the first trigger that applies says; have it looked at when a trigger's time is over."""
    if not draft.policy.triggers or draft.ticket.gathered:
        draft.stop_timers(TimerKind.TRIGGER)
        return
    if draft.ticket.state.is_open and not draft.is_held:
        _pull(draft)
    _set_timers(draft)


def _pull(draft: Draft) -> None:
    ticket = draft.ticket
    holding = [trigger for trigger in draft.policy.triggers if _holds(trigger, draft)]
    names = {trigger.name for trigger in holding}
    fired = tuple(one if one.trigger in names or not one.holds else replace(one, holds=False) for one in ticket.fired)
    pulled = [trigger for trigger in holding if not _has_fired(trigger, ticket) and _can_move(draft, trigger)]
    new = tuple(Fired(one.name, ticket.level, _occurrence(one, ticket)) for one in pulled)
    if new or fired != ticket.fired:
        draft.update(fired=(*fired, *new)[-_KEPT:])
    for trigger in pulled[1:]:
        facts_told = {"trigger": trigger.name, "because": trigger.because}
        draft.log(EntryKind.DECISION, trigger.name, ReasonCode.TRIGGERED_TOO, **facts_told)
    if pulled:
        _move(draft, pulled[0])


def _move(draft: Draft, trigger: Trigger) -> None:
    draft.decide(trigger.name, ReasonCode.TRIGGERED, trigger=trigger.name, because=trigger.because)
    match trigger.direction:
        case Direction.NEXT:
            draft.update(exhausted=False)
            escalate(draft, trigger.because)
        case Direction.AGAIN:
            begin_again(draft, trigger.because)
        case Direction.UP_TO | Direction.DOWN_TO:
            move_to(draft, draft.policy.path(draft.ticket.path).number(trigger.level), trigger.because)


def _can_move(draft: Draft, trigger: Trigger) -> bool:
    """Whether there is where it leads: not upwards past the last resort, nor down to nobody."""
    ticket, path = draft.ticket, draft.policy.path(draft.ticket.path)
    number = path.number(trigger.level)
    match trigger.direction:
        case Direction.NEXT:
            return not ticket.exhausted
        case Direction.AGAIN:
            return True
        case Direction.UP_TO:
            return number > ticket.level
        case Direction.DOWN_TO:
            return 0 < number < ticket.level and bool(chain(draft, path.levels[number - 1]).candidates)


def _holds(trigger: Trigger, draft: Draft) -> bool:
    """Whether all that the trigger names is true now; the facts are gathered only where the rest is."""
    ticket, now = draft.ticket, draft.now
    counts = ((trigger.reassignments, ticket.reassignments), (trigger.reopenings, ticket.reopenings))
    if any(count < wanted for wanted, count in (*counts, (trigger.like, ticket.like))):
        return False
    if any(spent_of(ticket, clock, draft.policy, now) < wanted for clock, wanted in trigger.spent.items()):
        return False
    due = _due(trigger, ticket)
    is_time = due is not None and due <= now if trigger.is_timed else True
    return is_time and (trigger.condition is ALWAYS or trigger.condition.holds(draft.facts()))


def _due(trigger: Trigger, ticket: Ticket) -> datetime | None:
    """When all its lengths of time are over, if nothing happens; None where one of them does not run."""
    moments = list(_moments(trigger, ticket))
    return None if None in moments or not moments else max(one for one in moments if one)


def _moments(trigger: Trigger, ticket: Ticket) -> Iterator[datetime | None]:
    here, severity = ticket.level_since or ticket.opened_at, ticket.severity
    silent_since = None if ticket.state is State.ON_HOLD else ticket.heard_at or ticket.opened_at
    runs = (
        (trigger.silent_for, silent_since),
        (trigger.open_for, ticket.opened_at),
        (trigger.acknowledged_for, ticket.acknowledged_at),
    )
    for within, since in runs:
        if within:
            yield max(since, here) + within[severity] if since else None


def _has_fired(trigger: Trigger, ticket: Ticket) -> bool:
    """Whether it has fired for the same cause: on this level, or on another while the cause has lasted ever since."""
    cause = _occurrence(trigger, ticket)
    mine = (one for one in ticket.fired if (one.trigger, one.occurrence) == (trigger.name, cause))
    return any(one.holds or one.level == ticket.level for one in mine)


def _occurrence(trigger: Trigger, ticket: Ticket) -> str:
    """What tells one cause of the trigger from the next; a reopened ticket's are new ones, but for what counts on."""
    counts = (
        (trigger.reassignments, ticket.reassignments),
        (trigger.reopenings, ticket.reopenings),
        (trigger.like, ticket.like),
    )
    parts = [f"{count // wanted}" for wanted, count in counts if wanted] or [f"reopened {ticket.reopenings}"]
    if trigger.silent_for:
        parts.append(f"silent since {(ticket.heard_at or ticket.opened_at).isoformat()}")
    if trigger.acknowledged_for and ticket.acknowledged_at:
        parts.append(f"acknowledged {ticket.acknowledged_at.isoformat()}")
    if trigger.is_timed:
        parts.append(f"level {ticket.level}")
    return ", ".join(parts)


def _set_timers(draft: Draft) -> None:
    """Have the ticket looked at when a trigger's lengths of time are over; what is over already waits for facts."""
    timed = {trigger.name: trigger for trigger in draft.policy.triggers if trigger.is_timed}
    for timer in draft.ticket.timers:
        if timer.kind is TimerKind.TRIGGER and timer.name not in timed:
            draft.stop_timer(TimerKind.TRIGGER, timer.name)
    for name, trigger in timed.items():
        ticket = draft.ticket
        due, running = _due(trigger, ticket), ticket.timer(TimerKind.TRIGGER, name)
        hold = ticket.hold
        if due is not None and hold is not None:
            due = max(due, hold.until)
        if due is None or due <= draft.now or not ticket.state.is_open or _has_fired(trigger, ticket):
            draft.stop_timer(TimerKind.TRIGGER, name)
        elif running is None or running.due_at != due:
            draft.set_timer(TimerKind.TRIGGER, due, name)

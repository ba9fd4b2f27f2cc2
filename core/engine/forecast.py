"""What would happen from now on if nobody did anything: the engine itself, run ahead along its own timers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from core.engine.outcome import Outcome
from core.engine.step import step
from core.model import ALONE, Event, Reason, ShiftChanged, Surroundings, Ticket, TimerDue, TimerKind, Unopened, Verb
from core.policy import Handover, Policy, shifts

_REPEATS = 3
"""How often updates that alone are still to come are foretold: they go on in that way."""
LONGEST = 200
"""Moments after which a forecast ends, whatever is still to come."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment: the level on which it then stands, who is told (roster ids, and channels), who has it then, which
    platforms are written to, and why.

    With `shadow` none of that is done: the ticket is shadowed.
    """

    at: datetime
    level: str
    told: tuple[str, ...]
    owner: str
    writes: tuple[str, ...]
    reasons: tuple[Reason, ...]
    shadow: bool = False


def forecast_event(event: Event, policy: Policy, at: datetime, around: Surroundings = ALONE) -> tuple[Moment, ...]:
    """What an event would set going if it arrived at that moment and no ticket knew it; empty if it opened none.

    What is around the ticket is taken to stay as it is.
    """
    outcome = step(Unopened(0, "forecast"), event, policy, at, around)
    if outcome.ticket is None:
        return ()
    return (_moment(outcome, policy, at), *_onward(outcome.ticket, policy, around))


def forecast_ticket(ticket: Ticket, policy: Policy, around: Surroundings = ALONE) -> tuple[Moment, ...]:
    """What a ticket's timers will bring, if nobody does anything, every message arrives and all around it stays."""
    return tuple(_onward(ticket, policy, around))


def _onward(ticket: Ticket, policy: Policy, around: Surroundings) -> Sequence[Moment]:
    moments: list[Moment] = []
    told: dict[str, int] = {}
    steps = 0
    while ticket.timers and steps < LONGEST:
        steps += 1
        timer = min(ticket.timers, key=lambda one: one.due_at)
        if all(one.kind is TimerKind.UPDATE for one in ticket.timers) and told.get(timer.name, 0) >= _REPEATS:
            break
        if timer.kind is TimerKind.UPDATE:
            told[timer.name] = told.get(timer.name, 0) + 1
        change = _shift_before(ticket, policy, timer.due_at)
        at = change.at if change else timer.due_at
        outcome = step(ticket, change or TimerDue(timer.kind, timer.token, timer.name), policy, at, around)
        if outcome.ticket is None:
            break
        if outcome.entries or outcome.actions:
            moments.append(_moment(outcome, policy, at))
        ticket = outcome.ticket
    return moments


def _shift_before(ticket: Ticket, policy: Policy, until: datetime) -> ShiftChanged | None:
    """The first shift change up to a moment at which whoever has the ticket passes it on."""
    level = policy.path(ticket.path).level(ticket.level)
    team = (level.team if level else "") or ticket.team
    duty = policy.roster.duty(team, level.name) if level and ticket.owner else None
    if duty is None or level is None or duty.handover is Handover.STAY:
        return None
    if duty.handover is Handover.UNACKNOWLEDGED and ticket.is_acknowledged:
        return None
    found = [one for one in shifts(duty, ticket.updated_at, until, policy.roster.time_off) if one.person]
    for before, after in pairwise(found):
        if before.person == ticket.owner != after.person:
            return ShiftChanged(
                team=team, level=level.name, incoming=after.person, at=after.start, outgoing=(before.person,)
            )
    return None


def _moment(outcome: Outcome, policy: Policy, at: datetime) -> Moment:
    ticket = outcome.ticket
    level = policy.path(ticket.path).level(ticket.level) if ticket else None
    return Moment(
        at=at,
        level=level.name if level else "",
        told=tuple(action.notice.person or action.notice.channel for action in outcome.actions if action.notice),
        owner=ticket.owner if ticket else "",
        writes=tuple(action.platform for action in outcome.actions if action.verb is not Verb.NOTIFY),
        reasons=tuple(entry.reason for entry in outcome.entries),
        shadow=outcome.ticket.shadow if outcome.ticket else False,
    )

"""A shift change: the one coming in is told what is open, and the duty's rule says whether tickets move or stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.engine.asking import ask_instead
from core.engine.draft import Draft
from core.engine.wording import duty_notice, span
from core.model import EntryKind, Notice, ReasonCode, ShiftChanged, Ticket, TimerKind
from core.policy import Handover, OnCall, Policy
from core.policy.localtime import told_there

LISTED = 20
"""Tickets that a summary names; the others are counted."""


def concerns(ticket: Ticket, policy: Policy, change: ShiftChanged) -> bool:
    """Whether an open ticket stands on the level of the team whose duty has passed on."""
    level = policy.path(ticket.path).level(ticket.level)
    if level is None or not ticket.state.is_open:
        return False
    return (level.team or ticket.team, level.name) == (change.team, change.level)


def apply(draft: Draft, change: ShiftChanged) -> None:
    """Take in that the duty has passed on: bring the summary if it is this ticket's to bring, and move or stay."""
    if change.summary is not None:
        _tell(draft, change, change.summary)
    if not concerns(draft.ticket, draft.policy, change):
        return
    why = _why_it_stays(draft.ticket, draft.policy, change)
    if why:
        owner = draft.policy.roster.name(draft.ticket.owner) or "nobody"
        draft.log(EntryKind.DECISION, "on-call", ReasonCode.SHIFT_STAYED, **_facts(draft.policy, change, owner, why))
    elif draft.ticket.owner != change.incoming:
        _move(draft, change)


def _why_it_stays(ticket: Ticket, policy: Policy, change: ShiftChanged) -> str:
    """Why the ticket does not go to the one coming in; "" where it does, or is theirs already."""
    rule = (policy.roster.duty(change.team, change.level) or OnCall()).handover
    if ticket.owner == change.incoming:
        return ""
    if ticket.hold is not None:
        return f"{ticket.hold.by} has put automation on hold"
    if rule is Handover.STAY:
        return "the duty's rule is that tickets stay"
    if rule is Handover.UNACKNOWLEDGED and ticket.is_acknowledged:
        return f"{ticket.acknowledged_by} has acknowledged it"
    if ticket.owner and ticket.owner not in change.outgoing:
        return "it was not theirs who had the duty before"
    return ""


def _move(draft: Draft, change: ShiftChanged) -> None:
    """Assign it to the one coming in; what nobody has acknowledged yet is asked of them, in the time that is left."""
    ticket, roster = draft.ticket, draft.policy.roster
    outgoing = roster.name(ticket.owner) or "nobody"
    timer = ticket.timer(TimerKind.ACKNOWLEDGE)
    draft.update(owner=change.incoming, theirs=ticket.theirs - {"assignee"})
    facts = {**_facts(draft.policy, change), "outgoing": outgoing}
    reason = draft.decide("on-call", ReasonCode.SHIFT_MOVED, **facts)
    draft.write(assignee=change.incoming)
    if timer is not None and not ticket.is_acknowledged:
        draft.withdraw_notices()
        ask_instead(draft, ticket.owner, change.incoming)
        left = timer.due_at - draft.now
        tried = f"{outgoing} was asked before."
        draft.notify(duty_notice(draft.ticket, draft.policy, change.incoming, left, reason.sentence, tried), reason)


def _tell(draft: Draft, change: ShiftChanged, summary: Notice) -> None:
    facts = {**_facts(draft.policy, change), "count": _counted(change.count)}
    reason = draft.log(EntryKind.DECISION, "on-call", ReasonCode.SHIFT_TOLD, **facts)
    draft.notify(summary, reason)


def _facts(policy: Policy, change: ShiftChanged, owner: str = "", why: str = "") -> dict[str, str]:
    roster = policy.roster
    facts = {"person": roster.name(change.incoming), "level": change.level, "team": roster.team_name(change.team)}
    return {**facts, "owner": owner, "why": why} if why else facts


def worst_first(one: tuple[Ticket, Policy]) -> tuple[int, bool, int]:
    """The order in which tickets are summarised, each with the policy that it runs under."""
    ticket = one[0]
    return ticket.severity.rank, ticket.is_acknowledged, ticket.id


def summary(
    change: ShiftChanged, worst: Sequence[tuple[Ticket, Policy]], now: datetime, *, count: int, waiting: int
) -> Notice:
    """Tells the one coming in of the `count` open tickets, `waiting` of them not acknowledged; `worst` are the first
    `LISTED` of them, the worst first, at least one.

    Whose each will be is said as the duty's rule will have it.
    """
    policy = worst[0][1]
    roster, duty = policy.roster, policy.roster.duty(change.team, change.level) or OnCall()
    lines = [_line(ticket, its, change, now) for ticket, its in worst]
    more = [f"And {count - len(worst)} more."] if count > len(worst) else []
    before = ", ".join(map(roster.name, change.outgoing)) or "nobody"
    since = told_there(change.at, duty.time_zone)
    return Notice(
        person=change.incoming,
        headline=f"{change.level} of {roster.team_name(change.team)} is yours: {_counted(count)}, "
        f"{waiting or 'none'} not acknowledged",
        ask="\n".join([*lines, *more]),
        why=f"Your shift began {since}, after {before}. {_RULES[duty.handover]}",
        offers_acknowledge=False,
        informs=True,
    )


_RULES = {
    Handover.STAY: "Their open tickets stay with them.",
    Handover.MOVE: "Their open tickets are now yours.",
    Handover.UNACKNOWLEDGED: "Their tickets that nobody has acknowledged are now yours.",
}


def _line(ticket: Ticket, policy: Policy, change: ShiftChanged, now: datetime) -> str:
    """Severity, what, state, deadline, owner."""
    stays = _why_it_stays(ticket, policy, change) != ""
    owner = "yours" if not stays else policy.roster.name(ticket.owner) or "nobody's"
    deadline = f", {span(ticket.deadline - now)} left" if ticket.deadline else ""
    keys = [record.ref.key for record in ticket.records if record.exists]
    name = " ".join([*keys, ticket.title])
    return f"{ticket.severity} {name}: {_state(ticket)}{deadline}, {owner}"


def _state(ticket: Ticket) -> str:
    if ticket.is_acknowledged:
        return f"{ticket.state.value.replace('_', ' ')}, acknowledged by {ticket.acknowledged_by}"
    return "not acknowledged, every level was tried" if ticket.exhausted else "not acknowledged"


def _counted(count: int) -> str:
    return "1 open ticket" if count == 1 else f"{count} open tickets"

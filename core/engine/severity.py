"""The severity, kept in step with what is known of the ticket and with what a person decided."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter

from core.engine.asking import rearm
from core.engine.draft import Draft
from core.engine.escalation import begin_path
from core.engine.holding import wake
from core.engine.risk import classify
from core.model import Reason, ReasonCode, Severity, Ticket
from core.model.changed import changed
from core.policy import facts_of

_MOVES = frozenset(
    {
        "acknowledged_at",
        "acknowledged_by",
        "acknowledged_severity",
        "alerts",
        "asked",
        "awaiting_since",
        "clocks",
        "comments",
        "conflicts",
        "duties_done",
        "exhausted",
        "fired",
        "handoff",
        "heard_at",
        "hold",
        "level",
        "level_since",
        "operations",
        "owner",
        "owners",
        "path",
        "policy_severity",
        "records",
        "resolution",
        "round",
        "sayings",
        "segment",
        "severity",
        "skill",
        "snooze",
        "team",
        "theirs",
        "timer_token",
        "timers",
        "told",
        "told_of_risk",
        "updated_at",
    }
)
"""What follows from the severity, or changes with nearly every step, and decides no severity."""
_basis = attrgetter(*(one.name for one in fields(Ticket) if one.name not in _MOVES))

_CHANGED = {
    ReasonCode.SEVERITY_DERIVED: ReasonCode.SEVERITY_CHANGED,
    ReasonCode.SEVERITY_DEFAULT: ReasonCode.SEVERITY_CHANGED_TO_DEFAULT,
    ReasonCode.SEVERITY_BY_SEGMENT: ReasonCode.SEVERITY_CHANGED_BY_SEGMENT,
    ReasonCode.SEVERITY_BY_RULE: ReasonCode.SEVERITY_CHANGED_BY_RULE,
    ReasonCode.MAJOR_SEVERITY: ReasonCode.MAJOR_SEVERITY,
}
"""What is said of a severity that changes, by the reason why it is the new one."""


def begin(draft: Draft) -> Reason:
    """Give a new ticket its segment, its severity and its classes of risk; returns why it is so severe."""
    _belong(draft)
    why = _judge(draft)
    classify(draft)
    return _judge(draft) if is_outdated(draft) else why


def _judge(draft: Draft) -> Reason:
    severity, why = _derived(draft)
    draft.update(severity=severity, policy_severity=severity)
    draft.judged = draft.ticket
    return why


def is_outdated(draft: Draft) -> bool:
    """Whether anything that can decide the severity has changed since it was last looked at."""
    ticket = draft.ticket
    return ticket.state.is_open and (ticket.policy_severity is None or _basis(ticket) != _basis(draft.judged))


def look(draft: Draft) -> None:
    """Derive segment and severity anew if anything that decides them has changed; a person's severity stands."""
    ticket = draft.ticket
    if not is_outdated(draft):
        return
    draft.judged = ticket
    _belong(draft)
    by_policy, why = _derived(draft)
    before = ticket.policy_severity
    draft.update(policy_severity=by_policy)
    override = ticket.severity_override
    if override is None:
        _change(draft, by_policy, why)
    elif before is not None and by_policy is not before:
        code = ReasonCode.SEVERITY_AGREES if by_policy is override.severity else ReasonCode.SEVERITY_STANDS
        known = {"person": override.by, "severity": override.severity.value, "policy": by_policy.value}
        draft.decide("severity", code, **known)


def _derived(draft: Draft) -> tuple[Severity, Reason]:
    """What the policy says; a major incident is never less severe than the worst that it gathers."""
    severity, why = draft.policy.severity_of(draft.facts())
    major = draft.ticket.major
    if major is None or severity.rank <= major.floor.rank:
        return severity, why
    return major.floor, Reason(ReasonCode.MAJOR_SEVERITY, {"severity": major.floor.value})


def _belong(draft: Draft) -> None:
    """Find the ticket's segment by what is known of it without one."""
    policy, ticket = draft.policy, draft.ticket
    if not policy.segments and not ticket.segment:
        return
    segment = policy.segment_of(facts_of(changed(ticket, {"segment": ""}), policy, draft.now))
    if segment == ticket.segment:
        return
    draft.update(segment=segment)
    code = ReasonCode.SEGMENT if segment else ReasonCode.SEGMENT_LEFT
    draft.decide("segments", code, segment=segment or ticket.segment)


def _change(draft: Draft, severity: Severity, why: Reason) -> None:
    """Set another severity, and tell why."""
    old = draft.ticket.severity
    if severity is old:
        return
    draft.update(severity=severity)
    draft.decided("severity", Reason(_CHANGED[why.code], {**why.facts, "old": old.value}))
    write(draft)
    follow(draft, old)


def follow(draft: Draft, old: Severity) -> None:
    """Bring what runs in step with a severity that was `old`: what got worse is not left snoozed or given up."""
    worse = draft.ticket.severity.rank < old.rank
    if draft.ticket.exhausted and worse:
        begin_path(draft)
        return
    rearm(draft)
    if worse:
        wake(draft, f"it got worse: {draft.ticket.severity}")


def write(draft: Draft) -> None:
    """Have the severity written, for platforms that derive their priority also as impact and urgency.

    Where a person has set these two on a platform, what automation makes of them is not written over it.
    """
    ticket, rule = draft.ticket, draft.policy.severity
    impact, urgency = rule.shown_as(ticket.severity, ticket.impact, ticket.urgency)
    if (impact, urgency) != (ticket.impact, ticket.urgency) and {"impact", "urgency"} & ticket.theirs:
        return
    draft.write(severity=ticket.severity, impact=impact, urgency=urgency)

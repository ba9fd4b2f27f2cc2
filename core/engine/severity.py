"""A severity that changes while the ticket is open."""

from __future__ import annotations

from core.engine.draft import Draft
from core.engine.escalation import begin_path, rearm
from core.engine.holding import wake
from core.model import ReasonCode, Severity


def change_severity(draft: Draft) -> None:
    """Derive the severity anew from the ticket's impact and urgency; a running wait is measured by the new one.

    A person's severity stands. What got worse after nobody was left to ask is asked of everybody again.
    """
    old = draft.ticket.severity
    if draft.ticket.severity_override is not None:
        return
    severity, why = draft.policy.severity.decide(draft.ticket.impact, draft.ticket.urgency)
    if severity is old:
        return
    draft.update(severity=severity)
    unknown = {"impact": "unknown", "urgency": "unknown"}
    draft.decide("severity", ReasonCode.SEVERITY_CHANGED, **{**unknown, "old": old.value, **why.facts})
    draft.write(severity=severity)
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

"""A severity that changes while the ticket is open."""

from __future__ import annotations

from core.engine.draft import Draft
from core.engine.escalation import begin_path, rearm
from core.model import ReasonCode


def change_severity(draft: Draft) -> None:
    """Derive the severity anew from the ticket's impact and urgency; a running wait is measured by the new one.

    What got worse after nobody was left to ask is asked of everybody again.
    """
    old = draft.ticket.severity
    severity, why = draft.policy.severity.decide(draft.ticket.impact, draft.ticket.urgency)
    if severity is old:
        return
    draft.update(severity=severity)
    unknown = {"impact": "unknown", "urgency": "unknown"}
    draft.decide("severity", ReasonCode.SEVERITY_CHANGED, **{**unknown, "old": old.value, **why.facts})
    draft.write(severity=severity)
    if draft.ticket.exhausted and severity.rank < old.rank:
        begin_path(draft)
    else:
        rearm(draft)

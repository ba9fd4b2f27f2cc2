"""Commands about how severe it is: a person's severity instead of the policy's, and handing it back."""

from __future__ import annotations

from core.engine.draft import Draft
from core.engine.saying import insist, refuse, told
from core.engine.severity import follow, look, write
from core.model import ChangeSeverity, HandBack, ReasonCode, Right, SeverityOverride


def change(draft: Draft, command: ChangeSeverity) -> None:
    """Have it as severe as a person says; the platforms are told in their own measures."""
    old, new = draft.ticket.severity, command.severity
    if new is old:
        refuse(draft, command, Right.SEVERITY_UP, f"it is {new.value} already")
        return
    told(draft, command, ReasonCode.SEVERITY_OVERRIDDEN, old=old.value, severity=new.value)
    name = draft.policy.roster.name(command.by)
    draft.update(severity_override=SeverityOverride(severity=new, by=name, reason=command.reason, at=draft.now))
    impact, urgency = draft.policy.severity.shown_as(new, draft.ticket.impact, draft.ticket.urgency)
    draft.update(severity=new)
    insist(draft, severity=new, impact=impact, urgency=urgency)
    follow(draft, old)


def hand_back(draft: Draft, command: HandBack) -> None:
    """Let the policy decide again: the severity by the facts, and who has it at the next level."""
    if not draft.ticket.theirs and draft.ticket.severity_override is None:
        refuse(draft, command, Right.HAND_BACK, "nothing of it was set by a person")
        return
    told(draft, command, ReasonCode.GIVEN_BACK)
    was_overridden = draft.ticket.severity_override is not None
    draft.update(theirs=frozenset(), severity_override=None)
    look(draft)
    if was_overridden:
        write(draft)

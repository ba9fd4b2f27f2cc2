"""Roll-out: whether a ticket is only shadowed."""

from __future__ import annotations

from core.engine.draft import Draft
from core.model import ReasonCode


def roll_out(draft: Draft) -> None:
    """Shadow a ticket that opens, if the policy says so of its service or team."""
    why = draft.policy.roll_out.why(draft.ticket.service, draft.ticket.team)
    if why:
        draft.update(shadow=True)
        draft.decide("roll-out", ReasonCode.SHADOWED, why=why)

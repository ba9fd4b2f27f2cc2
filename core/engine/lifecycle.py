"""The end of a ticket, and its coming back."""

from __future__ import annotations

from core.engine import severity
from core.engine.draft import Draft
from core.engine.escalation import begin_path
from core.model import ReasonCode, State, TimerKind


def end(draft: Draft, state: State, resolution: str = "") -> None:
    """Stop everything that runs; a resolved ticket stays open to be reopened for as long as the policy says."""
    draft.update(state=state, resolution=resolution or draft.ticket.resolution, exhausted=False, awaiting_since=None)
    draft.update(resolved_at=draft.ticket.resolved_at or draft.now)
    draft.stop_timer(TimerKind.ACKNOWLEDGE)
    draft.stop_timer(TimerKind.CLOSE)
    draft.withdraw_notices()
    draft.take_back_requests()
    if state is State.RESOLVED:
        draft.set_timer(TimerKind.CLOSE, draft.now + draft.policy.reopen_within)


def hand_back(draft: Draft, actor: str, platform: str, group: str) -> None:
    """Somebody gave it back after it had been taken: it is asked for again, of the team whose group now has it."""
    team = draft.policy.roster.team_of_group(group, platform) or draft.ticket.team
    reassigned(draft, team=team)
    draft.update(team=team, theirs=frozenset())
    draft.decide("lifecycle", ReasonCode.HANDED_BACK, actor=actor, platform=platform)
    begin_path(draft)


def reopen(draft: Draft, state: State, why: str) -> None:
    """Take it up again from the first level; who had acknowledged it before has not done so now."""
    draft.stop_timer(TimerKind.CLOSE)
    draft.update(state=state, resolved_at=None, resolution="", theirs=frozenset())
    draft.update(reopenings=draft.ticket.reopenings + 1, heard_at=draft.now)
    draft.decide("lifecycle", ReasonCode.REOPENED, why=why)
    severity.look(draft)
    begin_path(draft)


def reassigned(draft: Draft, owner: str = "", team: str = "") -> None:
    """Count that a person gives the ticket to another owner or team; to be told before they have it."""
    ticket = draft.ticket
    if (owner and ticket.owner and owner != ticket.owner) or (team and ticket.team and team != ticket.team):
        draft.update(reassignments=ticket.reassignments + 1)

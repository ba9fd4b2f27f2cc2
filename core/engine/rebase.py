"""A running ticket moved to the newest policy: what has happened stays, what is to come goes by the new one."""

from __future__ import annotations

from dataclasses import replace

from core.engine.asking import rearm
from core.engine.draft import Draft
from core.engine.escalation import begin_path, choose_path, escalate
from core.engine.outcome import Refused
from core.model import EntryKind, ReasonCode, Rebase, State, TimerKind

_OVER = frozenset({State.CLOSED, State.CANCELED})


def apply(draft: Draft, command: Rebase) -> None:
    """Move the ticket to the draft's policy.

    It stands where it stood, on the last level and round where the new path has fewer; the time waited counts. Severity
    and clocks follow in the looks after the step. What people decided stays theirs.
    """
    old, new = draft.ticket.policy_version, draft.policy.version
    facts = {"person": draft.policy.roster.name(command.by), "via": command.via, "new": str(new)}
    if draft.ticket.state in _OVER or old == new:
        why = "it is under that already" if old == new else f"the ticket is {draft.ticket.state.value}"
        draft.refused = Refused.MAKES_NO_SENSE
        draft.log(EntryKind.COMMAND, facts["person"], ReasonCode.REBASE_REFUSED, **facts, why=why)
        return
    draft.update(policy_version=new)
    draft.log(EntryKind.COMMAND, facts["person"], ReasonCode.REBASED, **facts, old=str(old))
    _stand(draft)
    if not _cross(draft) and draft.ticket.state.is_open:
        _go_on(draft)
    elif draft.ticket.state is State.RESOLVED and draft.ticket.resolved_at:
        draft.set_timer(TimerKind.CLOSE, draft.ticket.resolved_at + draft.policy.reopen_within)


def _stand(draft: Draft) -> None:
    """Find the ticket's path, and its place on it, as the new policy has them."""
    choose_path(draft)
    ticket = draft.ticket
    path = draft.policy.path(ticket.path)
    draft.update(level=min(ticket.level, len(path.levels)), round=min(ticket.round, path.rounds))


def _go_on(draft: Draft) -> None:
    """Measure the running wait by the new policy; a path that was exhausted may have further levels now."""
    ticket = draft.ticket
    further = draft.policy.path(ticket.path).level_after(ticket.level, ticket.round)
    if ticket.exhausted and further:
        draft.update(exhausted=False)
        escalate(draft, f"version {draft.policy.version} of the policy has further levels")
    else:
        rearm(draft)


def _cross(draft: Draft) -> bool:
    """Move the ticket into the shadow, or out of it, as the new policy says; returns whether that began its path anew.

    Nobody was asked in the shadow, so the first level is; whoever had acknowledged it there keeps it.
    """
    ticket = draft.ticket
    why = draft.policy.roll_out.why(ticket.service, ticket.team)
    if bool(why) is ticket.shadow:
        return False
    was_quiet = ticket.gathered and ticket.state.is_open and not ticket.is_acknowledged
    draft.update(gathered=False)  # a major incident gathers what is real, or what is in the shadow, never both
    if why:
        # What is still on its way does not go out any more, so nothing of it is to be expected on the records.
        draft.update(shadow=True, records=tuple(replace(one, wanted={}) for one in ticket.records))
        draft.withdraw_notices()
        draft.decide("roll-out", ReasonCode.SHADOWED, why=why)
        if was_quiet:
            begin_path(draft)
        return was_quiet
    draft.update(shadow=False, records=tuple(one if one.exists else replace(one, wanted={}) for one in ticket.records))
    draft.decide("roll-out", ReasonCode.SHADOW_LEFT)
    draft.write(severity=ticket.severity, team=ticket.team or None)
    if not ticket.state.is_open or ticket.is_acknowledged:
        _catch_up(draft)
        return False
    begin_path(draft)
    return True


def _catch_up(draft: Draft) -> None:
    """Bring the records to where the ticket stands."""
    ticket = draft.ticket
    draft.write(state=ticket.state, resolution=ticket.resolution or None)
    if ticket.owner in draft.policy.roster.people:
        draft.write(assignee=ticket.owner)

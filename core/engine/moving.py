"""Commands that move a ticket along its path: up at once, to a level, down."""

from __future__ import annotations

from core.engine.choosing import chain
from core.engine.draft import Draft
from core.engine.escalation import move_to
from core.engine.last_resort import exhaust
from core.engine.owning import number_of, unknown_level
from core.engine.saying import refuse, told
from core.model import Command, DeEscalate, EscalateNow, EscalateTo, ReasonCode, Right


def escalate_now(draft: Draft, command: EscalateNow) -> None:
    """Ask the next level at once; beyond the last one there is the last resort."""
    path = draft.policy.path(draft.ticket.path)
    if draft.ticket.level < len(path.levels):
        _move(draft, command, ReasonCode.ESCALATED_NOW, draft.ticket.level + 1)
    elif draft.ticket.exhausted:
        refuse(draft, command, Right.ESCALATE, "every level has been asked already, and the last resort")
    elif not path.last_resorts:
        refuse(draft, command, Right.ESCALATE, "there is no level above, and the policy names no last resort")
    else:
        told(draft, command, ReasonCode.ESCALATED_NOW)
        draft.withdraw_notices()
        draft.update(theirs=frozenset(), acknowledged_at=None, acknowledged_by="")
        exhaust(draft, f"{_name(draft, command)} escalated it beyond the last level")


def escalate_to(draft: Draft, command: EscalateTo) -> None:
    """Ask a level above at once."""
    number = number_of(draft, command.level)
    if not number:
        refuse(draft, command, Right.ESCALATE, unknown_level(draft, command.level))
    elif number <= draft.ticket.level:
        refuse(draft, command, Right.ESCALATE, f"it has come to {command.level} already")
    else:
        _move(draft, command, ReasonCode.ESCALATED_TO, number)


def de_escalate(draft: Draft, command: DeEscalate) -> None:
    """Have a level below go on with it."""
    ticket = draft.ticket
    levels = draft.policy.path(ticket.path).levels
    number = number_of(draft, command.level) if command.level else ticket.level - 1
    level = levels[number - 1].name if 0 < number <= len(levels) else ""
    if command.level and not number:
        refuse(draft, command, Right.DE_ESCALATE, unknown_level(draft, command.level))
    elif not level or number >= ticket.level:
        refuse(draft, command, Right.DE_ESCALATE, "that is not below the level on which it is")
    elif not chain(draft, levels[number - 1]).candidates:
        refuse(draft, command, Right.DE_ESCALATE, f"nobody is on call for {level}")
    else:
        _move(draft, command, ReasonCode.DE_ESCALATED, number)


def _move(draft: Draft, command: Command, code: ReasonCode, number: int) -> None:
    level = draft.policy.path(draft.ticket.path).levels[number - 1].name
    told(draft, command, code, level=level)
    move_to(draft, number, f"{_name(draft, command)} said so")


def _name(draft: Draft, command: Command) -> str:
    return draft.policy.roster.name(command.by)

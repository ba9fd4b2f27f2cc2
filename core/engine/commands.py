"""What people tell Rung to do: who may, what makes no sense, and to which function each command goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from core.engine import gathering, handing, holding, major, moving, overriding, owning, risk, vendors
from core.engine.draft import Draft
from core.engine.outcome import Refused
from core.engine.saying import refuse
from core.model import (
    Acknowledge,
    Assign,
    ChangeSeverity,
    Command,
    DeclareMajor,
    DeEscalate,
    EntryKind,
    EscalateNow,
    EscalateTo,
    FulfilDuty,
    HandBack,
    HoldAutomation,
    LinkMajor,
    Note,
    ReasonCode,
    Resume,
    Right,
    SetBackup,
    SetHandoff,
    SetOwner,
    Severity,
    Snooze,
    Take,
    TellVendorCase,
)
from core.policy import holders, rights

_RIGHTS: Mapping[type[Command], Right] = {
    Acknowledge: Right.ACKNOWLEDGE,
    Take: Right.TAKE,
    Assign: Right.ASSIGN,
    EscalateNow: Right.ESCALATE,
    EscalateTo: Right.ESCALATE,
    DeEscalate: Right.DE_ESCALATE,
    HandBack: Right.HAND_BACK,
    HoldAutomation: Right.HOLD,
    Resume: Right.HOLD,
    Snooze: Right.SNOOZE,
    SetOwner: Right.OWNER,
    SetBackup: Right.OWNER,
    LinkMajor: Right.LINK_MAJOR,
    DeclareMajor: Right.LINK_MAJOR,
    FulfilDuty: Right.DUTY,
    TellVendorCase: Right.VENDOR,
    Note: Right.NOTE,
    SetHandoff: Right.HANDOFF,
}

NEEDS_REASON = frozenset(
    {Assign, EscalateNow, EscalateTo, DeEscalate, ChangeSeverity, HandBack, HoldAutomation, SetOwner, SetBackup}
    | {Snooze, LinkMajor, DeclareMajor, FulfilDuty}
)
"""Commands that overrule the policy: they are refused without a reason."""

_WHEN_OVER = frozenset({Acknowledge, FulfilDuty, Note})
"""Commands that are answered also when the ticket is over."""

_CALLS = frozenset({EscalateNow, EscalateTo, DeEscalate})
"""Commands that call people for the ticket itself, which is not done while a major incident gathers it."""

_HANDLERS: Mapping[type[Command], Callable[[Draft, Any], None]] = {
    Acknowledge: handing.acknowledge_by_command,
    Take: handing.take,
    Assign: handing.assign,
    EscalateNow: moving.escalate_now,
    EscalateTo: moving.escalate_to,
    DeEscalate: moving.de_escalate,
    ChangeSeverity: overriding.change,
    HandBack: overriding.hand_back,
    HoldAutomation: holding.hold,
    Resume: holding.resume,
    Snooze: holding.snooze,
    SetOwner: owning.set_owner,
    SetBackup: owning.set_backup,
    LinkMajor: gathering.link_major,
    DeclareMajor: major.declare,
    FulfilDuty: risk.fulfil,
    TellVendorCase: vendors.tell_case,
    Note: owning.note,
    SetHandoff: owning.set_handoff,
}


def apply(draft: Draft, command: Command) -> None:
    """Do what a person says; refuse it, with a sentence in the timeline, where they may not or it makes no sense."""
    command = _by_id(draft, command)
    right = right_for(draft, command)
    if right not in rights(draft.policy, draft.ticket, command.by):
        _forbid(draft, command, right)
    elif not draft.ticket.state.is_open and type(command) not in _WHEN_OVER:
        refuse(draft, command, right, f"the ticket is {draft.ticket.state.value}")
    elif draft.ticket.gathered and type(command) in _CALLS:
        refuse(draft, command, right, f"the major incident {draft.ticket.parent} gathers it; take it out of that first")
    elif type(command) in NEEDS_REASON and not command.reason.strip():
        refuse(draft, command, right, "it takes a reason, and none was given")
    else:
        _HANDLERS[type(command)](draft, command)


def right_for(draft: Draft, command: Command) -> Right:
    """The right that a command takes, as the ticket stands."""
    if not isinstance(command, ChangeSeverity):
        return _RIGHTS[type(command)]
    if command.severity.rank > draft.ticket.severity.rank:
        return Right.SEVERITY_DOWN
    return Right.SEV1 if command.severity is Severity.SEV1 else Right.SEVERITY_UP


def _by_id(draft: Draft, command: Command) -> Command:
    """Somebody on the roster may also be called by their name."""
    people = draft.policy.roster.people
    if command.by in people:
        return command
    named = [one.id for one in people.values() if one.name.casefold() == command.by.casefold()]
    return replace(command, by=named[0]) if len(named) == 1 else command


def _forbid(draft: Draft, command: Command, right: Right) -> None:
    draft.refused = Refused.NOT_ALLOWED
    person = draft.policy.roster.name(command.by)
    facts = {"person": person, "deed": right.deed, "right": right.value}
    who = holders(draft.policy, draft.ticket, right)
    draft.log(EntryKind.COMMAND, person, ReasonCode.NOT_ALLOWED, **facts, holders=who)

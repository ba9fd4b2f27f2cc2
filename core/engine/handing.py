"""Commands about whose ticket it is: acknowledge, take, assign."""

from __future__ import annotations

from core.engine.acknowledging import acknowledge, renew
from core.engine.asking import ask_instead
from core.engine.draft import Draft
from core.engine.lifecycle import reassigned
from core.engine.saying import insist, refuse, told
from core.engine.vendors import vendor_takes
from core.engine.wording import handed_notice
from core.model import Acknowledge, Assign, EntryKind, ReasonCode, Right, State, Take
from core.policy.vendor import vendor_of


def acknowledge_by_command(draft: Draft, command: Acknowledge) -> None:
    """Somebody takes responsibility."""
    ticket = draft.ticket
    person = draft.policy.roster.name(command.by)
    if not ticket.state.is_open:
        facts = {"person": person, "via": command.via, "state": ticket.state.value}
        draft.log(EntryKind.COMMAND, person, ReasonCode.ACKNOWLEDGED_LATE, **facts)
    elif ticket.is_acknowledged and vendor_takes(draft, command.by):
        facts = {"person": person, "via": command.via, "first": ticket.acknowledged_by}
        draft.log(EntryKind.COMMAND, person, ReasonCode.VENDOR_ACKNOWLEDGED, **facts)
    elif ticket.is_acknowledged and renew(draft, command.by, command.via):
        return
    elif ticket.is_acknowledged:
        facts = {"person": person, "via": command.via, "first": ticket.acknowledged_by}
        draft.log(EntryKind.COMMAND, person, ReasonCode.ACKNOWLEDGED_AGAIN, **facts)
    else:
        if command.reason:
            told(draft, command, ReasonCode.SAID)
        acknowledge(draft, command.by, command.via, on_platform=False)


def take(draft: Draft, command: Take) -> None:
    """Make it theirs, whoever has it; what nobody had acknowledged is acknowledged by that."""
    ticket = draft.ticket
    if ticket.is_acknowledged and ticket.owner == command.by:
        refuse(draft, command, Right.TAKE, "they have it already")
        return
    told(draft, command, ReasonCode.TAKEN)
    if ticket.is_acknowledged:
        draft.update(acknowledged_by=draft.policy.roster.name(command.by))
    else:
        acknowledge(draft, command.by, command.via, on_platform=False)
    _give(draft, command.by)


def assign(draft: Draft, command: Assign) -> None:
    """Give it to somebody else, who is told; a running wait goes on, for they have not acknowledged yet."""
    roster, ticket = draft.policy.roster, draft.ticket
    if command.person not in roster.people or vendor_of(command.person):
        refuse(draft, command, Right.ASSIGN, f"nobody on the roster has the id {command.person}")
    elif ticket.owner == command.person:
        refuse(draft, command, Right.ASSIGN, f"{roster.name(command.person)} has it already")
    elif command.person == command.by:
        take(draft, Take(command.by, command.via, command.reason))
    else:
        reason = told(draft, command, ReasonCode.ASSIGNED, to=roster.name(command.person))
        draft.withdraw_notices()
        if not ticket.is_acknowledged and not ticket.exhausted:
            ask_instead(draft, ticket.owner, command.person)
        _give(draft, command.person)
        draft.notify(handed_notice(draft.ticket, draft.policy, command.person, reason.sentence), reason)


def _give(draft: Draft, person: str) -> None:
    reassigned(draft, owner=person)
    draft.update(owner=person)
    if draft.ticket.is_acknowledged and draft.ticket.state is State.NEW:
        draft.update(state=State.IN_PROGRESS)
    if person in draft.policy.roster.people:
        insist(draft, assignee=person)

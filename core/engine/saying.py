"""How a person's command is entered in the timeline."""

from __future__ import annotations

from core.engine.draft import Draft
from core.engine.outcome import Refused
from core.model import Command, EntryKind, Reason, ReasonCode, Right


def told(draft: Draft, command: Command, code: ReasonCode, **facts: str) -> Reason:
    """Enter a command that is done, with the person's reason; the records get it as a note."""
    person = draft.policy.roster.name(command.by)
    reason = command.reason.strip().rstrip(".")
    because = f": {reason}" if reason else ""
    entered = draft.decided(person, Reason(code, {"person": person, "via": command.via, "because": because, **facts}),
                            EntryKind.COMMAND)  # fmt: skip
    draft.note()
    return entered


def refuse(draft: Draft, command: Command, right: Right, why: str) -> None:
    """Enter a command that changes nothing, and why."""
    draft.refused = Refused.MAKES_NO_SENSE
    person = draft.policy.roster.name(command.by)
    facts = {"person": person, "deed": right.deed, "via": command.via, "why": why}
    draft.log(EntryKind.COMMAND, person, ReasonCode.COMMAND_REFUSED, **facts)


def insist(draft: Draft, **values: object) -> None:
    """Write fields because a person says so, over what was theirs; automation leaves them alone from then on."""
    names = frozenset(name for name, value in values.items() if value is not None)
    draft.update(theirs=draft.ticket.theirs - names)
    draft.write(**values)
    draft.update(theirs=draft.ticket.theirs | names)

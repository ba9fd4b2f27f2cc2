"""Rights: what a person may decide about a ticket, in the words of the policy's `may`."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """One thing that people may be allowed to do; `deed` says it in a sentence."""

    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    DE_ESCALATE = "de_escalate"
    SEVERITY_UP = "severity_up"
    SEVERITY_DOWN = "severity_down"
    SEV1 = "sev1"
    HAND_BACK = "hand_back"
    HOLD = "hold"
    SNOOZE = "snooze"
    OWNER = "owner"
    LINK_MAJOR = "link_major"
    HANDOFF = "handoff"
    DUTY = "duty"
    VENDOR = "vendor"
    NOTE = "note"

    @property
    def deed(self) -> str:
        """What whoever has the right may do: "may ..."."""
        return _DEEDS[self]


_DEEDS = {
    Right.ACKNOWLEDGE: "acknowledge it",
    Right.TAKE: "take it",
    Right.ASSIGN: "assign it to somebody",
    Right.ESCALATE: "escalate it",
    Right.DE_ESCALATE: "move it to a lower level",
    Right.SEVERITY_UP: "raise its severity",
    Right.SEVERITY_DOWN: "lower its severity",
    Right.SEV1: "raise it to SEV1",
    Right.HAND_BACK: "hand it back to the policy",
    Right.HOLD: "put its automation on hold or let it go on",
    Right.SNOOZE: "snooze it",
    Right.OWNER: "name who owns a level of it",
    Right.LINK_MAJOR: "link it to a major incident",
    Right.HANDOFF: "tell its handoff facts",
    Right.DUTY: "say that a duty is done",
    Right.VENDOR: "tell a vendor's case number",
    Right.NOTE: "note something on it",
}

EVERYTHING = frozenset(Right)
"""What somebody may who may do all that people can."""

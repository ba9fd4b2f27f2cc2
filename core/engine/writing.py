"""What a step has written to a ticket's records: gathered, however many rules spoke, into one write for each record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.engine.meeting import meeting
from core.model import Changes, Comment, Reason, Record, Ticket
from core.policy import Closes, Policy, facts_of

_NOT_AT_FIRST = frozenset({"comments", "links", "assignee", "resolution", "state"})
"""What a new record is not told unless the step says so."""


def is_creation(record: Record) -> bool:
    """Whether the next write to the record is its creation."""
    return not record.exists and not record.wanted


class Writing:
    """The values for every record and for single ones, and the reasons that a record gets as a note with them."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._reasons: list[Reason] = []
        self._beside: dict[str, dict[str, Any]] = {}
        self._because: dict[str, list[Reason]] = {}

    @property
    def reason(self) -> Reason | None:
        """The latest reason."""
        return self._reasons[-1] if self._reasons else None

    def because(self, reason: Reason) -> None:
        """Add a reason to the note."""
        self._reasons.append(reason)

    def write(self, values: Mapping[str, Any]) -> None:
        """Have fields of `Changes` written to every record; None leaves a field as it is."""
        self._values.update({name: value for name, value in values.items() if value is not None})

    def note(self) -> None:
        """Have the note written even when no field is."""
        self._values.setdefault("comments", ())

    def write_to(self, platform: str, values: Mapping[str, Any], because: Reason | None) -> None:
        """Have fields written to the record on one platform alone; the reason is a note there alone."""
        beside = self._beside.setdefault(platform, {})
        beside.update({name: value for name, value in values.items() if value is not None})
        if because is not None:
            self._because.setdefault(platform, []).append(because)

    def changes(self, record: Record, ticket: Ticket, policy: Policy) -> Changes | None:
        """What is to be written to that record; None where nothing is."""
        platform = record.ref.platform
        first = _everything(ticket, policy) if is_creation(record) else {}
        values = {
            **first,
            **_without(self._values, held_back(record, ticket, policy)),
            **self._beside.get(platform, {}),
        }
        if not values and not self._because.get(platform):
            return None
        said = self._note(platform, ticket, policy, is_noted=bool(first or self._values))
        return Changes(**{**values, "comments": (Comment(said),) if said else ()})

    def _note(self, platform: str, ticket: Ticket, policy: Policy, *, is_noted: bool) -> str:
        reasons = [*(self._reasons if is_noted else ()), *self._because.get(platform, ())]
        lines = [reason.sentence for reason in reasons]
        return "\n".join([*lines, *(meeting(ticket, policy) if is_noted else ())])


def held_back(record: Record, ticket: Ticket, policy: Policy) -> frozenset[str]:
    """What of the ticket is not written to a record: the state, where the two ends are not tied to each other."""
    if not record.linked:
        return frozenset()
    closes = policy.sync.on_closing(facts_of(ticket, policy, ticket.updated_at), record.ref.platform)
    ends_alone = not ticket.state.is_open and closes is Closes.SEPARATELY
    return frozenset({"state", "resolution"}) if record.apart or ends_alone else frozenset()


def _without(values: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _everything(ticket: Ticket, policy: Policy) -> dict[str, Any]:
    """What a new record is told from the start."""
    names = {one.name for one in fields(Changes)} - _NOT_AT_FIRST
    impact, urgency = policy.severity.shown_as(ticket.severity, ticket.impact, ticket.urgency)
    values = {**{name: getattr(ticket, name) for name in names}, "impact": impact, "urgency": urgency}
    return {name: value for name, value in values.items() if value not in (None, "")}

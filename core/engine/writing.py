"""What a step has written to a ticket's records: gathered, however many rules spoke, into one write for each record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.engine.meeting import meeting
from core.model import Changes, Comment, Reason, Record, Ticket
from core.policy import Policy

_NOT_AT_FIRST = frozenset({"comments", "assignee", "resolution", "state"})
"""What a new record is not told unless the step says so."""


def is_creation(record: Record) -> bool:
    """Whether the next write to the record is its creation."""
    return not record.exists and not record.wanted


class Writing:
    """The values for every record, and the reasons that a record gets as one note if anything is written there."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._reasons: list[Reason] = []

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

    def changes(self, record: Record, ticket: Ticket, policy: Policy) -> Changes | None:
        """What is to be written to that record; None where nothing is."""
        values = {**_everything(ticket, policy), **self._values} if is_creation(record) else self._values
        if not values:
            return None
        said = "\n".join([*(reason.sentence for reason in self._reasons), *meeting(ticket, policy)])
        return Changes(**{**values, "comments": (Comment(said),) if said else ()})


def _everything(ticket: Ticket, policy: Policy) -> dict[str, Any]:
    """What a new record is told from the start."""
    names = {one.name for one in fields(Changes)} - _NOT_AT_FIRST
    impact, urgency = policy.severity.shown_as(ticket.severity, ticket.impact, ticket.urgency)
    values = {**{name: getattr(ticket, name) for name in names}, "impact": impact, "urgency": urgency}
    return {name: value for name, value in values.items() if value not in (None, "")}

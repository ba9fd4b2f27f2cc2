"""The small closed vocabularies: severity, impact, urgency, state, kind."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Severity(StrEnum):
    """How bad a ticket is for the organisation; derived by the policy, SEV1 the worst."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"

    @property
    def rank(self) -> int:
        """1 for SEV1 to 4 for SEV4: sort by it to have the worst first."""
        return int(self.value[-1])


class Impact(IntEnum):
    """How much of the business is hit (ITIL); the numbers are ServiceNow's."""

    HIGH = 1
    MEDIUM = 2
    LOW = 3


class Urgency(IntEnum):
    """How soon it hurts (ITIL); the numbers are ServiceNow's."""

    HIGH = 1
    MEDIUM = 2
    LOW = 3


class State(StrEnum):
    """Where a ticket stands. Resolved is not closed: a resolved ticket can reopen."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELED = "canceled"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self in {State.NEW, State.IN_PROGRESS, State.ON_HOLD}


class TicketKind(StrEnum):
    """What sort of work a ticket records."""

    INCIDENT = "incident"
    PROBLEM = "problem"
    REQUEST = "request"
    CHANGE = "change"
    COMPLAINT = "complaint"
    SECURITY = "security"
    VENDOR = "vendor"

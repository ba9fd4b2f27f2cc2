"""What an audience knows of a ticket, and the moments of which it may be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Moment(StrEnum):
    """What happens to a ticket that people may want to be told of; where several come together, the first one here."""

    RESOLVED = "resolved"
    """It is over: resolved, closed or canceled."""
    REOPENED = "reopened"
    OPENED = "opened"
    MAJOR = "major"
    """It has become a major incident."""
    EXHAUSTED = "exhausted"
    """Nobody on its path took it."""
    BREACHED = "breached"
    """A clock ran past its target."""
    ESCALATED = "escalated"
    SEVERITY_CHANGED = "severity_changed"
    ACKNOWLEDGED = "acknowledged"
    WARNED = "warned"
    """A clock came near its target."""
    UPDATE = "update"
    """A person wrote how it stands, for others to read."""
    UPDATE_DUE = "update_due"
    """The audience has heard nothing for as long as its cadence allows."""


@dataclass(frozen=True, slots=True)
class Told:
    """When an audience was last told of a ticket, and when somebody was last asked to write it an update (UTC)."""

    audience: str
    at: datetime
    asked_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """From when its next update is reckoned."""
        return max(self.at, self.asked_at or self.at)

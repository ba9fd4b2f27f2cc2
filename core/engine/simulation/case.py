"""A recorded ticket, as a simulation needs it: how it began, what people and tools did to it, what Rung made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.model import ReasonCode

ESCALATIONS = frozenset({ReasonCode.ESCALATED, ReasonCode.ESCALATED_ASKS, ReasonCode.STOOD_IN})
"""The reasons with which a ticket goes up."""
Deed = Literal["facts", "acknowledged", "updated", "state"]
"""Facts changed; somebody took responsibility; somebody wrote something; the ticket was moved to another state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One thing that was done to a ticket, at a moment in UTC.

    `values` are the facts that changed (impact, urgency, service and the like, in words), or `state`: the new one.
    """

    at: datetime
    deed: Deed
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody (a roster id) was called at a moment in UTC."""

    at: datetime
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Was:
    """What came of the ticket in truth. `acknowledged_after` is in seconds from its opening."""

    escalations: int = 0
    breaches: int = 0
    exhausted: bool = False
    acknowledged_after: float | None = None
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A recorded ticket. Impact and urgency are high, medium, low or "" where nobody said; moments are in UTC.

    `team` is the one that it went to, for tickets that no rule of the new policy routes.
    """

    id: str
    opened_at: datetime
    title: str
    kind: str = "incident"
    source: str = ""
    impact: str = ""
    urgency: str = ""
    service: str = ""
    category: str = ""
    configuration_item: str = ""
    customer: str = ""
    region: str = ""
    language: str = ""
    caller: str = ""
    team: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()
    was: Was = Was()

"""What rules may ask of a ticket: one flat set of named facts, the same for every section of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from core.model import Ticket

if TYPE_CHECKING:
    from core.policy.policy import Policy

Facts = Mapping[str, object]
"""By name: a text ("" for unknown), a number, true or false, or a list of texts; `labels` alone holds named texts."""

NAMES = frozenset(
    {
        "acknowledged",
        "age",
        "caller",
        "category",
        "configuration_item",
        "customer",
        "description",
        "exhausted",
        "impact",
        "kind",
        "labels",
        "language",
        "level",
        "like",
        "owner",
        "path",
        "region",
        "reassignments",
        "reopenings",
        "round",
        "service",
        "severity",
        "source",
        "state",
        "team",
        "title",
        "urgency",
    }
)
"""Every fact there is."""


def facts_of(ticket: Ticket, policy: Policy, now: datetime) -> Facts:
    """The facts of a ticket at a moment. `age` is in seconds since it was opened."""
    del policy
    return {
        "acknowledged": ticket.is_acknowledged,
        "age": int((now - ticket.opened_at).total_seconds()),
        "caller": ticket.caller,
        "category": ticket.category,
        "configuration_item": ticket.configuration_item,
        "customer": ticket.customer,
        "description": ticket.description,
        "exhausted": ticket.exhausted,
        "impact": ticket.impact.name.lower() if ticket.impact else "",
        "kind": ticket.kind.value,
        "labels": ticket.labels,
        "language": ticket.language,
        "level": ticket.level,
        "like": ticket.like,
        "owner": ticket.owner,
        "path": ticket.path,
        "region": ticket.region,
        "reassignments": ticket.reassignments,
        "reopenings": ticket.reopenings,
        "round": ticket.round,
        "service": ticket.service,
        "severity": ticket.severity.value,
        "source": ticket.source,
        "state": ticket.state.value,
        "team": ticket.team,
        "title": ticket.title,
        "urgency": ticket.urgency.name.lower() if ticket.urgency else "",
    }

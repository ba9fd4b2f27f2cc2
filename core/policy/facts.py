"""What rules may ask of a ticket: one flat set of named facts, the same for every section of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from core.model import Ticket
from core.policy.spent import percent

if TYPE_CHECKING:
    from core.policy.policy import Policy

Facts = Mapping[str, object]
"""By name: a text ("" for unknown), a number, true or false, or a list of texts; `labels` alone holds named texts."""

NAMES = frozenset(
    {
        "acknowledged",
        "age",
        "breached",
        "caller",
        "category",
        "configuration_item",
        "customer",
        "description",
        "exhausted",
        "hold_reason",
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
        "spent_acknowledge",
        "spent_resolve",
        "spent_update",
        "state",
        "team",
        "title",
        "urgency",
    }
)
"""Every fact there is."""


def facts_of(ticket: Ticket, policy: Policy, now: datetime) -> Facts:
    """The facts of a ticket at a moment. `age` is in seconds since it was opened.

    What is spent of a target is in percent of it, rounded down; 0 without one.
    """
    return {
        "acknowledged": ticket.is_acknowledged,
        "age": int((now - ticket.opened_at).total_seconds()),
        "breached": [clock.name for clock in ticket.clocks if clock.breached_at],
        "caller": ticket.caller,
        "category": ticket.category,
        "configuration_item": ticket.configuration_item,
        "customer": ticket.customer,
        "description": ticket.description,
        "exhausted": ticket.exhausted,
        "hold_reason": ticket.hold_reason,
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
        "spent_acknowledge": _spent(ticket, "acknowledge", policy, now),
        "spent_resolve": _spent(ticket, "resolve", policy, now),
        "spent_update": _spent(ticket, "update", policy, now),
        "state": ticket.state.value,
        "team": ticket.team,
        "title": ticket.title,
        "urgency": ticket.urgency.name.lower() if ticket.urgency else "",
    }


def _spent(ticket: Ticket, name: str, policy: Policy, now: datetime) -> int:
    clock = ticket.clock(name)
    return percent(clock, policy.calendar(clock.calendar), now) if clock else 0

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
        "business_unit",
        "caller",
        "category",
        "configuration_item",
        "conflicts",
        "customer",
        "customer_tier",
        "dependents",
        "description",
        "exhausted",
        "gathered",
        "hold_reason",
        "geography",
        "impact",
        "kind",
        "labels",
        "language",
        "level",
        "like",
        "major",
        "owner",
        "path",
        "risk",
        "reassignments",
        "region",
        "reopenings",
        "round",
        "segment",
        "service",
        "service_criticality",
        "service_line",
        "severity",
        "source",
        "spent_acknowledge",
        "spent_resolve",
        "spent_update",
        "state",
        "team",
        "title",
        "urgency",
        "vip",
    }
)
"""Every fact there is."""

FOLLOWING = frozenset(
    {
        "acknowledged",
        "age",
        "breached",
        "exhausted",
        "level",
        "owner",
        "path",
        "round",
        "segment",
        "severity",
        "spent_acknowledge",
        "spent_resolve",
        "spent_update",
        "team",
    }
)
"""Facts that follow from the severity and the segment, or change with time alone: neither can be decided by them."""


def facts_of(ticket: Ticket, policy: Policy, now: datetime) -> Facts:
    """The facts of a ticket at a moment. `age` is in seconds since it was opened.

    Region and language are the customer's, and at last the segment's, where the source did not tell them. What is spent
    of a target is in percent of it, rounded down; 0 without one.
    """
    catalogue = policy.catalogue
    service, customer = catalogue.services.get(ticket.service), catalogue.customers.get(ticket.customer)
    segment = policy.segments.get(ticket.segment)
    region = ticket.region or (customer.region if customer else "")
    language = ticket.language or (customer.language if customer else "") or (segment.language if segment else "")
    return {
        "acknowledged": ticket.is_acknowledged,
        "age": int((now - ticket.opened_at).total_seconds()),
        "breached": [clock.name for clock in ticket.clocks if clock.breached_at],
        "business_unit": service.business_unit if service else "",
        "caller": ticket.caller,
        "category": ticket.category,
        "configuration_item": ticket.configuration_item,
        "conflicts": ticket.conflicted,
        "customer": ticket.customer,
        "customer_tier": customer.tier if customer else "",
        "dependents": catalogue.dependents[service.id] if service else 0,
        "description": ticket.description,
        "exhausted": ticket.exhausted,
        "geography": policy.geography_of(region),
        "gathered": ticket.gathered,
        "hold_reason": ticket.hold_reason,
        "impact": ticket.impact.name.lower() if ticket.impact else "",
        "kind": ticket.kind.value,
        "labels": ticket.labels,
        "language": language,
        "level": ticket.level,
        "like": ticket.like,
        "major": ticket.major is not None,
        "owner": ticket.owner,
        "path": ticket.path,
        "risk": list(ticket.risk),
        "reassignments": ticket.reassignments,
        "region": region,
        "reopenings": ticket.reopenings,
        "round": ticket.round,
        "segment": ticket.segment,
        "service": ticket.service,
        "service_criticality": service.criticality.value if service and service.criticality else "",
        "service_line": service.service_line if service else "",
        "severity": ticket.severity.value,
        "source": ticket.source,
        "spent_acknowledge": spent_of(ticket, "acknowledge", policy, now),
        "spent_resolve": spent_of(ticket, "resolve", policy, now),
        "spent_update": spent_of(ticket, "update", policy, now),
        "state": ticket.state.value,
        "team": ticket.team,
        "title": ticket.title,
        "urgency": ticket.urgency.name.lower() if ticket.urgency else "",
        "vip": catalogue.is_vip(ticket.customer, ticket.caller, ticket.caller_email),
    }


def spent_of(ticket: Ticket, name: str, policy: Policy, now: datetime) -> int:
    """What is spent of the target of that clock, in percent, rounded down; 0 without one."""
    clock = ticket.clock(name)
    return percent(clock, policy.calendar(clock.calendar), now) if clock else 0

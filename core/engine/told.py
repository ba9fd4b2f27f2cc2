"""What an event tells of the work itself, in the ticket's words."""

from __future__ import annotations

from core.model import Event, Party
from core.policy import Policy

FACTS = ("service", "category", "configuration_item", "customer", "region", "language", "caller", "caller_email")
"""The fields of a ticket that follow what a source tells, and that Rung itself never decides."""


def facts_told(event: Event, policy: Policy) -> dict[str, str]:
    """The facts that the event tells, by the ticket's field: ids of the policy where it knows them; "" for cleared."""
    said = {
        "category": event.category,
        "configuration_item": event.configuration_item,
        "region": event.region,
        "language": event.language,
        "service": _service(event.service, policy),
        "customer": _customer(event.customer, policy),
        **_caller(event.caller),
    }
    return {name: value for name, value in said.items() if value is not None}


def _service(name: str | None, policy: Policy) -> str | None:
    known = policy.service_named(name) if name else None
    return known.id if known else None if name is None else ""


def _customer(name: str | None, policy: Policy) -> str | None:
    known = policy.customer_named(name) if name else None
    return known.id if known else name


def _caller(caller: Party | None) -> dict[str, str]:
    if caller is None:
        return {}
    return {"caller": "" if caller.is_nobody else caller.label, "caller_email": caller.email}

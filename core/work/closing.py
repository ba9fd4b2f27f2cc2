"""What became of a delivery: noted with it, counted, and told in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from core.engine import Outcome
from core.model import Delivery, DeliveryStatus, Event, Normalized
from core.store import deliveries
from core.store.deliveries import Ended
from core.trail import wrong as mark_wrong
from core.work import numbers

log = structlog.get_logger()

Outcomes = list[Mapping[str, Any]]
"""What came of each event of a delivery, as it is told with it."""


class OvertakenError(Exception):
    """Another worker took the delivery up after our lease had run out, so what we have made of it must not count."""


def ended(delivery: Delivery, attempts: int, normalized: Normalized, outcome: Outcomes, wrong: str = "") -> Ended:
    """What became of a delivery whose events were applied."""
    failed = sum("error" in part for part in outcome)
    status = DeliveryStatus.APPLIED if normalized.events else DeliveryStatus.DECLINED
    if wrong:
        status = DeliveryStatus.UNMAPPED
    if failed:
        status, wrong = DeliveryStatus.FAILED, f"{failed} of {len(normalized.events)} events failed. {wrong}"
    parts = [*outcome, *({"declined": reason} for reason in normalized.declined)]
    return Ended(delivery.id, attempts, status, wrong.strip(), parts)


def close(connection: Connection, closed: Sequence[tuple[Delivery, Ended]], now: datetime) -> None:
    """Note what became of deliveries; raises `OvertakenError` where one of them is not ours any more."""
    if not deliveries.finish(connection, [end for _, end in closed]):
        raise OvertakenError
    for delivery, end in closed:
        numbers.delivered(delivery.source, end.status, now - delivery.received_at)


def say(delivery: Delivery, outcome: Outcomes, wrong: str = "") -> None:
    """Log what became of a delivery, once that is committed."""
    ids = {"delivery": delivery.id, "source": delivery.source}
    if touched := sorted({part["ticket"] for part in outcome if "ticket" in part}):
        ids["tickets"] = touched
    if wrong:
        log.warning("delivery not understood", **ids, reason=wrong)
        mark_wrong(wrong)
    else:
        log.info("delivery applied", **ids)


def came_of(event: Event, outcome: Outcome) -> Mapping[str, Any]:
    """What is told of an event that was applied."""
    if outcome.ticket is None:
        return {**_about(event), "reason": _why_nothing(event)}
    return {**_about(event), "ticket": outcome.ticket.id, "reason": outcome.sentence}


def failed_on(event: Event, error: str) -> Mapping[str, Any]:
    """What is told of an event that could not be applied."""
    return {**_about(event), "error": error}


def _about(event: Event) -> dict[str, object]:
    return {"kind": event.kind.value, "key": event.key}


def _why_nothing(event: Event) -> str:
    """Why an event that no ticket knows opened none."""
    if event.own:
        return "Our own write, whose ticket is not known yet; nothing changes."
    if event.state is None:
        return "No ticket knows it, and it does not say in which state it is."
    return f"No ticket knows it, and it is already {event.state.value.replace('_', ' ')}."

"""What is counted and timed where work passes from hand to hand, for Prometheus.

Labels are bounded: sources and platforms are those of the documents, everything else an enum. Counts are of this
process; a step that is rolled back and taken again is counted twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from prometheus_client import Counter, Histogram

from core.engine import Outcome
from core.model import Action, DeliveryStatus, Receipt, Refusal, Ticket
from core.ports import DeliveryError

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_NETWORK = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_WAITING = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3600)
_PEOPLE = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)

DELIVERIES = Counter("rung_deliveries_total", "Deliveries by what became of them.", ["source", "status"])
DELIVERY_AGE = Histogram(
    "rung_delivery_age_seconds", "From a delivery's arrival to its end, by the policy's time.", buckets=_WAITING
)
STEP = Histogram(
    "rung_step_seconds", "One step of a ticket, without reading and saving it.", ["stimulus"], buckets=_FAST
)
ACTIONS = Counter("rung_actions_total", "Actions by how they ended.", ["platform", "verb", "result"])
ACTION = Histogram("rung_action_seconds", "One attempt of an action outside.", ["platform", "verb"], buckets=_NETWORK)
RETRIES = Counter("rung_action_retries_total", "Attempts that have to be repeated, by why.", ["platform", "reason"])
LATENESS = Histogram(
    "rung_timer_lateness_seconds", "How long after its moment a timer fired, by the policy's time.", buckets=_WAITING
)
BREACHES = Counter("rung_clocks_breached_total", "Targets that were missed.", ["clock", "severity"])
ACKNOWLEDGED = Histogram(
    "rung_acknowledge_seconds", "From the first request to an acknowledgement.", ["severity"], buckets=_PEOPLE
)

REMOVED = Counter("rung_removed_total", "Rows that were removed because they were kept for long enough.", ["table"])


def delivered(source: str, status: DeliveryStatus, age: timedelta) -> None:
    """A delivery has come to its end."""
    DELIVERIES.labels(source, status.value).inc()
    DELIVERY_AGE.observe(max(age.total_seconds(), 0))


def acted(action: Action, result: str) -> None:
    """An action has ended: done, found, dead or withdrawn."""
    ACTIONS.labels(action.platform or "notify", action.verb.value, result).inc()


def result(ended: Receipt | Refusal) -> str:
    """How an action ended, as a word: found is done by an earlier attempt."""
    if isinstance(ended, Refusal):
        return "dead"
    return "found" if ended.found else "done"


def put_off(action: Action, error: DeliveryError) -> None:
    """An attempt failed and is repeated."""
    reason = "limited" if error.retry_after else "down" if error.platform_down else "refused"
    RETRIES.labels(action.platform or "notify", "ambiguous" if error.ambiguous else reason).inc()


def stepped(before: Ticket | None, outcome: Outcome, now: datetime) -> None:
    """A ticket was stepped: what it newly missed, and how long it waited for somebody."""
    after = outcome.ticket
    if after is None:
        return
    missed = {clock.name for clock in before.clocks if clock.is_breached} if before else set()
    for clock in after.clocks:
        if clock.is_breached and clock.name not in missed:
            BREACHES.labels(clock.name.partition(":")[0], after.severity.value).inc()
    began = before.awaiting_since or before.opened_at if before else now
    if before and after.is_acknowledged and not before.is_acknowledged:
        ACKNOWLEDGED.labels(after.severity.value).observe(max((now - began).total_seconds(), 0))

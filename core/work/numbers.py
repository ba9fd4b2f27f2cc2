"""What is counted and timed where work passes from hand to hand, for Prometheus.

Labels are bounded: sources and platforms are those of the documents, everything else an enum. Counts are of this
process; a step that is rolled back and taken again is counted twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from prometheus_client import Counter, Gauge, Histogram

from core.engine import Outcome
from core.model import Action, DeliveryStatus, ReasonCode, Receipt, Refusal, Ticket, Verb
from core.ports import DeliveryError

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_NETWORK = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_WAITING = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3600)
_PEOPLE = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)

DELIVERIES = Counter("rung_deliveries_total", "Deliveries by what became of them.", ["source", "status"])
DELIVERY_AGE = Histogram(
    "rung_delivery_age_seconds", "From a delivery's arrival to its end, by the policy's time.", buckets=_WAITING
)
DELIVERY_RETRIES = Counter(
    "rung_delivery_retries_total", "Deliveries that have to be taken up again, by why.", ["source", "reason"]
)
MAPPING = Histogram(
    "rung_mapping_seconds", "One delivery understood by its source's mapping.", ["source"], buckets=_FAST
)
OPENED = Counter("rung_tickets_opened_total", "Tickets that were opened.", ["source", "severity"])
ESCALATIONS = Counter("rung_escalations_total", "Tickets that moved up a level, or off the end.", ["severity"])
STEP = Histogram(
    "rung_step_seconds", "One step of a ticket, without reading and saving it.", ["stimulus"], buckets=_FAST
)
ACTIONS = Counter("rung_actions_total", "Actions by how they ended.", ["platform", "verb", "result"])
ACTION = Histogram("rung_action_seconds", "One attempt of an action outside.", ["platform", "verb"], buckets=_NETWORK)
ACTION_AGE = Histogram(
    "rung_action_age_seconds",
    "From the decision to an action's end, by the policy's time.",
    ["platform", "verb"],
    buckets=_WAITING,
)
UNREACHED = Counter("rung_people_unreached_total", "Requests to people whom none of their ways reached.")
RETRIES = Counter("rung_action_retries_total", "Attempts that have to be repeated, by why.", ["platform", "reason"])
LATENESS = Histogram(
    "rung_timer_lateness_seconds", "How long after its moment a timer fired, by the policy's time.", buckets=_WAITING
)
SWEEP = Histogram("rung_sweep_seconds", "One round of the clock.", buckets=_FAST)
LAST_SWEEP = Gauge("rung_last_sweep_timestamp_seconds", "When a round of this clock last ended.")
BREACHES = Counter("rung_clocks_breached_total", "Targets that were missed.", ["clock", "severity"])
ACKNOWLEDGED = Histogram(
    "rung_acknowledge_seconds", "From the first request to an acknowledgement.", ["severity"], buckets=_PEOPLE
)

REMOVED = Counter("rung_removed_total", "Rows that were removed because they were kept for long enough.", ["table"])

NOTIFY = "notify"
"""What stands for a platform where somebody is told."""

# A counter that is there from the beginning shows its first count as a rise; one that appears with it does not.
for _result in ("done", "dead", "withdrawn"):
    ACTIONS.labels(NOTIFY, Verb.NOTIFY.value, _result)


def delivered(source: str, status: DeliveryStatus, age: timedelta) -> None:
    """A delivery has come to its end."""
    DELIVERIES.labels(source, status.value).inc()
    DELIVERY_AGE.observe(max(age.total_seconds(), 0))


def again(source: str, reason: str) -> None:
    """A delivery could not be applied now, and waits: its platform is down or did not show a record, or the database.

    `reason` is platform or database.
    """
    DELIVERY_RETRIES.labels(source, reason).inc()


def acted(action: Action, result: str, age: timedelta | None = None) -> None:
    """An action has ended: done, found, dead or withdrawn; `age` after it was decided, None where it was held back."""
    platform, verb = action.platform or NOTIFY, action.verb.value
    ACTIONS.labels(platform, verb, result).inc()
    if age is not None:
        ACTION_AGE.labels(platform, verb).observe(max(age.total_seconds(), 0))


def result(ended: Receipt | Refusal) -> str:
    """How an action ended, as a word: found is done by an earlier attempt."""
    if isinstance(ended, Refusal):
        return "dead"
    return "found" if ended.found else "done"


def put_off(action: Action, error: DeliveryError) -> None:
    """An attempt failed and is repeated."""
    reason = "limited" if error.retry_after else "down" if error.platform_down else "refused"
    RETRIES.labels(action.platform or NOTIFY, "ambiguous" if error.ambiguous else reason).inc()


def opened(ticket: Ticket) -> None:
    """A ticket was opened."""
    OPENED.labels(ticket.source, ticket.severity.value).inc()


def stepped(before: Ticket, outcome: Outcome, now: datetime) -> None:
    """A ticket was stepped: what it newly missed, whom it could not reach, how long it waited for somebody."""
    UNREACHED.inc(sum(entry.reason.code is ReasonCode.NOTICE_EXHAUSTED for entry in outcome.entries))
    after = outcome.ticket
    if after is None:
        return
    missed = {clock.name for clock in before.clocks if clock.is_breached}
    for clock in after.clocks:
        if clock.is_breached and clock.name not in missed:
            BREACHES.labels(clock.name.partition(":")[0], after.severity.value).inc()
    if _rung(after) > _rung(before):
        ESCALATIONS.labels(after.severity.value).inc()
    if after.is_acknowledged and not before.is_acknowledged:
        waited = now - (before.awaiting_since or before.opened_at)
        ACKNOWLEDGED.labels(after.severity.value).observe(max(waited.total_seconds(), 0))


def _rung(ticket: Ticket) -> tuple[bool, int, int]:
    """How far up its path a ticket has come."""
    return ticket.exhausted, ticket.round, ticket.level

"""Alerts that concern a ticket which is already there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from core.engine.draft import Draft
from core.engine.escalation import rearm
from core.engine.lifecycle import end, reopen
from core.model import Alert, EntryKind, Event, ReasonCode, State

_LATE = timedelta(minutes=15)
"""How late a report may come that an alert fires; one that comes later still, after the alert was over, is believed."""


def apply(draft: Draft, event: Event) -> None:
    """Take in that one of the ticket's alerts fires, still fires, or is over."""
    alert = next((one for one in draft.ticket.alerts if (one.source, one.key) == (event.source, event.key)), None)
    if alert is None:
        alert = Alert(event.source, event.key, firing=False)
    if _is_outdated(draft, alert, event):
        _nothing_new(draft, event)
    elif event.state is State.RESOLVED:
        _cleared(draft, event, alert)
    elif not draft.ticket.state.is_open:
        _put(draft, replace(alert, firing=True, since=event.occurred_at))
        reopen_for_alert(draft, event)
    elif alert.firing:
        _still_firing(draft, event)
    else:
        _put(draft, replace(alert, firing=True, since=event.occurred_at))
        draft.log(EntryKind.EVENT, event.source, ReasonCode.ALERT_JOINED, source=event.source, title=event.title or "")


def _is_outdated(draft: Draft, alert: Alert, event: Event) -> bool:
    """Whether the event tells of a time before the one already known: an alert's time is when its state began.

    What is over may fire again with the time at which it first did (Alertmanager, after it was cut off from Prometheus
    for a while), and is then repeated so; only soon after the end is that a report which was overtaken.
    """
    if not (alert.since and event.occurred_at and event.occurred_at < alert.since):
        return False
    return event.state is State.RESOLVED or alert.firing or draft.now - alert.since < _LATE


def _put(draft: Draft, alert: Alert) -> None:
    others = tuple(one for one in draft.ticket.alerts if (one.source, one.key) != (alert.source, alert.key))
    draft.update(alerts=(*others, alert))


def _nothing_new(draft: Draft, event: Event) -> None:
    draft.log(EntryKind.EVENT, event.source, ReasonCode.REPEATED, source=event.source)


def _still_firing(draft: Draft, event: Event) -> None:
    """A repeat says nothing, unless it got better or worse and no person has decided how bad it is."""
    impact, urgency = event.impact or draft.ticket.impact, event.urgency or draft.ticket.urgency
    same = (impact, urgency) == (draft.ticket.impact, draft.ticket.urgency)
    if same or impact is None or urgency is None or {"impact", "urgency"} & draft.ticket.theirs:
        _nothing_new(draft, event)
        return
    draft.update(impact=impact, urgency=urgency)
    facts = {"source": event.source, "impact": impact.name.lower(), "urgency": urgency.name.lower()}
    draft.decide(event.source, ReasonCode.ALERT_CHANGED, **facts)
    draft.write(impact=impact, urgency=urgency)
    change_severity(draft)


def change_severity(draft: Draft) -> None:
    """Derive the severity anew from the ticket's impact and urgency; a running wait is measured by the new one."""
    old = draft.ticket.severity
    severity, why = draft.policy.severity.decide(draft.ticket.impact, draft.ticket.urgency)
    if severity is old:
        return
    draft.update(severity=severity)
    unknown = {"impact": "unknown", "urgency": "unknown"}
    draft.decide("severity", ReasonCode.SEVERITY_CHANGED, **{**unknown, "old": old.value, **why.facts})
    draft.write(severity=severity)
    rearm(draft)


def _cleared(draft: Draft, event: Event, alert: Alert) -> None:
    if not alert.firing:
        _nothing_new(draft, event)
        return
    _put(draft, replace(alert, firing=False, since=event.occurred_at or alert.since))
    ticket = draft.ticket
    if not ticket.state.is_open or any(one.firing for one in ticket.alerts):
        draft.log(EntryKind.EVENT, event.source, ReasonCode.ALERT_CLEARED, source=event.source)
        return
    reason = draft.decide(event.source, ReasonCode.RESOLVED_BY_ALERT, source=event.source)
    end(draft, State.RESOLVED, resolution=reason.sentence)
    draft.write(state=State.RESOLVED, resolution=reason.sentence)


def reopen_for_alert(draft: Draft, event: Event) -> None:
    """It fires again while it may still be reopened: the platforms are told that work goes on."""
    reopen(draft, State.IN_PROGRESS, f"{event.source} reports it again")
    draft.write(state=State.IN_PROGRESS)

"""Alerts that concern a ticket which is already there."""

from __future__ import annotations

from datetime import timedelta

from core.engine import severity
from core.engine.believing import lapsed, over, renew, take_in
from core.engine.draft import Draft
from core.engine.lifecycle import end, reopen
from core.engine.told import facts_told
from core.engine.wording import span
from core.model import Alert, EntryKind, Event, ReasonCode, State, Ticket, Timer

_LATE = timedelta(minutes=15)
"""How late a report may come that an alert fires; one that comes later still, after the alert was over, is believed."""


def apply(draft: Draft, event: Event) -> None:
    """Take in that one of the ticket's alerts fires, still fires, or is over."""
    alert = _known(draft.ticket, event)
    if _is_outdated(draft, alert, event):
        _nothing_new(draft, event)
    elif event.state is State.RESOLVED:
        _cleared(draft, event, alert)
    elif not draft.ticket.state.is_open and not fires_anew(draft.ticket, event):
        renew(draft, alert, event)
        _nothing_new(draft, event)
    elif not draft.ticket.state.is_open:
        take_in(draft, alert, event)
        _reopen(draft, event)
    elif alert.firing:
        renew(draft, alert, event)
        _still_firing(draft, event)
    else:
        take_in(draft, alert, event)
        draft.log(
            EntryKind.EVENT, event.source, ReasonCode.ALERT_JOINED, source=event.reporter, title=event.title or ""
        )


def fires_anew(ticket: Ticket, event: Event) -> bool:
    """Whether an alert that is said to fire has begun to since the ticket last heard of it.

    One that a person resolved or closed while it fired is only repeated: that they let it be is theirs to decide.
    """
    alert = _known(ticket, event)
    began_later = bool(alert.since and event.occurred_at and event.occurred_at > alert.since)
    return not alert.firing or began_later


def _known(ticket: Ticket, event: Event) -> Alert:
    """The ticket's alert that the event speaks of; one that does not fire where it has none."""
    mine = (one for one in ticket.alerts if (one.source, one.key) == (event.source, event.key))
    return next(mine, Alert(event.source, event.key, firing=False))


def _is_outdated(draft: Draft, alert: Alert, event: Event) -> bool:
    """Whether the event tells of a time before the one already known: an alert's time is when its state began.

    What is over may fire again with the time at which it first did (Alertmanager, after it was cut off from Prometheus
    for a while), and is then repeated so; only soon after the end is that a report which was overtaken.
    """
    if not (alert.since and event.occurred_at and event.occurred_at < alert.since):
        return False
    return event.state is State.RESOLVED or alert.firing or draft.now - alert.since < _LATE


def _nothing_new(draft: Draft, event: Event) -> None:
    draft.log(EntryKind.EVENT, event.source, ReasonCode.REPEATED, source=event.reporter)


def _still_firing(draft: Draft, event: Event) -> None:
    """A repeat says nothing, unless it knows more, or got better or worse and no person has decided how bad it is."""
    more, changed = _learned(draft, event), _graded(draft, event)
    if not more and not changed:
        _nothing_new(draft, event)
        return
    severity.look(draft)
    if changed:
        severity.write(draft)


def _learned(draft: Draft, event: Event) -> bool:
    """Take in what the ticket did not know yet; what it knows may be a person's by now."""
    facts = {name: value for name, value in facts_told(event, draft.policy).items() if value}
    fresh = {name: value for name, value in facts.items() if not getattr(draft.ticket, name)}
    if fresh:
        draft.update(**fresh)
        said = ", ".join(name.replace("_", " ") for name in fresh)
        draft.log(EntryKind.EVENT, event.source, ReasonCode.ALERT_TELLS_MORE, source=event.reporter, fields=said)
    return bool(fresh)


def _graded(draft: Draft, event: Event) -> bool:
    """Take in how bad it is now, unless a person has decided that."""
    impact, urgency = event.impact or draft.ticket.impact, event.urgency or draft.ticket.urgency
    same = (impact, urgency) == (draft.ticket.impact, draft.ticket.urgency)
    if same or impact is None or urgency is None or {"impact", "urgency"} & draft.ticket.theirs:
        return False
    draft.update(impact=impact, urgency=urgency)
    facts = {"source": event.source, "impact": impact.name.lower(), "urgency": urgency.name.lower()}
    draft.decide(event.source, ReasonCode.ALERT_CHANGED, **facts)
    return True


def _cleared(draft: Draft, event: Event, alert: Alert) -> None:
    if not alert.firing:
        _nothing_new(draft, event)
        return
    over(draft, alert, event.occurred_at or alert.since)
    if _is_all_over(draft):
        _resolve(draft, event.source, ReasonCode.RESOLVED_BY_ALERT, source=event.reporter)
    else:
        draft.log(EntryKind.EVENT, event.source, ReasonCode.ALERT_CLEARED, source=event.reporter)


def lapse(draft: Draft, _: Timer) -> None:
    """Its time has come: what was not heard of again for as long as it is believed counts as over."""
    for alert in lapsed(draft):
        over(draft, alert, alert.since)
        facts = {"source": alert.source, "within": span(alert.lasts) if alert.lasts else ""}
        if _is_all_over(draft):
            _resolve(draft, "clock", ReasonCode.RESOLVED_BY_SILENCE, **facts)
        else:
            draft.log(EntryKind.DECISION, "clock", ReasonCode.ALERT_LAPSED, **facts)


def _is_all_over(draft: Draft) -> bool:
    """Whether an open ticket is left without any alert that fires."""
    return draft.ticket.state.is_open and not any(one.firing for one in draft.ticket.alerts)


def _resolve(draft: Draft, by: str, code: ReasonCode, **facts: str) -> None:
    reason = draft.decide(by, code, **facts)
    end(draft, State.RESOLVED, resolution=reason.sentence)
    draft.write(state=State.RESOLVED, resolution=reason.sentence)


def _reopen(draft: Draft, event: Event) -> None:
    """It fires again while it may still be reopened: it is new again there too, for somebody to take."""
    reopen(draft, State.NEW, f"{event.reporter} reports it again")
    draft.write(state=State.NEW)

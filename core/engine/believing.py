"""How long an alert is believed: until its source says that it is over, or, where none ever does, for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.engine.draft import Draft
from core.model import Alert, Event, TimerKind


def take_in(draft: Draft, alert: Alert, event: Event) -> None:
    """The alert begins to fire with this event."""
    _put(draft, _heard(draft, replace(alert, firing=True, since=event.occurred_at), event))


def renew(draft: Draft, alert: Alert, event: Event) -> None:
    """It fires, and is reported again: it is believed for its whole time from now on."""
    if event.lasts is not None or alert.until is not None:
        _put(draft, _heard(draft, alert, event))


def over(draft: Draft, alert: Alert, since: datetime | None) -> None:
    """The alert fires no longer."""
    _put(draft, replace(alert, firing=False, since=since, lasts=None, until=None))


def lapsed(draft: Draft) -> tuple[Alert, ...]:
    """Those which nobody has reported again for as long as they are believed."""
    return tuple(one for one in draft.ticket.alerts if one.firing and one.until and one.until <= draft.now)


def _heard(draft: Draft, alert: Alert, event: Event) -> Alert:
    """By our clock, not the source's: what counts is when we last heard of it."""
    lasts = timedelta(seconds=event.lasts) if event.lasts is not None and alert.firing else None
    return replace(alert, lasts=lasts, until=draft.now + lasts if lasts else None)


def _put(draft: Draft, alert: Alert) -> None:
    """Set the ticket's alert, and the timer for the first of those that may be believed no longer."""
    others = tuple(one for one in draft.ticket.alerts if (one.source, one.key) != (alert.source, alert.key))
    draft.update(alerts=(*others, alert))
    due = min((one.until for one in draft.ticket.alerts if one.firing and one.until), default=None)
    running = draft.ticket.timer(TimerKind.ALERT)
    if due is None:
        draft.stop_timer(TimerKind.ALERT)
    elif running is None or running.due_at != due:
        draft.set_timer(TimerKind.ALERT, due)

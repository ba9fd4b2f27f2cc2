"""Quiet hours: a message that can wait is sent when they end, and whoever it asks has their time from then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.engine.draft import Draft
from core.model import EntryKind, Notice, ReasonCode, TimerKind


def keep_quiet(draft: Draft) -> None:
    """Hold what this step tells people back until their quiet hours end, unless it cannot wait."""
    if draft.policy.has_quiet_hours:
        draft.revise_notices(lambda notice: _held(draft, notice))
    if draft.ticket.quiet_until is not None or any(one.not_before for one in draft.notices):
        _wait_later(draft)


def _held(draft: Draft, notice: Notice) -> Notice:
    ticket = draft.ticket
    until = draft.policy.quiet_until(notice, ticket.severity, draft.now)
    if until is None:
        return replace(notice, not_before=None, held="")
    name = draft.policy.told_name(notice)
    facts = {"person": name, "until": _shown(until, draft.policy.zone_of(notice))}
    reason = draft.log(EntryKind.DECISION, "quiet hours", ReasonCode.NOTICE_HELD, **facts)
    return replace(notice, not_before=until, held=reason.sentence)


def _wait_later(draft: Draft) -> None:
    """The wait for an acknowledgement begins when the first of those who are asked hears of it."""
    asking = [one for one in draft.notices if one.asks and one.person]
    told = [one.not_before or draft.now for one in asking]
    until = min(told, default=draft.ticket.quiet_until)
    ticket = draft.ticket
    timer = ticket.timer(TimerKind.ACKNOWLEDGE)
    if until is None or until <= draft.now or timer is None:
        draft.update(quiet_until=None)
        return
    if ticket.severity in draft.policy.communication.awake:
        _wake(draft)
        return
    draft.update(quiet_until=until)
    due = until + _within(draft)
    if timer.due_at < due:
        draft.set_timer(TimerKind.ACKNOWLEDGE, due)


def _within(draft: Draft) -> timedelta:
    level = draft.policy.path(draft.ticket.path).level(draft.ticket.level)
    return level.acknowledge_within[draft.ticket.severity] if level else timedelta(0)


def _wake(draft: Draft) -> None:
    """It has become too bad to wait: what is held back goes out at once."""
    draft.release_notices()
    draft.update(quiet_until=None)
    draft.log(EntryKind.DECISION, "quiet hours", ReasonCode.NOTICES_RELEASED, severity=draft.ticket.severity.value)
    draft.set_timer(TimerKind.ACKNOWLEDGE, draft.now + _within(draft))


def _shown(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M %Z}"

"""Acknowledging: one is enough or all must, and how long it is good for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.engine.draft import Draft
from core.engine.escalation import ask_again
from core.engine.heard import hear
from core.engine.vendors import vendor_acknowledged
from core.engine.wording import listed, span
from core.model import Asked, EntryKind, Reason, ReasonCode, State, Timer, TimerKind
from core.policy import Ask


def acknowledge(draft: Draft, by: str, via: str, *, on_platform: bool) -> None:
    """Somebody takes responsibility: the response clock stops, and no other.

    `by` is a roster id or a name. Where all of a level must acknowledge, the wait goes on for the others. Acknowledged
    elsewhere than on a platform, the platforms are told.
    """
    name = draft.policy.roster.name(by)
    if any(one.acknowledged_at and draft.policy.roster.name(one.person) == name for one in draft.ticket.asked):
        draft.log(EntryKind.COMMAND, name, ReasonCode.ACKNOWLEDGED_AGAIN, person=name, via=via, first="they")
        return
    is_first = not any(one.acknowledged_at for one in draft.ticket.asked)
    _mark(draft, by)
    others = awaited(draft)
    facts = {"person": name, "via": via, "after": span(_waited(draft))}
    is_outside = vendor_acknowledged(draft, by)
    owner = by if (is_first or not _must_all(draft)) and not is_outside else draft.ticket.owner
    draft.update(owner=owner)
    hear(draft)
    if others:
        reason = Reason(ReasonCode.ACKNOWLEDGED_PARTLY, {**facts, "others": listed(others)})
    else:
        _settle(draft)
        reason = Reason(ReasonCode.ACKNOWLEDGED, facts)
    _say(draft, owner, reason, on_platform=on_platform)


def awaited(draft: Draft) -> list[str]:
    """The names of those whose acknowledgement is missing beside one that was given."""
    if not _must_all(draft):
        return []
    return [draft.policy.roster.name(one.person) for one in draft.ticket.asked if one.is_awaited]


def settle_without(draft: Draft) -> bool:
    """Whether everybody of the level who can be reached has acknowledged; then it counts as acknowledged."""
    done = any(one.acknowledged_at for one in draft.ticket.asked) and not awaited(draft)
    if done:
        _settle(draft)
        draft.decide(draft.ticket.path, ReasonCode.ACKNOWLEDGED_BY_REST, people=draft.ticket.acknowledged_by)
    return done


def renew(draft: Draft, by: str, via: str) -> bool:
    """Whoever has acknowledged says so again; returns whether that gives the acknowledgement new time."""
    person = draft.policy.roster.name(by)
    if person != draft.ticket.acknowledged_by or _expires_at(draft) is None:
        return False
    hear(draft)
    draft.log(EntryKind.COMMAND, person, ReasonCode.ACKNOWLEDGEMENT_RENEWED, person=person, via=via)
    return True


def watch_acknowledgement(draft: Draft) -> None:
    """Ask anew for what has become worse since it was acknowledged; else see to it that the acknowledgement expires.

    While a major incident gathers the ticket nobody is asked for it; it is looked at again when that is over.
    """
    if draft.ticket.gathered:
        draft.stop_timer(TimerKind.ACKNOWLEDGEMENT)
        return
    ticket, was = draft.ticket, draft.ticket.acknowledged_severity
    policy = draft.policy.acknowledgement
    worse = was is not None and ticket.severity.rank < was.rank
    if ticket.state.is_open and ticket.is_acknowledged and policy.re_arm_on_worse and worse and not draft.is_held:
        ask_again(draft, f"it became {ticket.severity} after {ticket.acknowledged_by} had acknowledged it as {was}")
    due = _expires_at(draft)
    timer = draft.ticket.timer(TimerKind.ACKNOWLEDGEMENT)
    if due is None:
        draft.stop_timer(TimerKind.ACKNOWLEDGEMENT)
    elif timer is None or timer.due_at != due:
        draft.set_timer(TimerKind.ACKNOWLEDGEMENT, due)


def expire(draft: Draft, _: Timer) -> None:
    """The acknowledgement's time is over: it is asked for anew, unless something was heard meanwhile."""
    due, ticket = _expires_at(draft), draft.ticket
    if due is not None and due <= draft.now:
        after = span(draft.policy.acknowledgement.expires_after[ticket.severity])
        ask_again(draft, f"the acknowledgement by {ticket.acknowledged_by} expired, nothing being heard for {after}")


def _mark(draft: Draft, by: str) -> None:
    """Keep on the ticket who has acknowledged, also of somebody who was not asked."""
    roster, asked = draft.policy.roster, draft.ticket.asked
    known = any(roster.name(one.person) == roster.name(by) for one in asked)
    marked = (
        replace(one, acknowledged_at=draft.now) if roster.name(one.person) == roster.name(by) else one for one in asked
    )
    draft.update(asked=(*marked, *(() if known else (Asked(by, draft.now, draft.now),))))


def _must_all(draft: Draft) -> bool:
    level = draft.policy.path(draft.ticket.path).level(draft.ticket.level)
    return level is not None and level.ask is Ask.ALL and not draft.ticket.exhausted


def _settle(draft: Draft) -> None:
    ticket = draft.ticket
    people = [draft.policy.roster.name(one.person) for one in ticket.asked if one.acknowledged_at]
    draft.update(acknowledged_at=draft.now, acknowledged_by=listed(people), exhausted=False)
    draft.update(acknowledged_severity=ticket.severity)
    draft.stop_timer(TimerKind.ACKNOWLEDGE)
    draft.withdraw_notices()
    draft.take_back_requests()


def _say(draft: Draft, owner: str, reason: Reason, *, on_platform: bool) -> None:
    person = reason.facts["person"]
    if on_platform:
        draft.log(EntryKind.DECISION, person, reason.code, **reason.facts)
        return
    draft.decided(person, reason)
    draft.update(state=State.IN_PROGRESS if draft.ticket.state is State.NEW else draft.ticket.state)
    draft.write(state=draft.ticket.state)
    if owner in draft.policy.roster.people:
        draft.write(assignee=owner)
    else:
        draft.note()


def _waited(draft: Draft) -> timedelta:
    return draft.now - (draft.ticket.awaiting_since or draft.now)


def _expires_at(draft: Draft) -> datetime | None:
    """When the acknowledgement expires if nothing more is heard; None without one, on hold, or where none does."""
    ticket = draft.ticket
    length = draft.policy.acknowledgement.expires_after.get(ticket.severity)
    if length is None or ticket.acknowledged_at is None or ticket.state not in {State.NEW, State.IN_PROGRESS}:
        return None
    due = max(ticket.acknowledged_at, ticket.heard_at or ticket.acknowledged_at) + length
    return max(due, ticket.hold.until) if ticket.hold else due

"""Opening a ticket: from an alert that fires, or from a record that somebody opened on a platform."""

from __future__ import annotations

from datetime import datetime

from core.engine import severity
from core.engine.acknowledging import acknowledge
from core.engine.afterwards import look_again
from core.engine.believing import take_in
from core.engine.draft import Draft
from core.engine.escalation import begin_path, choose_path
from core.engine.gathering import join
from core.engine.linking import hand_work_over
from core.engine.major import open_major
from core.engine.outcome import Outcome
from core.engine.reading import values_seen
from core.engine.rollout import roll_out
from core.engine.routing import route
from core.engine.strangers import known_person, meet
from core.engine.surge import call_up
from core.engine.teams import follow_group
from core.engine.told import facts_told
from core.model import (
    ALONE,
    Alert,
    EntryKind,
    Event,
    EventKind,
    LikeCount,
    OpenMajor,
    Reason,
    ReasonCode,
    Record,
    RecordRef,
    Severity,
    State,
    Surroundings,
    Ticket,
    Unopened,
)
from core.model.changed import changed
from core.policy import Policy

_SHADOW = "shadow"


def open_ticket(identity: Unopened, event: Event, policy: Policy, now: datetime, around: Surroundings) -> Outcome:
    """Open a ticket for an event that no ticket knows, if it tells of open work that is not our own doing."""
    if not opens(event):
        return Outcome(None)
    draft = Draft(_blank(identity, event, policy, now, around), policy, now, around, opens=True)
    draft.update(**facts_told(event, policy))
    if event.kind is EventKind.ALERT:
        _from_alert(draft, event)
    else:
        _from_record(draft, event)
    _severity_told(draft, severity.begin(draft))
    draft.update(path=policy.path_of(draft.ticket.segment))
    route(draft, event)
    roll_out(draft)
    _beside_others(draft)
    call_up(draft)
    if event.state is State.NEW:
        begin_path(draft)
    else:
        _found_at_work(draft, event)
    draft.conclude()
    look_again(draft)
    return draft.finish()


def _severity_told(draft: Draft, why: Reason) -> None:
    """Tell of the severity; where it is not what the record shows by itself, the record is brought in step."""
    draft.decided("severity", why)
    if why.code in {ReasonCode.SEVERITY_BY_RULE, ReasonCode.SEVERITY_BY_SEGMENT}:
        severity.write(draft)


def opens(event: Event) -> bool:
    """Whether a ticket is opened for an event that no ticket knows: it tells of open work that is not our own doing."""
    return not event.own and event.state is not None and event.state.is_open


def likeness(event: Event, policy: Policy, now: datetime) -> str:
    """What a ticket for the event would have in common with those like it; "" where it would be like none."""
    if not policy.major.like or not opens(event):
        return ""
    blank = _blank(Unopened(0, ""), event, policy, now, ALONE)
    return policy.major.likeness(changed(blank, facts_told(event, policy)))


def severity_at_first(event: Event, policy: Policy, now: datetime) -> Severity | None:
    """How severe a ticket would be that opens for the event; None where it would open none."""
    if not opens(event):
        return None
    draft = Draft(_blank(Unopened(0, ""), event, policy, now, ALONE), policy, now, opens=True)
    draft.update(**facts_told(event, policy))
    severity.begin(draft)
    return draft.ticket.severity


def open_like(identity: Unopened, given: OpenMajor, policy: Policy, now: datetime, around: Surroundings) -> Outcome:
    """Open the major incident for tickets that are alike."""
    draft = open_major(identity, given, policy, now, around)
    draft.conclude()
    look_again(draft)
    return draft.finish()


def _beside_others(draft: Draft) -> None:
    """Join the major incident that gathers tickets like this one; where none does, those are told of one more.

    What is in shadow mode is like nothing that is real: the one must not keep the other quiet.
    """
    around = draft.around
    if draft.ticket.shadow and around.likeness:
        draft.update(likeness=f"{around.likeness}\n{_SHADOW}")
    if around.parent is not None:
        join(draft, around.parent)
        return
    for other in around.alike:
        draft.signal(other, LikeCount(around.like))


def _blank(identity: Unopened, event: Event, policy: Policy, now: datetime, around: Surroundings) -> Ticket:
    return Ticket(
        id=identity.id,
        uid=identity.uid,
        kind=event.ticket_kind,
        source=event.source,
        title=event.title or event.key,
        description=event.description or "",
        impact=event.impact,
        urgency=event.urgency,
        labels=event.labels,
        link=event.link or "",
        state=event.state or State.NEW,
        hold_reason=event.hold_reason or "",
        opened_at=now,
        updated_at=now,
        policy_version=policy.version,
        path=policy.default_path,
        likeness=around.likeness,
        like=around.like,
    )


def _from_alert(draft: Draft, event: Event) -> None:
    take_in(draft, Alert(event.source, event.key, firing=False), event)
    platform = draft.policy.creates_on.get(event.source)
    if platform:
        draft.put_record(Record(RecordRef(platform, "", "", "")))
    draft.decide(event.source, ReasonCode.OPENED_BY_ALERT, source=event.reporter, title=draft.ticket.title)


def _from_record(draft: Draft, event: Event) -> None:
    if event.record is None:
        return
    draft.put_record(Record(event.record, event.version, seen=values_seen(draft, event), viewed=event.version))
    facts = {"key": event.record.key, "platform": event.record.platform, "title": draft.ticket.title}
    draft.log(EntryKind.EVENT, event.actor.label if event.actor else event.source, ReasonCode.OPENED_BY_RECORD, **facts)
    if event.assignee and not event.assignee.is_nobody:
        owner = known_person(draft, event.assignee, event.record.platform)
        draft.update(owner=owner, theirs=frozenset({"assignee"}))
    meet(draft, event)
    follow_group(draft, event)


def _found_at_work(draft: Draft, event: Event) -> None:
    """The first that we hear of the record is that somebody works on it: there is nothing to wait for."""
    who = draft.ticket.owner or (event.actor.label if event.actor else "somebody")
    choose_path(draft)
    draft.update(awaiting_since=draft.now)
    acknowledge(draft, who, f"on {event.where}", on_platform=True)
    hand_work_over(draft, draft.ticket.team)

"""Opening a ticket: from an alert that fires, or from a record that somebody opened on a platform."""

from __future__ import annotations

from datetime import datetime

from core.engine import severity
from core.engine.acknowledging import acknowledge
from core.engine.afterwards import look_again
from core.engine.draft import Draft
from core.engine.escalation import begin_path, choose_path
from core.engine.outcome import Outcome
from core.engine.records import known_person, values_seen
from core.engine.rollout import roll_out
from core.engine.routing import route
from core.engine.told import facts_told
from core.model import (
    Alert,
    EntryKind,
    Event,
    EventKind,
    Reason,
    ReasonCode,
    Record,
    RecordRef,
    State,
    Surroundings,
    Ticket,
    Unopened,
)
from core.policy import Policy


def open_ticket(identity: Unopened, event: Event, policy: Policy, now: datetime, around: Surroundings) -> Outcome:
    """Open a ticket for an event that no ticket knows, if it tells of open work that is not our own doing."""
    if event.own or event.state is None or not event.state.is_open:
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
        like=around.like,
        parent=around.parent,
    )


def _from_alert(draft: Draft, event: Event) -> None:
    draft.update(alerts=(Alert(event.source, event.key, firing=True, since=event.occurred_at),))
    platform = draft.policy.creates_on.get(event.source)
    if platform:
        draft.put_record(Record(RecordRef(platform, "", "", "")))
    draft.decide(event.source, ReasonCode.OPENED_BY_ALERT, source=event.source, title=draft.ticket.title)


def _from_record(draft: Draft, event: Event) -> None:
    if event.record is None:
        return
    draft.put_record(Record(event.record, event.version, seen=values_seen(draft, event)))
    facts = {"key": event.record.key, "platform": event.record.platform, "title": draft.ticket.title}
    draft.log(EntryKind.EVENT, event.actor.label if event.actor else event.source, ReasonCode.OPENED_BY_RECORD, **facts)
    if event.assignee and not event.assignee.is_nobody:
        owner = known_person(draft, event.assignee, event.record.platform)
        draft.update(owner=owner, theirs=frozenset({"assignee"}))


def _found_at_work(draft: Draft, event: Event) -> None:
    """The first that we hear of the record is that somebody works on it: there is nothing to wait for."""
    who = draft.ticket.owner or (event.actor.label if event.actor else "somebody")
    choose_path(draft)
    draft.update(awaiting_since=draft.now)
    acknowledge(draft, who, f"on {event.where}", on_platform=True)

"""What happens to a ticket's record on its platform, seen through the platform's webhooks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.engine import severity
from core.engine.acknowledging import acknowledge
from core.engine.comments import take_in
from core.engine.draft import Draft
from core.engine.heard import hear
from core.engine.lifecycle import end, hand_back, reassigned, reopen
from core.engine.strangers import known_person
from core.engine.told import FACTS, facts_told
from core.model import EntryKind, Event, EventKind, ReasonCode, Record, State, Ticket

_FOLLOWED = ("title", "description", "impact", "urgency")


def apply(draft: Draft, event: Event) -> None:
    """Take in a change of a record: our own echo, an outdated one, or what a person did."""
    if event.record is None:
        return
    record = draft.ticket.record_on(event.record.platform)
    if record is None or (record.exists and event.record.id and record.ref.id != event.record.id):
        record = Record(event.record)
    if event.own:
        _echo(draft, event, record)
    elif event.kind is EventKind.DELETED:
        _deleted(draft, event)
    else:
        _by_somebody(draft, event, record)


def values_seen(draft: Draft, event: Event) -> dict[str, str]:
    """What the event says that stands on the record, in the words of `Changes` and of the ticket's own facts."""
    values: dict[str, Any] = {
        "title": event.title,
        "description": event.description,
        "impact": event.impact,
        "urgency": event.urgency,
        "state": event.state,
        "hold_reason": event.hold_reason,
    }
    if event.assignee is not None and event.record is not None:
        values["assignee"] = known_person(draft, event.assignee, event.record.platform)
    said = {name: str(value) for name, value in values.items() if value is not None}
    return {**said, **facts_told(event, draft.policy)}


def _is_stale(event: Event, record: Record) -> bool:
    return event.version is not None and record.version is not None and event.version < record.version


def _see(draft: Draft, event: Event, record: Record) -> None:
    """Remember what now stands on the platform; where the creation is still unanswered, also where it stands."""
    versions = [version for version in (event.version, record.version) if version is not None]
    seen = {**record.seen, **values_seen(draft, event)}
    ref = record.ref if record.exists or event.record is None else event.record
    draft.put_record(replace(record, ref=ref, version=max(versions, default=None), seen=seen))


def _echo(draft: Draft, event: Event, record: Record) -> None:
    if not _is_stale(event, record):
        _see(draft, event, record)
    _confirmed(draft, record)


def _confirmed(draft: Draft, record: Record) -> None:
    draft.confirm(record.ref.platform)
    draft.log(EntryKind.EVENT, "rung", ReasonCode.ECHO, platform=record.ref.platform)


def _deleted(draft: Draft, event: Event) -> None:
    if not draft.ticket.state.is_open or event.record is None:
        draft.log(EntryKind.EVENT, event.source, ReasonCode.ALREADY_OVER, state=draft.ticket.state.value)
        return
    facts = {"actor": _actor(event), "platform": event.record.platform, "key": event.record.key}
    draft.log(EntryKind.EVENT, _actor(event), ReasonCode.DELETED_BY_PERSON, **facts)
    end(draft, State.CANCELED)


def _actor(event: Event) -> str:
    return event.actor.label if event.actor and not event.actor.is_nobody else "Somebody"


def _by_somebody(draft: Draft, event: Event, record: Record) -> None:
    """Take in what a person changed. An event shows the whole record, also what our own writes have put there since."""
    commented = take_in(draft, event)
    if _is_stale(event, record):
        _stale(draft, event, record)
        return
    news = {n: value for n, value in values_seen(draft, event).items() if _differs(draft.ticket, record, n, value)}
    changed = {name: value for name, value in news.items() if not _may_be_ours(draft, record, name, value)}
    _see(draft, event, record.overruled(changed))
    if changed:
        _changed(draft, event, changed)
    elif news or (event.actor is None and record.wanted and not commented):
        _confirmed(draft, record)
    elif not commented:
        draft.log(EntryKind.EVENT, event.source, ReasonCode.REPEATED, source=event.source)


def _may_be_ours(draft: Draft, record: Record, name: str, value: str) -> bool:
    """Whether our own writes can have led to a value. Until the answer to an assignment tells the account, somebody
    whom the roster does not know may be the one whom we assigned.
    """
    stranger = name == "assignee" and bool(value) and value not in draft.policy.roster.people
    return record.may_be_ours(name, value) or (stranger and record.awaits(name))


def _differs(ticket: Ticket, record: Record, name: str, value: str) -> bool:
    """Whether a value is news. A field never seen before is, unless it is empty, or as the ticket has it.

    A fact never seen before is none where the ticket knows it from elsewhere: platforms fill in defaults of theirs.
    """
    if name in record.seen:
        return record.seen[name] != value
    if name in FACTS:
        return bool(value) and not getattr(ticket, name)
    ours = ticket.owner if name == "assignee" else getattr(ticket, name)
    return bool(value) and value != str(ours)


def _stale(draft: Draft, event: Event, record: Record) -> None:
    """Older never overrides newer; but that a person took it after it was asked for is true in any order."""
    since = draft.ticket.awaiting_since
    in_time = since and event.occurred_at and event.occurred_at >= since
    if in_time and _awaits(draft) and _was_taken(draft, event, record):
        hear(draft, event.occurred_at)
        _taken(draft, event, _taker(draft, event))
        return
    facts = {"platform": record.ref.platform, "key": record.ref.key}
    draft.log(EntryKind.EVENT, event.source, ReasonCode.STALE, **facts)


def _was_taken(draft: Draft, event: Event, record: Record) -> bool:
    """Whether an outdated event shows what only a person can have done: no owner or state that was there before."""
    state, owner = State.IN_PROGRESS, values_seen(draft, event).get("assignee", "")
    moved = event.state is state and not record.was_ours("state", state)
    ours = record.was_ours("assignee", owner) or _may_be_ours(draft, record, "assignee", owner)
    return moved or (bool(owner) and owner != draft.ticket.owner and not ours)


def _awaits(draft: Draft) -> bool:
    return draft.ticket.state.is_open and not draft.ticket.is_acknowledged


def _taker(draft: Draft, event: Event) -> str:
    """Who took it: the assignee, where there is one; else who moved it."""
    platform = event.record.platform if event.record else ""
    if event.assignee and not event.assignee.is_nobody:
        return known_person(draft, event.assignee, platform)
    return known_person(draft, event.actor, platform) if event.actor else "Somebody"


def _changed(draft: Draft, event: Event, changed: dict[str, str]) -> None:
    was_taken = draft.ticket.is_acknowledged
    hear(draft, event.occurred_at)
    _held(draft, event, changed)
    _facts(draft, event, changed)
    takes = "assignee" in changed and bool(changed["assignee"])
    if "assignee" in changed:
        _assigned(draft, event, changed["assignee"])
    state = event.state if "state" in changed else None
    if state is not None and state is not draft.ticket.state:
        takes = _moved(draft, event, state) or takes
    elif state in {State.IN_PROGRESS, State.ON_HOLD}:
        takes = True
    if takes and _awaits(draft):
        _taken(draft, event, _taker(draft, event))
    elif was_taken and draft.ticket.state.is_open and (changed.get("assignee") == "" or state is State.NEW):
        hand_back(draft, _actor(event), event.where, event.assignment_group or "")


def _held(draft: Draft, event: Event, changed: dict[str, str]) -> None:
    """Why it is on hold follows the record; what is not on hold any more has no such reason."""
    if event.state is None:
        return
    reason = (event.hold_reason or "") if event.state is State.ON_HOLD else ""
    draft.update(hold_reason=reason)
    if reason and "hold_reason" in changed and "state" not in changed:
        facts = {"actor": _actor(event), "platform": event.where, "why": reason.replace("_", " ")}
        draft.log(EntryKind.EVENT, _actor(event), ReasonCode.HOLD_REASON_BY_PERSON, **facts)


def _facts(draft: Draft, event: Event, changed: dict[str, str]) -> None:
    """Descriptive fields follow the record; what they tell may change the severity."""
    draft.update(labels=event.labels if event.labels and not draft.ticket.alerts else draft.ticket.labels)
    names = [name for name in _FOLLOWED if name in changed]
    facts = {name: changed[name] for name in FACTS if name in changed}
    if not names and not facts:
        return
    mine = draft.ticket.theirs | set(names)
    draft.update(**{name: getattr(event, name) for name in names}, **facts, theirs=mine)
    said = ", ".join(name.replace("_", " ") for name in (*names, *facts) if name != "caller_email")
    about = {"actor": _actor(event), "fields": said, "platform": event.where}
    draft.log(EntryKind.EVENT, _actor(event), ReasonCode.FACTS_CHANGED, **about)
    if draft.ticket.severity_override and {"impact", "urgency"} & set(names):
        draft.update(severity_override=None, theirs=draft.ticket.theirs - {"severity"})
        known = {"actor": _actor(event), "platform": event.where}
        draft.log(EntryKind.EVENT, _actor(event), ReasonCode.SEVERITY_LET_GO, **known)
    severity.look(draft)


def _assigned(draft: Draft, event: Event, owner: str) -> None:
    reassigned(draft, owner)
    draft.update(owner=owner, theirs=draft.ticket.theirs | {"assignee"})
    facts = {"actor": _actor(event), "platform": event.where, "person": draft.policy.roster.name(owner)}
    code = ReasonCode.ASSIGNED_BY_PERSON if owner else ReasonCode.UNASSIGNED_BY_PERSON
    draft.log(EntryKind.EVENT, _actor(event), code, **facts)


def _moved(draft: Draft, event: Event, state: State) -> bool:
    """A person moved the record to another state. Returns whether that means that somebody has taken it."""
    actor = _actor(event)
    facts = {"actor": actor, "platform": event.where}
    was_open = draft.ticket.state.is_open
    if state.is_open and not was_open:
        reopen(draft, state, f"{actor} moved it to {state.value} on {event.where}")
        return state is not State.NEW
    if state.is_open:
        draft.update(state=state)
        draft.log(EntryKind.EVENT, actor, ReasonCode.STATE_BY_PERSON, **facts, state=state.value.replace("_", " "))
        return state is not State.NEW
    code = ReasonCode.RESOLVED_BY_PERSON if state is State.RESOLVED else ReasonCode.CLOSED_BY_PERSON
    reason = draft.log(EntryKind.EVENT, actor, code, **facts)
    end(draft, state, resolution=reason.sentence)
    return False


def _taken(draft: Draft, event: Event, person: str) -> None:
    acknowledge(draft, person, f"on {event.where}", on_platform=True)

"""What happens to a ticket's record on its platform, seen through the platform's webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.engine.comments import take_in
from core.engine.draft import Draft
from core.engine.following import awaits, follow, taken, taker
from core.engine.heard import hear
from core.engine.leading import rule
from core.engine.lifecycle import end
from core.engine.linking import end_told
from core.engine.reading import actor, is_stale, may_be_ours, read, taken_in, values_seen
from core.engine.spreading import spread
from core.engine.strangers import meet
from core.engine.teams import follow_group
from core.model import EntryKind, Event, EventKind, ReasonCode, Record, RecordRef, State


def apply(draft: Draft, event: Event) -> None:
    """Take in a change of a record: our own echo, an outdated one, or what a person did."""
    if event.record is None:
        return
    known = draft.ticket.record_on(event.record.platform)
    if _is_former(draft, event, event.record, known):
        facts = {"platform": event.where, "key": event.record.key}
        draft.log(EntryKind.EVENT, event.source, ReasonCode.FORMER_RECORD, **facts)
        return
    if not event.own and event.kind is not EventKind.DELETED:
        meet(draft, event)
    follow_group(draft, event)
    record = draft.ticket.record_on(event.record.platform) or Record(event.record)
    if event.own:
        _echo(draft, event, record)
    elif event.kind is EventKind.DELETED:
        _deleted(draft, event)
    else:
        _by_somebody(draft, event, record)


def _is_former(draft: Draft, event: Event, ref: RecordRef, known: Record | None) -> bool:
    """Whether the ticket had the record once: it was deleted, which may be told twice, or before what came first."""
    if known is None:
        return not event.operation_id.startswith(f"{draft.ticket.uid}-")
    return known.exists and bool(ref.id) and known.ref.id != ref.id


def _echo(draft: Draft, event: Event, record: Record) -> None:
    """Our own write, told back. What stands beside it that nobody has told of, somebody has changed."""
    reading = read(draft, event, record)
    draft.put_record(taken_in(record, event, reading))
    if reading.found:
        assignee = event.assignee if "assignee" in reading.found else None
        _take_in(draft, replace(event, actor=None, assignee=assignee), record, reading.found)
    _confirmed(draft, record)


def _confirmed(draft: Draft, record: Record) -> None:
    draft.confirm(record.ref.platform)
    draft.log(EntryKind.EVENT, "rung", ReasonCode.ECHO, platform=record.ref.platform)


def _deleted(draft: Draft, event: Event) -> None:
    if not draft.ticket.state.is_open or event.record is None:
        draft.log(EntryKind.EVENT, event.source, ReasonCode.ALREADY_OVER, state=draft.ticket.state.value)
        return
    facts = {"actor": actor(event), "platform": event.record.platform, "key": event.record.key}
    record = draft.ticket.record_on(event.record.platform)
    if record is not None and record.linked:
        draft.update(records=tuple(one for one in draft.ticket.records if one is not record))
        draft.decide(actor(event), ReasonCode.LINKED_DELETED, **facts)
        draft.note()
        return
    draft.log(EntryKind.EVENT, actor(event), ReasonCode.DELETED_BY_PERSON, **facts)
    end(draft, State.CANCELED)


def _by_somebody(draft: Draft, event: Event, record: Record) -> None:
    """Take in what a person changed. An event shows the whole record, also what our own writes have put there since."""
    commented = take_in(draft, event)
    reading = read(draft, event, record)
    draft.put_record(taken_in(record, event, reading))
    _take_in(draft, event, record, reading.theirs)
    _take_in(draft, replace(event, actor=None), record, reading.found)
    was_late = _take_in(draft, event, record, reading.overwritten, late=True)
    if reading.theirs or reading.found or was_late:
        return
    if is_stale(event, record):
        _stale(draft, event, record)
    elif reading.ours or (event.actor is None and record.wanted and not commented):
        _confirmed(draft, record)
    elif not commented:
        draft.log(EntryKind.EVENT, event.source, ReasonCode.REPEATED, source=event.source)


def _take_in(draft: Draft, event: Event, record: Record, changes: Mapping[str, str], *, late: bool = False) -> bool:
    """Have the ticket, and then its other records, follow the changes that count. `record` is as it was known before.

    Returns whether any does.
    """
    counting = rule(draft, event, record, changes, late=late)
    if not counting:
        return False
    meant = end_told(draft, event, record, actor(event)) if "state" in counting else event
    if meant is None:
        counting, meant = counting - {"state", "hold_reason"}, event
    follow(draft, meant, {name: value for name, value in changes.items() if name in counting})
    spread(draft, record, counting, everywhere=late)
    return True


def _stale(draft: Draft, event: Event, record: Record) -> None:
    """Older never overrides newer; but that a person took it after it was asked for is true in any order."""
    since = draft.ticket.awaiting_since
    in_time = since and event.occurred_at and event.occurred_at >= since
    if in_time and awaits(draft) and _was_taken(draft, event, record):
        hear(draft, event.occurred_at)
        taken(draft, event, taker(draft, event))
        return
    facts = {"platform": record.ref.platform, "key": record.ref.key}
    draft.log(EntryKind.EVENT, event.source, ReasonCode.STALE, **facts)


def _was_taken(draft: Draft, event: Event, record: Record) -> bool:
    """Whether an outdated event shows what only a person can have done: no owner or state that was there before."""
    state, owner = State.IN_PROGRESS, values_seen(draft, event).get("assignee", "")
    moved = event.state is state and not record.was_ours("state", state)
    ours = record.was_ours("assignee", owner) or may_be_ours(draft, record, "assignee", owner)
    return moved or (bool(owner) and owner != draft.ticket.owner and not ours)

"""What an event says that stands on a record, and which of it somebody has changed.

An event shows the whole record: what a person has just changed, what others changed before, and what our own writes
have put there, however the platform shows that. Who sent it says little; what stands there against what was known and
written says it all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from core.engine.draft import Draft
from core.engine.strangers import known_person
from core.engine.told import FACTS, facts_told
from core.model import Event, EventKind, Record, State, Ticket

_COMMENTS = frozenset({EventKind.COMMENTED, EventKind.COMMENT_EDITED, EventKind.COMMENT_DELETED})
_GRADES = frozenset({"impact", "urgency"})
_IN_WORDS_OF_ITS_OWN = _GRADES | {"state"}
"""What platforms show in other words than ours: until they have once, nobody can tell what they show."""
_CUT = 40
"""A text that begins another of at least so many characters was cut from it."""
_AS_GOOD = {State.CLOSED: {State.RESOLVED}, State.CANCELED: {State.RESOLVED, State.CLOSED}}
"""What a platform shows that has no state of its own for another."""


@dataclass(slots=True)
class Reading:
    """The values of an event: `theirs` were changed by whoever made it; `found` by somebody whose own event is late, or
    lost; `overwritten` are theirs too, but we have written over them since. `seen` is what now stands there, `shown`
    the part of it that is how the platform shows what we wrote. `ours` says that something came of our own writes.
    """

    theirs: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    overwritten: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    ours: bool = False


def actor(event: Event) -> str:
    """What to call whoever made the change."""
    return event.actor.label if event.actor and not event.actor.is_nobody else "Somebody"


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


def is_stale(event: Event, record: Record) -> bool:
    """Whether the record is known as it stood after the event."""
    return event.version is not None and record.version is not None and event.version < record.version


def read(draft: Draft, event: Event, record: Record) -> Reading:
    """Tell apart what the event's values are."""
    reading, said = Reading(), _said(event)
    for name, value in values_seen(draft, event).items():
        if event.version is not None and event.version < record.known(name):
            if _was_overwritten(record, event.version, name, value) and (said is None or name in said):
                reading.overwritten[name] = value
        elif not _is_set_again(record, event, name) and not differs(draft.ticket, record, name, value):
            reading.seen[name] = value
        elif value in record.shown.get(name, ())[1:]:
            reading.seen[name], reading.ours = value, True
        elif event.own:
            _own(reading, event, record, name, value)
        elif said is not None and name not in said:
            _beside(draft, reading, event, record, name, value)
        elif said is None and _comes_of_ours(draft, reading, event, record, name, value):
            reading.ours = True
        else:
            reading.seen[name] = reading.theirs[name] = value
    return reading


def _is_set_again(record: Record, event: Event, name: str) -> bool:
    """Whether somebody has set a field while a write of ours is on its way there: also to what stood there before.

    What was seen already is told twice, not set again.
    """
    is_repeat = event.version is not None and record.viewed is not None and event.version <= record.viewed
    return name in (event.changed or ()) and not event.own and not is_repeat and record.awaits(name)


def _said(event: Event) -> frozenset[str] | None:
    """The fields that the source says were changed; with a comment alone, none."""
    return frozenset() if event.changed is None and event.kind in _COMMENTS else event.changed


def _own(reading: Reading, event: Event, record: Record, name: str, value: str) -> None:
    """A value beside one of our own writes: how the platform shows it, or a change that we have not heard of yet."""
    reading.seen[name], reading.ours = value, True
    written = record.written.get(name)
    of_that_write = name in record.shown and (event.version is None or written is None or event.version <= written)
    of_that_write = of_that_write or (name in _IN_WORDS_OF_ITS_OWN and record.is_unread(name))
    touched = of_that_write or record.awaits(name) or (name in _GRADES and record.awaits("severity"))
    if touched:
        if not record.was_ours(name, value):
            reading.shown[name] = value
    elif name in record.seen and _is_newer(event, record) and not record.was_ours(name, value):
        reading.found[name] = value


def _beside(draft: Draft, reading: Reading, event: Event, record: Record, name: str, value: str) -> None:
    """A value that stands there, where the source says that others were changed."""
    if may_be_ours(draft, record, name, value):
        reading.seen[name], reading.ours = value, True
    elif record.is_unread(name):
        reading.seen[name] = reading.shown[name] = value
        reading.ours = True
    elif not record.awaits(name) and _is_newer(event, record):
        reading.seen[name] = reading.found[name] = value


def _comes_of_ours(draft: Draft, reading: Reading, event: Event, record: Record, name: str, value: str) -> bool:
    """Whether a value can come of our own writes, where the source does not say what was changed."""
    if may_be_ours(draft, record, name, value):
        reading.seen[name] = value
        return True
    untouched = event.version is not None and event.version == record.written.get(name)
    if record.is_unread(name) and (untouched or renders(record.shown[name][0], name, value)):
        reading.seen[name] = reading.shown[name] = value
        return True
    if record.awaits(name) and renders(record.wanted[name][-1], name, value):
        reading.seen[name] = value
        return True
    return name in _GRADES and record.awaits("severity") and _has_landed(event, record)


def _has_landed(event: Event, record: Record) -> bool:
    """Whether a write of both grades is seen to have landed whose answer is still to come.

    The platform may show them in its own way, such as by one priority; until the answer tells how, nothing is taken in.
    """
    grades = {"impact": event.impact, "urgency": event.urgency}
    asked = {name: record.wanted.get(name, ("",))[-1] for name in grades}
    return any(str(value) == asked[name] != record.seen.get(name) for name, value in grades.items())


def renders(asked: str, name: str, value: str) -> bool:
    """Whether a platform may well show one value as the other."""
    if name == "state":
        return value in _AS_GOOD.get(State(asked), ())
    mine, theirs = " ".join(asked.split()), " ".join(value.split())
    return bool(theirs) and (mine == theirs or (len(theirs) >= _CUT and mine.startswith(theirs.rstrip("…"))))


def _was_overwritten(record: Record, version: int, name: str, value: str) -> bool:
    """Whether a value stood there until we wrote over it, without our knowing of it."""
    is_known = record.was_ours(name, value) or record.seen.get(name) == value
    return version < record.written.get(name, -1) and not is_known


def _is_newer(event: Event, record: Record) -> bool:
    return event.version is not None and record.viewed is not None and event.version > record.viewed


def may_be_ours(draft: Draft, record: Record, name: str, value: str) -> bool:
    """Whether our own writes can have led to a value. Until the answer to an assignment tells the account, somebody
    whom the roster does not know may be the one whom we assigned.
    """
    stranger = name == "assignee" and bool(value) and value not in draft.policy.roster.people
    return record.may_be_ours(name, value) or (stranger and record.awaits(name))


def differs(ticket: Ticket, record: Record, name: str, value: str) -> bool:
    """Whether a value is news. A field never seen before is, unless it is empty, or as the ticket has it.

    A fact never seen before is none where the ticket knows it from elsewhere: platforms fill in defaults of theirs.
    """
    if name in record.seen:
        return record.seen[name] != value
    if name in FACTS:
        return bool(value) and not getattr(ticket, name)
    ours = ticket.owner if name == "assignee" else getattr(ticket, name)
    return bool(value) and value != str(ours)


def _is_whole(event: Event, record: Record) -> bool:
    """Whether an event shows the whole record: beside a comment, some bodies show only a part of it."""
    return all(getattr(event, name) is not None for name in ("title", "description") if name in record.seen)


def taken_in(record: Record, event: Event, reading: Reading) -> Record:
    """The record as it is known after the event; where its creation is still unanswered, also where it is."""
    versions = [one for one in (event.version, record.version) if one is not None]
    views = [one for one in (event.version if _is_whole(event, record) else None, record.viewed) if one is not None]
    ref = record.ref if record.exists or event.record is None else event.record
    known = record
    for name, value in reading.shown.items():
        known = known.reads(name, value)
    known = known.overruled({**reading.theirs, **reading.found})
    seen = {**record.seen, **reading.seen}
    return replace(known, ref=ref, version=max(versions, default=None), viewed=max(views, default=None), seen=seen)

"""A person's change of a record, followed by the ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.engine import severity
from core.engine.acknowledging import acknowledge
from core.engine.draft import Draft
from core.engine.heard import hear
from core.engine.leading import leader_of
from core.engine.lifecycle import end, hand_back, reassigned, reopen
from core.engine.reading import actor
from core.engine.strangers import known_person
from core.engine.told import FACTS
from core.model import EntryKind, Event, ReasonCode, State
from core.policy.sync import LAST_WRITER

_FOLLOWED = ("title", "description", "impact", "urgency")


def awaits(draft: Draft) -> bool:
    """Whether somebody must take it yet."""
    return draft.ticket.state.is_open and not draft.ticket.is_acknowledged


def taker(draft: Draft, event: Event) -> str:
    """Who took it: the assignee, where there is one; else who moved it."""
    platform = event.record.platform if event.record else ""
    if event.assignee and not event.assignee.is_nobody:
        return known_person(draft, event.assignee, platform)
    return known_person(draft, event.actor, platform) if event.actor else "Somebody"


def follow(draft: Draft, event: Event, changed: Mapping[str, str]) -> None:
    """Take in the changed fields, by the names of `values_seen`, with what follows from them."""
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
    if takes and awaits(draft):
        taken(draft, event, taker(draft, event))
    elif was_taken and draft.ticket.state.is_open and (changed.get("assignee") == "" or state is State.NEW):
        hand_back(draft, actor(event), event.where, event.assignment_group or "")


def _held(draft: Draft, event: Event, changed: Mapping[str, str]) -> None:
    """Why it is on hold follows the record; what is not on hold any more has no such reason."""
    if event.state is None:
        return
    reason = (event.hold_reason or "") if event.state is State.ON_HOLD else ""
    draft.update(hold_reason=reason)
    if reason and "hold_reason" in changed and "state" not in changed:
        facts = {"actor": actor(event), "platform": event.where, "why": reason.replace("_", " ")}
        draft.log(EntryKind.EVENT, actor(event), ReasonCode.HOLD_REASON_BY_PERSON, **facts)


def _facts(draft: Draft, event: Event, changed: Mapping[str, str]) -> None:
    """Descriptive fields follow the record; what they tell may change the severity."""
    if event.labels and not draft.ticket.alerts and event.where == draft.ticket.records[0].ref.platform:
        draft.update(labels=event.labels)
    names = [name for name in _FOLLOWED if name in changed]
    facts = {name: changed[name] for name in FACTS if name in changed}
    if not names and not facts:
        return
    draft.update(**{name: getattr(event, name) for name in names}, **facts, theirs=_theirs(draft, event, names))
    said = ", ".join(name.replace("_", " ") for name in (*names, *facts) if name != "caller_email")
    about = {"actor": actor(event), "fields": said, "platform": event.where}
    draft.log(EntryKind.EVENT, actor(event), ReasonCode.FACTS_CHANGED, **about)
    if draft.ticket.severity_override and {"impact", "urgency"} & set(names):
        draft.update(severity_override=None, theirs=draft.ticket.theirs - {"severity"})
        known = {"actor": actor(event), "platform": event.where}
        draft.log(EntryKind.EVENT, actor(event), ReasonCode.SEVERITY_LET_GO, **known)
    severity.look(draft)


def _theirs(draft: Draft, event: Event, names: Iterable[str]) -> frozenset[str]:
    """What people have made theirs, with these fields; what the last writer leads automation may write too."""
    mine = {name for name in names if leader_of(draft, name, event.where) != LAST_WRITER}
    return draft.ticket.theirs | mine


def _assigned(draft: Draft, event: Event, owner: str) -> None:
    reassigned(draft, owner)
    draft.update(owner=owner, theirs=_theirs(draft, event, ["assignee"]))
    facts = {"actor": actor(event), "platform": event.where, "person": draft.policy.roster.name(owner)}
    code = ReasonCode.ASSIGNED_BY_PERSON if owner else ReasonCode.UNASSIGNED_BY_PERSON
    draft.log(EntryKind.EVENT, actor(event), code, **facts)


def _moved(draft: Draft, event: Event, state: State) -> bool:
    """A person moved the record to another state. Returns whether that means that somebody has taken it."""
    who = actor(event)
    facts = {"actor": who, "platform": event.where}
    was_open = draft.ticket.state.is_open
    if state.is_open and not was_open:
        reopen(draft, state, f"{who} moved it to {state.value} on {event.where}")
        return state is not State.NEW
    if state.is_open:
        draft.update(state=state)
        draft.log(EntryKind.EVENT, who, ReasonCode.STATE_BY_PERSON, **facts, state=state.value.replace("_", " "))
        return state is not State.NEW
    code = ReasonCode.RESOLVED_BY_PERSON if state is State.RESOLVED else ReasonCode.CLOSED_BY_PERSON
    reason = draft.log(EntryKind.EVENT, who, code, **facts)
    end(draft, state, resolution=reason.sentence)
    return False


def taken(draft: Draft, event: Event, person: str) -> None:
    """Somebody has taken it on the platform."""
    acknowledge(draft, person, f"on {event.where}", on_platform=True)

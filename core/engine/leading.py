"""Which side's change counts: decided by who leads the field, recorded with both values where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.engine.draft import Draft
from core.engine.reading import actor
from core.engine.spreading import values_for
from core.engine.wording import moment
from core.model import Conflict, EntryKind, Event, Impact, Reason, ReasonCode, Record, Saying, Urgency
from core.model.conflict import OURSELVES
from core.policy import Roster
from core.policy.sync import LAST_WRITER, OWNED, PERSON, RUNG, Losing

_GO_WITH = {"hold_reason": "state"}
_KEPT = 20
_LONGEST = 200
"""Characters of a value that are kept to be told."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a change counts, by whose lead, against what was said before; None where nobody had said anything."""

    counts: bool
    leader: str
    before: Saying | None


def rule(draft: Draft, event: Event, record: Record, changes: Mapping[str, str], *, late: bool = False) -> set[str]:
    """The names of the changes that count, once those that do not are recorded and put back.

    `late` ones were written over by us before we heard of them: only what was said after what we wrote counts.
    """
    counting = set()
    for name, value in changes.items():
        if name not in OWNED:
            continue
        ruling = _judge(draft, event, record, name, late=late)
        if ruling.counts:
            _counts(draft, event, record, name, value, ruling, late=late)
            counting.add(name)
        elif value != _standing(draft, name) and not (late and event.changed is None):
            _does_not(draft, event, name, value, ruling, late=late)
    with_it = {name for name, other in _GO_WITH.items() if other in counting or other not in changes}
    return counting | {name for name in changes if name not in OWNED and (name not in _GO_WITH or name in with_it)}


def leader_of(draft: Draft, name: str, where: str) -> str:
    """Who leads that field, asked for a change on that platform."""
    sync = draft.policy.sync
    if sync.is_plain:
        return PERSON
    return sync.leader(name, draft.facts(), where, {one.ref.platform for one in draft.ticket.records})


def _judge(draft: Draft, event: Event, record: Record, name: str, *, late: bool) -> Ruling:
    leader, before = leader_of(draft, name, event.where), draft.ticket.sayings.get(name)
    if leader == RUNG:
        return Ruling(False, leader, None)
    if leader not in {PERSON, LAST_WRITER} and leader != event.where:
        return Ruling(False, leader, before)
    if late:
        return Ruling(before is not None and _saying(draft, event, "").rank > before.rank, leader, before)
    if leader == event.where or before is None or before.where == event.where:
        return Ruling(True, leader, before)
    if (leader == PERSON and before.where == OURSELVES) or _followed(event, record, name):
        return Ruling(True, leader, before)
    return Ruling(_saying(draft, event, "").rank >= before.rank, leader, before)


def _followed(event: Event, record: Record, name: str) -> bool:
    """Whether whoever made the change had before them what was said before: our write of it had landed by then.

    That is surer than two clocks, which may be apart.
    """
    landed = record.written.get(name)
    return landed is not None and event.version is not None and event.version >= landed and not record.awaits(name)


def _counts(draft: Draft, event: Event, record: Record, name: str, value: str, ruling: Ruling, *, late: bool) -> None:
    """Keep who said it. Where it crossed what another side had said, both are recorded."""
    said = _saying(draft, event, value)
    if ruling.before and ruling.before.value != said.value and (late or record.awaits(name)):
        _record(draft, Conflict(field=name, leader=ruling.leader, kept=said, lost=ruling.before, put_back=False))
    draft.update(sayings={**draft.ticket.sayings, name: said})


def _does_not(draft: Draft, event: Event, name: str, value: str, ruling: Ruling, *, late: bool) -> None:
    lost = _saying(draft, event, value)
    kept = ruling.before or _rungs(draft, name)
    back = not late and draft.policy.sync.on_losing(draft.facts(), event.where) is Losing.WRITE_BACK
    conflict = Conflict(field=name, leader=ruling.leader, kept=kept, lost=lost, put_back=back)
    reason = _record(draft, conflict)
    if back and reason:
        draft.write_to(event.where, reason, **values_for(draft, {name}))


def _record(draft: Draft, conflict: Conflict) -> Reason | None:
    """Enter a conflict, once however often it is told; returns its reason, None where it was entered already."""
    known = draft.ticket.conflicts
    if any(one.field == conflict.field and one.lost == conflict.lost for one in known):
        return None
    draft.update(conflicts=(*known, conflict)[-_KEPT:], conflicted=draft.ticket.conflicted + 1)
    return draft.log(EntryKind.DECISION, "sync", ReasonCode.CONFLICT, **told(conflict, draft.policy.roster))


def told(conflict: Conflict, roster: Roster) -> dict[str, str]:
    """The facts that tell a conflict in its sentence."""
    kept, lost = conflict.kept, conflict.lost
    return {
        "field": conflict.field.replace("_", " "),
        "kept": in_words(conflict.field, kept.value, roster),
        "kept_by": _by(kept),
        "lost": in_words(conflict.field, lost.value, roster),
        "lost_by": _by(lost),
        "why": _why(conflict),
        "then": ", and is put back" if conflict.put_back else "",
    }


def in_words(name: str, value: str, roster: Roster) -> str:
    """A field's value as people read it."""
    if name in {"impact", "urgency"} and value.isdigit():
        return (Impact if name == "impact" else Urgency)(int(value)).name.lower()
    if name == "assignee":
        return roster.name(value) or "nobody"
    return value.replace("_", " ") if name == "state" else value or "nothing"


def _by(saying: Saying) -> str:
    where = "in Rung" if saying.where == OURSELVES else f"on {saying.where}"
    return f"{saying.by}, {where}, {moment(saying.at)}"


def _why(conflict: Conflict) -> str:
    if conflict.leader == RUNG:
        return "the policy leads the field"
    if conflict.leader in {PERSON, LAST_WRITER}:
        return "it is the later one"
    return f"{conflict.leader} leads the field"


def _saying(draft: Draft, event: Event, value: str) -> Saying:
    at = event.occurred_at or draft.now
    return Saying(value=value[:_LONGEST], by=actor(event), where=event.where, at=at, version=event.version)


def _rungs(draft: Draft, name: str) -> Saying:
    return Saying(value=_standing(draft, name)[:_LONGEST], by="the policy", where=OURSELVES, at=draft.now)


def _standing(draft: Draft, name: str) -> str:
    value = getattr(draft.ticket, "owner" if name == "assignee" else name)
    return "" if value is None else str(value)

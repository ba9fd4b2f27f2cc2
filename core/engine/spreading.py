"""What one record was changed to, on the others."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from core.engine.draft import Draft
from core.engine.writing import held_back
from core.model import Record, State
from core.model.conflict import OURSELVES

_GRADES = frozenset({"severity", "impact", "urgency"})
_PLAIN = ("title", "description", "service")
_OVER = frozenset({State.CLOSED.value, State.CANCELED.value})


def spread(draft: Draft, origin: Record, names: Collection[str], *, everywhere: bool = False) -> None:
    """Have the other records follow the ticket in these fields, where they do not stand so already.

    `origin` is the record where they were changed; with `everywhere` it is written to as well.
    """
    for record in draft.ticket.records if names else ():
        if everywhere or record.ref.platform != origin.ref.platform:
            _follow(draft, record, names)


def catch_up(draft: Draft, record: Record, names: Collection[str]) -> None:
    """A write of ours has landed on a record after people had changed these fields: what they said counts."""
    mine = {name for name in names if name in draft.ticket.sayings and draft.ticket.sayings[name].where != OURSELVES}
    if mine:
        _follow(draft, record, mine)


def _follow(draft: Draft, record: Record, names: Collection[str]) -> None:
    """What is over is not written to, until it is opened again; then it has to catch up."""
    is_over = record.seen.get("state") in _OVER
    wanted = {*names, *draft.ticket.sayings} if is_over and "state" in names else names
    allowed = set(wanted) - held_back(record, draft.ticket, draft.policy)
    values = _lacking(record, values_for(draft, allowed))
    if values and ("state" in values or not is_over):
        draft.write_to(record.ref.platform, **values)


def values_for(draft: Draft, names: Collection[str]) -> dict[str, Any]:
    """What the ticket has in these fields, as it is written; nothing for what cannot be written."""
    ticket = draft.ticket
    values: dict[str, Any] = {name: getattr(ticket, name) for name in _PLAIN if name in names}
    if _GRADES & set(names):
        values |= _grades(draft)
    if "assignee" in names and (not ticket.assigned or ticket.assigned in draft.policy.roster.people):
        values["assignee"] = ticket.assigned
    if "state" in names:
        values |= {"state": ticket.state, "resolution": ticket.resolution or None}
    return {name: value for name, value in values.items() if value is not None}


def _grades(draft: Draft) -> dict[str, Any]:
    """The severity, and impact and urgency that show it, unless a person has set these."""
    ticket = draft.ticket
    grades = ticket.impact, ticket.urgency
    if not {"impact", "urgency"} & ticket.theirs:
        grades = draft.policy.severity.shown_as(ticket.severity, *grades)
    return {"severity": ticket.severity, "impact": grades[0], "urgency": grades[1]}


def _lacking(record: Record, values: dict[str, Any]) -> dict[str, Any]:
    """What does not stand there, nor is on its way; grades go together, for some platforms show them as one."""
    lacks = {name for name, value in values.items() if name != "resolution" and not record.stands(name, str(value))}
    if lacks & _GRADES:
        lacks |= _GRADES
    if "state" in lacks:
        lacks.add("resolution")
    return {name: value for name, value in values.items() if name in lacks}

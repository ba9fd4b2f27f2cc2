"""What an event says that stands on a record, and what of that is news."""

from __future__ import annotations

from typing import Any

from core.engine.draft import Draft
from core.engine.strangers import known_person
from core.engine.told import FACTS, facts_told
from core.model import Event, Record, Ticket


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

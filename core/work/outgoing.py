"""What an attempt is to do: a write as it is to be made now, without what people have decided meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from core.model import Action, Changes, RecordRef, Ticket, Verb
from core.model.conflict import OURSELVES
from core.policy import Roster
from core.ports import DeliveryError, RecordWrite
from core.store.claims import Claimed
from core.store.codec import UnreadableError


@dataclass(frozen=True, slots=True)
class Found:
    """What an attempt needs to know: the ticket, and whether it is about to be gathered by a major incident.

    None where the ticket is gone; the error where this version of Rung cannot read it.
    """

    ticket: Ticket | UnreadableError | None
    gathers: bool = False

    @property
    def readable(self) -> Ticket | None:
        """The ticket; raises `UnreadableError`."""
        if isinstance(self.ticket, UnreadableError):
            raise self.ticket
        return self.ticket


def as_write(claimed: Claimed, ticket: Ticket, roster: Roster) -> RecordWrite:
    """The write as it is to be made now: what a person has decided while it waited is left alone.

    Raises `DeliveryError` where there is no record to write to.
    """
    action = claimed.action
    record, planned = _record(action, ticket), ticket.record_on(action.platform)
    team = roster.teams.get(action.changes.team or "")
    return RecordWrite(
        operation_id=action.operation_id,
        record=record,
        changes=action.changes.without(_outdated(action.changes, ticket)) if record else action.changes,
        into=planned.ref.collection if planned else "",
        made_as=planned.made_as if planned else "",
        group=team.groups.get(action.platform, "") if team else "",
        person=roster.people.get(action.changes.assignee or ""),
        look_first=claimed.look_first,
    )


def _record(action: Action, ticket: Ticket) -> RecordRef | None:
    """Where to write; None for a creation. A record that was never created cannot be written to."""
    if action.verb is Verb.CREATE_RECORD:
        return None
    record = ticket.record_on(action.platform)
    if record is None or not record.exists:
        raise DeliveryError("the record was never created there, so there is nothing to write to", permanent=True)
    return record.ref


def _outdated(changes: Changes, ticket: Ticket) -> set[str]:
    """The fields of people that a write would change from what they decided; their own decision is to be written.

    What they said on a record counts for all of the ticket's records.
    """
    severity = ticket.severity_override is not None and changes.severity is ticket.severity
    decided = {"severity", "impact", "urgency"} if severity else set()
    said = {name for name, saying in ticket.sayings.items() if saying.where != OURSELVES}
    names = {name for name in ticket.theirs | said if getattr(changes, name) != _decided(ticket, name)} - decided
    return names | {"resolution"} if "state" in names else names


def _decided(ticket: Ticket, name: str) -> object:
    return ticket.assigned if name == "assignee" else getattr(ticket, name)

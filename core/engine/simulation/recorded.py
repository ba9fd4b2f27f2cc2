"""From a ticket and its timeline to the case that a simulation plays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.engine.simulation.case import ESCALATIONS, Call, Case, Deed, Move, Was
from core.model import Entry, ReasonCode, State, Ticket
from core.policy import Roster

_STATES: Mapping[ReasonCode, State] = {
    ReasonCode.RESOLVED_BY_ALERT: State.RESOLVED,
    ReasonCode.RESOLVED_BY_SILENCE: State.RESOLVED,
    ReasonCode.RESOLVED_BY_PERSON: State.RESOLVED,
    ReasonCode.CLOSED_BY_PERSON: State.CLOSED,
    ReasonCode.DELETED_BY_PERSON: State.CANCELED,
    ReasonCode.REOPENED: State.NEW,
}
_DEEDS: Mapping[ReasonCode, Deed] = {
    ReasonCode.ACKNOWLEDGED: "acknowledged",
    ReasonCode.ACKNOWLEDGED_BY_REST: "acknowledged",
    ReasonCode.COMMENTED: "updated",
    ReasonCode.SEVERITY_CHANGED: "facts",
    ReasonCode.SEVERITY_CHANGED_BY_SEGMENT: "facts",
    ReasonCode.SEVERITY_CHANGED_BY_RULE: "facts",
    ReasonCode.ALERT_CHANGED: "facts",
}
_GRADES = ("high", "medium", "low")


def case_of(ticket: Ticket, timeline: Sequence[Entry], roster: Roster) -> Case:
    """The case of a ticket; its timeline is in order. What the timeline does not tell is as the ticket has it now."""
    opened_with = next((facts for one in timeline if (facts := _grades(one)) is not None), None) or {}
    case = Case(
        id=str(ticket.id),
        opened_at=ticket.opened_at,
        title=ticket.title,
        kind=ticket.kind.value,
        source=ticket.source,
        impact=ticket.impact.name.lower() if ticket.impact else "",
        urgency=ticket.urgency.name.lower() if ticket.urgency else "",
        service=ticket.service,
        category=ticket.category,
        configuration_item=ticket.configuration_item,
        customer=ticket.customer,
        region=ticket.region,
        language=ticket.language,
        caller=ticket.caller,
        team=ticket.team,
        labels=ticket.labels,
        moves=tuple(_moves(timeline)),
        was=_was(ticket, timeline, roster),
    )
    impact, urgency = opened_with.get("impact", case.impact), opened_with.get("urgency", case.urgency)
    return replace(case, impact=impact, urgency=urgency)


def _grades(entry: Entry) -> dict[str, str] | None:
    """Impact and urgency, where an entry tells both."""
    found = {name: entry.reason.facts.get(name, "") for name in ("impact", "urgency")}
    return found if all(value in _GRADES for value in found.values()) else None


def _moves(timeline: Iterable[Entry]) -> Iterable[Move]:
    for entry in timeline:
        code = entry.reason.code
        if code in _STATES:
            yield Move(at=entry.at, deed="state", values={"state": _STATES[code].value})
        elif code is ReasonCode.STATE_BY_PERSON:
            yield Move(at=entry.at, deed="state", values={"state": entry.reason.facts["state"].replace(" ", "_")})
        elif (deed := _DEEDS.get(code)) == "facts":
            if (values := _grades(entry)) is not None:
                yield Move(at=entry.at, deed=deed, values=values)
        elif deed is not None:
            yield Move(at=entry.at, deed=deed)


def _was(ticket: Ticket, timeline: Sequence[Entry], roster: Roster) -> Was:
    codes = [entry.reason.code for entry in timeline]
    taken = next((entry.at for entry in timeline if _DEEDS.get(entry.reason.code) == "acknowledged"), None)
    ids = {person.name: person.id for person in roster.people.values()}
    return Was(
        escalations=sum(code in ESCALATIONS for code in codes),
        breaches=sum(code.name.endswith("BREACHED") for code in codes),
        exhausted=ReasonCode.EXHAUSTED in codes,
        acknowledged_after=(taken - ticket.opened_at).total_seconds() if taken else None,
        calls=tuple(
            Call(entry.at, ids.get(entry.reason.facts["person"], entry.reason.facts["person"]))
            for entry in timeline
            if entry.reason.code is ReasonCode.NOTIFIED
        ),
    )

"""Work that is handed over to a team on another platform: its record there, made once, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace

from core.engine.draft import Draft
from core.engine.handoff import carried
from core.engine.spreading import values_for
from core.model import EntryKind, Event, Link, Reason, ReasonCode, Record, RecordRef, State
from core.policy import Closes, Returned

_FOLLOWED = ("title", "description", "severity", "impact", "urgency", "service", "assignee")


def hand_work_over(draft: Draft, team: str) -> None:
    """Where a team works on another platform, the ticket has a record there from now on.

    One that is there already goes on; one from which the work had gone back is opened again.
    """
    known = draft.policy.roster.teams.get(team)
    place = known.works_on if known else None
    if place is None or not draft.ticket.state.is_open:
        return
    record = draft.ticket.record_on(place.platform)
    if record is None:
        is_linked = bool(draft.ticket.records)
        ref = RecordRef(place.platform, place.collection, "", "")
        draft.put_record(Record(ref, linked=is_linked, made_as=place.made_as, level=draft.ticket.level))
        _tell(draft, team, place.platform)
    elif record.apart:
        draft.put_record(replace(record, apart=False, level=draft.ticket.level))
        reason = _tell(draft, team, place.platform)
        state = State.NEW if draft.ticket.state is State.NEW else State.IN_PROGRESS
        draft.write_to(place.platform, reason, **{**values_for(draft, _FOLLOWED), "state": state})


def _tell(draft: Draft, team: str, platform: str) -> Reason:
    """Say that it is handed over, with what is known and where the first record is; the new one is linked to that."""
    first = next((one.ref for one in draft.ticket.records if one.exists and one.ref.platform != platform), None)
    told = carried(draft.ticket, draft.policy)
    facts = {"team": draft.policy.roster.team_name(team), "platform": platform, "told": f" {told}" if told else ""}
    if first:
        draft.write_to(platform, links=(Link(first, draft.ticket.uid),))
        where = f" The first record is {first.key} on {first.platform}" + (f": {first.link}" if first.link else ".")
        facts["told"] += where
    return draft.decide("sync", ReasonCode.WORK_HANDED_OVER, **facts)


def tie(draft: Draft, record: Record, *, is_tied: bool) -> None:
    """A record was made beside others, for work that was handed over: they are told of each other.

    `is_tied` says that the record itself already points to the first one.
    """
    for other in draft.ticket.records:
        if other.exists and other.ref.platform != record.ref.platform and (record.linked or other.linked):
            _point(draft, other, record)
            if not is_tied:
                _point(draft, record, other)


def _point(draft: Draft, record: Record, to: Record) -> None:
    facts = {"key": to.ref.key, "platform": to.ref.platform, "link": to.ref.link or to.ref.key}
    reason = Reason(ReasonCode.WORK_LINKED if to.linked else ReasonCode.WORK_BEGAN_AT, facts)
    draft.write_to(record.ref.platform, reason, links=(Link(to.ref, draft.ticket.uid),))


def take_back(draft: Draft, team: str) -> None:
    """The work has gone back to a team below: what becomes of the records that it was handed over to."""
    known = draft.policy.roster.teams.get(team)
    for record in draft.ticket.records:
        place = record.ref.platform
        stays = known is not None and known.works_on is not None and known.works_on.platform == place
        if stays or not record.linked or record.apart or draft.ticket.level >= record.level:
            continue
        facts = {"key": record.ref.key or "its record", "platform": place}
        if draft.policy.sync.on_returning(draft.facts(), place) is Returned.LEAVE:
            draft.decide("sync", ReasonCode.WORK_RETURNED, **facts)
            continue
        draft.put_record(replace(record, apart=True))
        reason = draft.log(EntryKind.DECISION, "sync", ReasonCode.WORK_RETURNED_AND_CLOSED, **facts)
        draft.write_to(place, reason, state=State.RESOLVED, resolution=reason.sentence)


def end_told(draft: Draft, event: Event, record: Record, actor: str) -> Event | None:
    """What a state told on a handed-over record means for the ticket: the event as it is to be followed; None where the
    ticket stays as it is, which the first record is told.
    """
    state, ticket = event.state, draft.ticket
    if not record.linked or state is None:
        return event
    closes = draft.policy.sync.on_closing(draft.facts(), event.where)
    apart = closes in {Closes.ORIGIN_DECIDES, Closes.SEPARATELY}
    if state.is_open and (ticket.state.is_open or not apart):
        _set_apart(draft, event.where, apart=False)
        return event
    if not apart:
        return event if closes is Closes.TOGETHER else replace(event, state=State.RESOLVED)
    _set_apart(draft, event.where, apart=not state.is_open)
    facts = {"actor": actor, "key": record.ref.key, "platform": event.where, "state": state.value.replace("_", " ")}
    reason = draft.log(EntryKind.EVENT, actor, ReasonCode.LINKED_MOVED, **facts)
    for other in ticket.records:
        if not other.linked:
            draft.write_to(other.ref.platform, reason)
    return None


def _set_apart(draft: Draft, platform: str, *, apart: bool) -> None:
    record = draft.ticket.record_on(platform)
    if record is not None and record.apart is not apart:
        draft.put_record(replace(record, apart=apart))

"""The group that has a record on its platform, and the ticket's team: a person who moves the one moves the other."""

from __future__ import annotations

from dataclasses import replace

from core.engine.draft import Draft
from core.engine.escalation import begin_path
from core.engine.leading import leader_of
from core.engine.lifecycle import reassigned
from core.engine.linking import hand_work_over
from core.engine.reading import actor
from core.model import EntryKind, Event, ReasonCode, Record
from core.policy.sync import LAST_WRITER, PERSON, Losing

TEAM = "team"


def follow_group(draft: Draft, event: Event) -> None:
    """Take in which group has the record. A group that no team has says nothing, nor does the first that is seen."""
    record = draft.ticket.record_on(event.where)
    team = draft.policy.roster.team_of_group(event.assignment_group or "", event.where)
    if record is None or not team or (event.version is not None and event.version < record.known(TEAM)):
        return
    moved = _is_moved(event, record, team)
    draft.put_record(replace(record, seen={**record.seen, TEAM: team}))
    if not moved or event.own or team == draft.ticket.team or not draft.ticket.state.is_open:
        return
    if leader_of(draft, TEAM, event.where) in {PERSON, LAST_WRITER, event.where}:
        _move(draft, event, team)
    else:
        _keep(draft, event, team)


def _is_moved(event: Event, record: Record, team: str) -> bool:
    """Whether a person gave the record to another team than had it, and no write of ours did."""
    told = event.changed is None or "assignment_group" in event.changed
    known = record.seen.get(TEAM)
    return told and known is not None and known != team and not record.may_be_ours(TEAM, team)


def _move(draft: Draft, event: Event, team: str) -> None:
    """The other team has it now. While nobody has taken it, it is asked for there, from the first level."""
    roster, before = draft.policy.roster, draft.ticket.team
    reassigned(draft, team=team)
    draft.update(team=team)
    facts = {"actor": actor(event), "platform": event.where, "team": roster.team_name(team)}
    reason = draft.log(EntryKind.EVENT, actor(event), ReasonCode.TEAM_BY_PERSON, **facts)
    for record in draft.ticket.records:
        if record.ref.platform != event.where:
            draft.write_to(record.ref.platform, reason, team=team)
    if before and not draft.ticket.is_acknowledged and not (event.assignee and not event.assignee.is_nobody):
        draft.update(theirs=frozenset())
        begin_path(draft)
    else:
        hand_work_over(draft, team)


def _keep(draft: Draft, event: Event, team: str) -> None:
    """The team is not this platform's to say: what was changed is put back, or left alone, as the policy says."""
    roster, ours = draft.policy.roster, draft.ticket.team
    back = bool(ours) and draft.policy.sync.on_losing(draft.facts(), event.where) is Losing.WRITE_BACK
    facts = {
        "actor": actor(event),
        "platform": event.where,
        "team": roster.team_name(team),
        "ours": roster.team_name(ours) or "no team",
        "then": ", and is put back" if back else "",
    }
    reason = draft.log(EntryKind.DECISION, "sync", ReasonCode.TEAM_KEPT, **facts)
    if back:
        draft.write_to(event.where, reason, team=ours)

"""What to call somebody whom a platform names, and telling once of people and groups that nobody here knows."""

from __future__ import annotations

from dataclasses import replace

from core.engine.draft import Draft
from core.model import EntryKind, Event, Party, ReasonCode, Record

_KEPT = 40
"""People of one record that are remembered."""


def known_person(draft: Draft, party: Party, platform: str) -> str:
    """What to call somebody on the ticket: the roster id, or the name that the platform gave."""
    record = draft.ticket.record_on(platform)
    assigned = record.people.get(party.account, "") if record else ""
    return assigned or draft.policy.roster.find(party, platform) or ("" if party.is_nobody else party.label)


def meet(draft: Draft, event: Event) -> None:
    """Tell of an assignee or a group that the roster does not know, once for each of the ticket's records.

    Somebody unknown whom our own assignment may have put there is not told of: the platform may hide their e-mail.
    """
    record = draft.ticket.record_on(event.where)
    if event.record is None or record is None:
        return
    party = event.assignee
    told = party is not None and not party.is_nobody and not record.awaits("assignee")
    if told and party and known_person(draft, party, event.where) not in draft.policy.roster.people:
        _tell_person(draft, record, party)
    group = event.assignment_group
    if group and not draft.policy.roster.team_of_group(group, event.where):
        _tell_group(draft, record, group)


def _tell_person(draft: Draft, record: Record, party: Party) -> None:
    platform, account = record.ref.platform, party.account or party.login
    mark = account or party.label
    if mark in record.people:
        return
    _remember(draft, record, mark)
    named = f" ({account})" if account and account != party.label else ""
    advice = f"add {platform}: {account or 'their account there'} to the accounts of the right person in roster.yaml"
    if not party.email:
        advice += f"; {platform} does not tell their e-mail"
    facts = {"person": f"{party.label}{named}", "platform": platform, "advice": advice}
    draft.log(EntryKind.EVENT, platform, ReasonCode.STRANGER, **facts)


def _tell_group(draft: Draft, record: Record, group: str) -> None:
    platform, mark = record.ref.platform, f"#{group}"
    if mark in record.people:
        return
    _remember(draft, record, mark)
    advice = f"add groups: {{{platform}: {group}}} to the right team in roster.yaml"
    draft.log(EntryKind.EVENT, platform, ReasonCode.STRANGE_GROUP, group=group, platform=platform, advice=advice)


def _remember(draft: Draft, record: Record, mark: str) -> None:
    """Whom we know nobody for stands among the people of the record without an id of the roster."""
    current = draft.ticket.record_on(record.ref.platform) or record
    people = dict(list(current.people.items())[-_KEPT:])
    draft.put_record(replace(current, people={**people, mark: ""}))

"""A comment's copy as it is to be written now: to which record, over which earlier copy, with which people's names."""

from __future__ import annotations

from collections.abc import Mapping

from core.model import RecordRef, Ticket
from core.policy import Roster
from core.ports import CommentWrite, DeliveryError
from core.store.claims import Claimed


def as_comment(claimed: Claimed, ticket: Ticket, roster: Roster) -> CommentWrite:
    """The write for an action with a remark; raises `DeliveryError` where there is no record to write to."""
    action = claimed.action
    remark = action.remark
    if remark is None:
        raise DeliveryError("the action bears no comment", permanent=True)
    return CommentWrite(
        operation_id=action.operation_id,
        record=_record(action.platform, ticket),
        remark=remark,
        copy=_copy(ticket, remark.mark),
        names=_names(roster, ticket, remark.source),
        look_first=claimed.look_first,
    )


def _record(platform: str, ticket: Ticket) -> RecordRef:
    record = ticket.record_on(platform)
    if record is None or not record.exists:
        raise DeliveryError("the record was never created there, so no comment can be copied to it", permanent=True)
    return record.ref


def _copy(ticket: Ticket, mark: str) -> str:
    """The platform's id of the copy: an earlier action of the lane may have learnt it since this one was decided."""
    return next((copy.id for one in ticket.mirrored for copy in one.copies if copy.mark == mark and copy.id), "")


def _names(roster: Roster, ticket: Ticket, source: str) -> Mapping[str, str]:
    """What people are called, by their account on the platform where the comment was made."""
    named = {one.accounts[source]: one.name for one in roster.people.values() if one.accounts.get(source)}
    record = ticket.record_on(source)
    assigned = {account: roster.name(person) for account, person in record.people.items() if person} if record else {}
    return {**assigned, **named}

"""How an action ended, taken into the ticket."""

from __future__ import annotations

from dataclasses import replace

from core.engine import mirroring
from core.engine.acknowledging import awaited, settle_without
from core.engine.draft import Draft
from core.engine.escalation import cannot_be_reached
from core.engine.last_resort import next_last_resort
from core.engine.linking import tie
from core.engine.spreading import catch_up
from core.engine.told import FACTS
from core.engine.wording import channel_notice
from core.model import Action, EntryKind, Notice, ReasonCode, Receipt, Record, RecordRef, Refusal, Report, State, Verb


def apply(draft: Draft, report: Report) -> None:
    """Take in that an action was done or refused."""
    match report.action.verb, report.result:
        case Verb.NOTIFY, Refusal(message):
            _not_told(draft, report.action, message)
        case Verb.NOTIFY, Receipt() as receipt:
            _told(draft, report.action, receipt)
        case Verb.WRITE_COMMENT, Receipt() as receipt:
            mirroring.written(draft, report.action, receipt)
        case _, Refusal(message):
            _refused(draft, report.action, message)
        case _, Receipt() as receipt:
            _written(draft, report.action, receipt)


def _written(draft: Draft, action: Action, receipt: Receipt) -> None:
    if receipt.record is None:
        return
    known = draft.ticket.record_on(action.platform)
    is_late, record = known is None, known or Record(receipt.record, linked=bool(draft.ticket.records))
    stands = _as_answered(record, receipt, receipt.record, action)
    if receipt.account and action.changes.assignee:
        stands = replace(stands, people={**stands.people, receipt.account: action.changes.assignee})
    stands = stands.settled(action.changes.said())
    draft.put_record(stands)
    facts = {"key": receipt.record.key, "platform": action.platform, "fields": _fields(action)}
    _log(draft, action, _code(action, receipt), **facts)
    for warning in receipt.warnings:
        _log(draft, action, ReasonCode.WRITE_WARNED, platform=action.platform, warning=warning)
    catch_up(draft, stands, action.changes.said())
    if action.verb is Verb.CREATE_RECORD:
        tie(draft, stands, is_tied=bool(action.changes.links))
    if action.verb is Verb.CREATE_RECORD and is_late:
        _catch_up(draft, receipt.record.key, action.platform)


def _as_answered(record: Record, receipt: Receipt, ref: RecordRef, action: Action) -> Record:
    """The record as the answer shows it: of what was written, and of a new record everything.

    What else an answer shows may be a person's change whose own event is on its way: that is left to be told by it.
    """
    version, said = receipt.version, action.changes.said()
    told = {**_standing(action), **{name: value for name, value in receipt.values.items() if name in said}}
    news = {name: value for name, value in told.items() if _is_news(record, version, name, said.get(name, ""))}
    first = {} if record.viewed is not None or record.seen else receipt.values
    written = {name: version for name in said if version is not None and version >= record.known(name)}
    shown = {name: (said[name],) if value == said[name] else (said[name], value) for name, value in news.items()}
    return replace(
        record,
        ref=ref,
        version=max((one for one in (record.version, version) if one is not None), default=None),
        viewed=version if action.verb is Verb.CREATE_RECORD and record.viewed is None else record.viewed,
        seen={**first, **record.seen, **news},
        written={**record.written, **written},
        shown={**record.shown, **{name: values for name, values in shown.items() if name in said}},
    )


def _is_news(record: Record, version: int | None, name: str, said: str) -> bool:
    """Whether the answer tells of a field what was not known; that it was shown so already says more, but for people,
    whose account the answer tells.
    """
    if version is None or version > record.known(name) or (name == "assignee" and version == record.known(name)):
        return True
    shown = record.shown.get(name, ())
    return version == record.known(name) and not (len(shown) > 1 and shown[0] == said)


def _standing(action: Action) -> dict[str, str]:
    """What can be taken to stand there since it was written. Not every mapping writes the service."""
    return {name: value for name, value in action.changes.said().items() if name not in FACTS}


def _catch_up(draft: Draft, key: str, platform: str) -> None:
    """A record that was created after it had been given up shows how the ticket stood then."""
    ticket = draft.ticket
    if ticket.state is State.NEW and not ticket.is_acknowledged:
        return
    draft.decide("ledger", ReasonCode.CAUGHT_UP, key=key, platform=platform)
    draft.write(state=ticket.state, resolution=ticket.resolution or None)
    if ticket.owner in draft.policy.roster.people:
        draft.write(assignee=ticket.owner)


def _log(draft: Draft, action: Action, code: ReasonCode, **facts: str) -> None:
    """A line about the action, by whoever answered: the platform, or for a message the one who sends it."""
    draft.log(EntryKind.ACTION, action.platform or "notify", code, operation=action.operation_id, **facts)


def _code(action: Action, receipt: Receipt) -> ReasonCode:
    if action.verb is Verb.CREATE_RECORD:
        return ReasonCode.RECORD_FOUND if receipt.found else ReasonCode.RECORD_CREATED
    return ReasonCode.WRITE_FOUND if receipt.found else ReasonCode.WRITTEN


def _fields(action: Action) -> str:
    names = [*action.changes.said(), *(["a note"] if action.changes.comments else [])]
    names += ["a link"] if action.changes.links else []
    return ", ".join(names) or "nothing"


def _refused(draft: Draft, action: Action, message: str) -> None:
    """What was refused stays to be seen; a record that could not be created is no record of the ticket's."""
    facts = {"platform": action.platform, "message": message}
    _log(draft, action, ReasonCode.WRITE_REFUSED, **facts)
    if action.verb is Verb.CREATE_RECORD:
        kept = tuple(one for one in draft.ticket.records if one.exists or one.ref.platform != action.platform)
        draft.update(records=kept)


def _told(draft: Draft, action: Action, receipt: Receipt) -> None:
    if action.notice is None:
        return
    name = draft.policy.told_name(action.notice)
    if receipt.together > 1:
        _log(draft, action, ReasonCode.NOTIFIED_TOGETHER, person=name, others=str(receipt.together - 1))
    else:
        _log(draft, action, ReasonCode.NOTIFIED, person=name)


def _not_told(draft: Draft, action: Action, message: str) -> None:
    """The next way is tried; a person whom no way reaches is not waited for."""
    notice = action.notice
    if notice is None:
        return
    if notice.channel:
        _channel_not_told(draft, action, notice, message)
        return
    person = draft.policy.roster.people.get(notice.person)
    name = person.name if person else notice.person
    facts = {"person": name, "way": str(notice.way + 1), "message": message}
    _log(draft, action, ReasonCode.NOTICE_REFUSED, **facts)
    if not notice.informs and not _still_asked(draft, notice):
        return
    if person and notice.way + 1 < len(person.ways):
        reason = draft.decide("notify", ReasonCode.NOTICE_NEXT_WAY, person=name)
        draft.notify(replace(notice, way=notice.way + 1), reason)
        return
    draft.decide("notify", ReasonCode.NOTICE_EXHAUSTED, person=name)
    if not notice.informs:
        _lost(draft, notice.person, f"{name} could not be reached")


def _lost(draft: Draft, person: str, why: str) -> None:
    """Nobody waits for somebody whom no way reaches: others are asked, unless others are asked already."""
    asked = tuple(replace(one, reached=False) if one.person == person else one for one in draft.ticket.asked)
    draft.update(asked=asked)
    if draft.ticket.exhausted:
        next_last_resort(draft, why)
    elif not awaited(draft) and not settle_without(draft):
        cannot_be_reached(draft, why)


def _channel_not_told(draft: Draft, action: Action, notice: Notice, message: str) -> None:
    """A channel's next way is tried; that an audience could not be told at all is for the owner to know."""
    channel, name = draft.policy.communication.channels.get(notice.channel), draft.policy.told_name(notice)
    _log(draft, action, ReasonCode.NOTICE_REFUSED, person=name, way=str(notice.way + 1), message=message)
    if notice.lapses and (draft.ticket.is_acknowledged or not draft.ticket.state.is_open):
        return
    if channel and notice.way + 1 < len(channel.ways):
        draft.notify(
            replace(notice, way=notice.way + 1), draft.decide("notify", ReasonCode.NOTICE_NEXT_WAY, person=name)
        )
        return
    facts = {"person": name, "audience": notice.audience or "its audience"}
    reason = draft.decide("notify", ReasonCode.CHANNEL_EXHAUSTED, **facts)
    if draft.ticket.owner in draft.policy.roster.people:
        draft.notify(channel_notice(draft.ticket, draft.policy, draft.ticket.owner, reason.sentence), reason)


def _still_asked(draft: Draft, notice: Notice) -> bool:
    """Whether the ticket still waits for that very person: as the latest of their level or the last resorts, or as one
    of all who must acknowledge.
    """
    ticket = draft.ticket
    if ticket.is_acknowledged or ticket.gathered or not ticket.state.is_open:
        return False
    mine = [one for one in ticket.asked if one.person == notice.person and one.is_awaited]
    return bool(mine) and (mine[-1] == ticket.asked[-1] or len(awaited(draft)) > 0)

"""Comments across a ticket's records: what is said on one of them is copied to the others once, and kept up to date.

Nothing comes back: a copy is known by its platform's id, by the mark that our write left in it, and by its head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from core.engine.draft import Draft
from core.engine.strangers import known_person
from core.model import (
    Action,
    Copy,
    Doing,
    EntryKind,
    Event,
    EventKind,
    ForeignComment,
    Mirrored,
    Party,
    Reason,
    ReasonCode,
    Receipt,
    Record,
    Remark,
)
from core.policy.talking import Attachments

_KEPT = 200
"""Comments of one ticket whose copies still follow."""


def mirror(
    draft: Draft, event: Event, comment: ForeignComment, kind: EventKind, reason: Reason, *, was_known: bool
) -> None:
    """Copy a comment to the ticket's other records, or have its copies follow it."""
    if comment.file and draft.policy.sync.attachments is Attachments.NONE:
        return
    known = _find(draft.ticket.mirrored, event.where, comment.id)
    if known is not None:
        _follow(draft, event, comment, kind, known, reason)
    elif kind is not EventKind.COMMENT_DELETED and not was_known:
        _copy(draft, event, comment, reason)


def is_ours(draft: Draft, event: Event, comment: ForeignComment) -> bool:
    """Whether it is a copy that we made: what people do to it there does not go back to the comment itself."""
    there = [(one, copy) for one in draft.ticket.mirrored for copy in one.copies if copy.platform == event.where]
    words = _words(comment.text)
    for one, copy in there:
        if (copy.id and copy.id == comment.id) or (words and words.startswith(_words(_head(draft, one)))):
            if event.kind in {EventKind.COMMENT_EDITED, EventKind.COMMENT_DELETED} and not event.own:
                who = event.actor.label if event.actor and not event.actor.is_nobody else comment.author.label
                draft.log(EntryKind.EVENT, who, ReasonCode.COPY_TOUCHED, actor=who, platform=event.where)
            return True
    return False


def digest(comment: ForeignComment) -> str:
    """What tells a comment's words apart from others; how they are spaced does not matter."""
    said = f"{comment.internal}\n{' '.join(comment.text.split())}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def written(draft: Draft, action: Action, receipt: Receipt) -> None:
    """A copy was written: keep how its platform names it, and the version that the record has now."""
    remark = action.remark
    record = draft.ticket.record_on(action.platform)
    if remark is None or record is None or receipt.record is None:
        return
    versions = [version for version in (record.version, receipt.version) if version is not None]
    draft.put_record(replace(record, version=max(versions, default=None)))
    known = _find(draft.ticket.mirrored, remark.source, remark.comment)
    if known and receipt.comment:
        copies = tuple(replace(one, id=receipt.comment) if one.mark == remark.mark else one for one in known.copies)
        _put(draft, replace(known, copies=copies))
    code = {
        Doing.ADD: ReasonCode.COMMENT_COPIED,
        Doing.EDIT: ReasonCode.COPY_EDITED,
        Doing.WITHDRAW: ReasonCode.COPY_WITHDRAWN,
    }[remark.doing]
    facts = {"actor": known.author if known else "somebody", "key": record.ref.key, "platform": action.platform}
    draft.log(EntryKind.ACTION, action.platform, code, operation=action.operation_id, **facts)
    for warning in receipt.warnings:
        draft.log(EntryKind.ACTION, action.platform, ReasonCode.WRITE_WARNED, platform=action.platform, warning=warning)


def _copy(draft: Draft, event: Event, comment: ForeignComment, reason: Reason) -> None:
    rules = draft.policy.sync.comments
    kind = rules.kind(comment, event.where)
    targets = [one for one in _others(draft, event.where) if rules.goes(kind, event.where, one.ref.platform)]
    if not targets:
        return
    one = Mirrored(
        platform=event.where,
        id=comment.id,
        author=_name(draft, comment.author, event.where),
        internal=comment.internal,
        digest=digest(comment),
        written=comment.written or comment.at or event.occurred_at or draft.now,
        at=comment.at,
    )
    for record in targets:
        mark = draft.next_operation()
        one = replace(one, copies=(*one.copies, Copy(record.ref.platform, mark)))
        internal = rules.is_internal_on(kind, record.ref.platform)
        remark = _remark(draft, one, mark, Doing.ADD, comment, internal=internal)
        draft.remark(record.ref.platform, remark, mark, reason)
    draft.update(mirrored=(*draft.ticket.mirrored, one)[-_KEPT:])


def _follow(
    draft: Draft, event: Event, comment: ForeignComment, kind: EventKind, known: Mirrored, reason: Reason
) -> None:
    """Have the copies follow an edit or a deletion. An older edit never overrides a newer one."""
    if kind is EventKind.COMMENTED or known.gone:
        return
    gone = kind is EventKind.COMMENT_DELETED
    if not gone and (_is_older(comment.at, known.at) or digest(comment) == known.digest):
        return
    doing = Doing.WITHDRAW if gone else Doing.EDIT
    internal = known.internal or comment.internal
    now = replace(known, gone=gone, digest=digest(comment), at=comment.at or known.at, internal=internal)
    _put(draft, now)
    note = _note(draft, event, known, comment, gone=gone)
    rules = draft.policy.sync.comments
    audience = rules.kind(replace(comment, internal=internal), event.where)
    for copy in known.copies:
        internal = rules.is_internal_on(audience, copy.platform)
        remark = _remark(draft, now, copy.mark, doing, comment, internal=internal, note=note)
        draft.remark(copy.platform, remark, draft.next_operation(), reason)


def _remark(
    draft: Draft, one: Mirrored, mark: str, doing: Doing, comment: ForeignComment, *, internal: bool, note: str = ""
) -> Remark:
    return Remark(
        mark=mark,
        doing=doing,
        source=one.platform,
        comment=one.id,
        head=_head(draft, one),
        note=note,
        text="" if doing is Doing.WITHDRAW else comment.text,
        markup=comment.markup,
        internal=internal,
    )


def _head(draft: Draft, one: Mirrored) -> str:
    record = draft.ticket.record_on(one.platform)
    key = record.ref.key if record else ""
    return draft.policy.sync.comments.head(one.author, one.platform, key, one.written or draft.ticket.opened_at)


def _note(draft: Draft, event: Event, known: Mirrored, comment: ForeignComment, *, gone: bool) -> str:
    """What is said where a copy cannot be changed. A text that was withdrawn is not repeated."""
    party = event.actor if event.actor and not event.actor.is_nobody else comment.author
    author = _name(draft, party, event.where)
    head = draft.policy.sync.comments.head(author, event.where, _key(draft, event), comment.at or draft.now)
    when = known.written.strftime("%Y-%m-%d %H:%M UTC") if known.written else "an earlier time"
    return f"{head} {'withdrew' if gone else 'edited'} the comment of {known.author} of {when}."


def _key(draft: Draft, event: Event) -> str:
    record = draft.ticket.record_on(event.where)
    return record.ref.key if record else ""


def _others(draft: Draft, platform: str) -> Iterable[Record]:
    return (one for one in draft.ticket.records if one.ref.platform != platform)


def _find(known: Iterable[Mirrored], platform: str, comment: str) -> Mirrored | None:
    return next((one for one in known if one.platform == platform and one.id == comment), None)


def _put(draft: Draft, one: Mirrored) -> None:
    same = (one.platform, one.id)
    kept = tuple(one if (other.platform, other.id) == same else other for other in draft.ticket.mirrored)
    draft.update(mirrored=kept)


def _is_older(at: datetime | None, known: datetime | None) -> bool:
    return at is not None and known is not None and at < known


def _name(draft: Draft, party: Party, platform: str) -> str:
    return draft.policy.roster.name(known_person(draft, party, platform)) or party.label


def _words(text: str) -> str:
    """A text without what differs between platforms: signs, spacing, case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())

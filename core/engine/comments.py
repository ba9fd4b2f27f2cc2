"""What people write on a ticket's records, as the platforms' webhooks and their records tell it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from core.engine import mirroring
from core.engine.communication import publish
from core.engine.draft import Draft
from core.engine.heard import hear
from core.engine.mirroring import digest
from core.engine.strangers import known_person
from core.model import EntryKind, Event, EventKind, ForeignComment, ReasonCode

_KEPT_MARKS = 400
_LOOKED_AT = 100
"""Comments of those that a record shows which may be news, the latest: of older ones the marks may be forgotten."""
_CLOSE = 90.0
"""Seconds by which the times may differ that two bodies tell of one journal entry."""
_CODES = {
    EventKind.COMMENT_EDITED: ReasonCode.COMMENT_EDITED,
    EventKind.COMMENT_DELETED: ReasonCode.COMMENT_DELETED,
}


def take_in(draft: Draft, event: Event) -> bool:
    """Enter what was said, each comment once, however often it is told. Returns whether the event was about that."""
    if event.comment is not None:
        kind = event.kind if event.kind in _CODES else EventKind.COMMENTED
        _enter(draft, event, event.comment, kind)
    latest = sorted(event.comments, key=lambda one: one.at or draft.now)[-_LOOKED_AT:]
    shown = [(comment, kind) for comment in latest for kind in _news(draft, comment)]
    for comment, kind in shown:
        _enter(draft, event, comment, kind)
    return event.comment is not None or bool(shown)


def _news(draft: Draft, comment: ForeignComment) -> Iterator[EventKind]:
    """What a comment that stands on the record says that is new. What was said before the ticket began is not."""
    known = draft.ticket.comments
    if comment.id not in known:
        if comment.at is None or comment.at >= draft.ticket.opened_at:
            yield EventKind.COMMENTED
    elif comment.written and comment.at and comment.at > comment.written:
        yield EventKind.COMMENT_EDITED


def _enter(draft: Draft, event: Event, comment: ForeignComment, kind: EventKind) -> None:
    marks = _marks(comment, kind)
    if _is_known(draft, comment, kind, marks[0]) or mirroring.is_ours(draft, event, comment):
        return
    kept = (*draft.ticket.comments, *marks, *([comment.id] if comment.id not in draft.ticket.comments else []))
    was_known = comment.id in draft.ticket.comments
    draft.update(comments=tuple(dict.fromkeys(kept))[-_KEPT_MARKS:])
    at = comment.at or event.occurred_at
    hear(draft, at)
    author = known_name(draft, event, comment, kind)
    reason = draft.log(
        EntryKind.EVENT,
        author,
        _CODES.get(kind, ReasonCode.ATTACHED if comment.file else ReasonCode.COMMENTED),
        "" if kind is EventKind.COMMENT_DELETED else comment.text,
        actor=author,
        platform=event.where,
    )
    if kind is EventKind.COMMENTED and not comment.file:
        _for_customers(draft, event, comment)
    mirroring.mirror(draft, event, comment, kind, reason, was_known=was_known)


def known_name(draft: Draft, event: Event, comment: ForeignComment, kind: EventKind) -> str:
    """Who said it, or, where the body tells who changed it, that person."""
    party = event.actor if kind in _CODES and event.actor and not event.actor.is_nobody else comment.author
    found = known_person(draft, party, event.where)
    return draft.policy.roster.name(found) or party.label


def _marks(comment: ForeignComment, kind: EventKind) -> list[str]:
    """By what this is known again: the comment's id; of a change also which one it was.

    Entries of a journal have no ids that every body tells: those are also known by what was said, and when.
    """
    if kind in _CODES:
        which = f":{comment.at.isoformat() if comment.at else ''}:{digest(comment)}"
        return [f"{kind}:{comment.id}{which if kind is EventKind.COMMENT_EDITED else ''}"]
    if comment.at and comment.written and comment.at > comment.written:
        return [comment.id, *_marks(comment, EventKind.COMMENT_EDITED)]
    if comment.markup == "journal" and comment.written:
        return [comment.id, f"{_strength(comment)}{digest(comment)}@{comment.written.timestamp():.0f}"]
    return [comment.id]


def _strength(comment: ForeignComment) -> str:
    """`~` where the id was made up of what a record shows, `=` where the change itself was told."""
    return "~" if comment.id.startswith("~") else "="


def _is_known(draft: Draft, comment: ForeignComment, kind: EventKind, mark: str) -> bool:
    known = draft.ticket.comments
    if mark in known or comment.operation_id.startswith(f"{draft.ticket.uid}-"):
        return True
    if kind in _CODES or comment.markup != "journal" or comment.written is None:
        return False
    strengths = "~=" if _strength(comment) == "~" else "~"
    said, when = digest(comment), comment.written
    return any(one[0] in strengths and _is_close(one[1:], said, when) for one in known if one[:1] in {"~", "="})


def _is_close(mark: str, said: str, when: datetime) -> bool:
    """Whether a mark is of an entry with the same words at about the same time."""
    words, _, seconds = mark.partition("@")
    return words == said and seconds.isdigit() and abs(float(seconds) - when.astimezone(UTC).timestamp()) <= _CLOSE


def _for_customers(draft: Draft, event: Event, comment: ForeignComment) -> None:
    """What one of us writes where the caller reads it is an update, on the platforms of which the policy says so."""
    ours = known_person(draft, comment.author, event.where)
    read = event.where in draft.policy.communication.public_comments
    if read and not comment.internal and ours in draft.policy.roster.people:
        publish(draft, comment.text, ours)

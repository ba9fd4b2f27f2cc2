"""What people write on a ticket's records, as the platforms' webhooks tell it."""

from __future__ import annotations

from core.engine.communication import publish
from core.engine.draft import Draft
from core.engine.heard import hear
from core.engine.strangers import known_person
from core.model import EntryKind, Event, EventKind, ForeignComment, ReasonCode

_KEPT_COMMENTS = 50


def take_in(draft: Draft, event: Event) -> bool:
    """Enter a comment once, however often it is told. Returns whether the event was about one."""
    comment = event.comment
    if comment is None:
        return False
    mark = f"{event.kind}:{comment.id}"
    codes = {
        EventKind.COMMENT_EDITED: ReasonCode.COMMENT_EDITED,
        EventKind.COMMENT_DELETED: ReasonCode.COMMENT_DELETED,
    }
    if event.kind not in codes:
        mark = comment.id
    if mark in draft.ticket.comments or comment.operation_id.startswith(f"{draft.ticket.uid}-"):
        return True
    draft.update(comments=(*draft.ticket.comments, mark)[-_KEPT_COMMENTS:])
    hear(draft, event.occurred_at)
    author = comment.author.label
    facts = {"actor": author, "platform": event.where}
    code = codes.get(event.kind, ReasonCode.COMMENTED)
    draft.log(EntryKind.EVENT, author, code, comment.text, **facts)
    _for_customers(draft, event, comment)
    return True


def _for_customers(draft: Draft, event: Event, comment: ForeignComment) -> None:
    """What one of us writes where the caller reads it is an update, on the platforms of which the policy says so."""
    ours = known_person(draft, comment.author, event.where)
    if event.kind in {EventKind.COMMENT_EDITED, EventKind.COMMENT_DELETED} or comment.internal:
        return
    if ours in draft.policy.roster.people and event.where in draft.policy.communication.public_comments:
        publish(draft, comment.text, ours)

"""That a person did or said something about a ticket: silence ends."""

from __future__ import annotations

from datetime import datetime

from core.engine.draft import Draft


def hear(draft: Draft, at: datetime | None = None) -> None:
    """Note that somebody was heard of at that moment; now where the source told none, or one that is still to come."""
    moment = min(at or draft.now, draft.now)
    if draft.ticket.heard_at is None or moment > draft.ticket.heard_at:
        draft.update(heard_at=moment)

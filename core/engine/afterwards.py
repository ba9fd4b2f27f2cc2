"""What is looked at after every step, whatever it was about: nothing depends on the order in which facts arrive."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from core.engine import severity
from core.engine.acknowledging import watch_acknowledgement
from core.engine.clocks import keep_time
from core.engine.communication import communicate
from core.engine.draft import Draft
from core.engine.gathering import tell_parent
from core.engine.holding import let_go
from core.engine.major import tell_children
from core.engine.quiet import keep_quiet
from core.engine.risk import classify, tell_who_must_know
from core.engine.triggers import pull_triggers

LOOKS: tuple[Callable[[Draft], None], ...] = (
    classify,
    severity.look,
    keep_time,
    watch_acknowledgement,
    pull_triggers,
    let_go,
)
"""In this order; each looks at the ticket as the one before left it, and does nothing where nothing concerns it."""

TELLS: tuple[Callable[[Draft], None], ...] = (
    tell_who_must_know,
    communicate,
    keep_quiet,
    tell_parent,
    tell_children,
)
"""What is told of a ticket once all that follows from its facts is settled."""

_stand = attrgetter("level", "round", "acknowledged_at", "exhausted")
"""Where a ticket stands on its path: by this, clocks run."""


def look_again(draft: Draft) -> None:
    """Bring what follows from the ticket's facts in step with them, then tell of it.

    They are looked at once more where a look has itself changed one.
    """
    for _ in range(2):
        before = draft.ticket.severity
        for look in LOOKS:
            _look(look, draft)
        if draft.ticket.severity is before and not severity.is_outdated(draft):
            break
    for tell in TELLS:
        tell(draft)


def _look(look: Callable[[Draft], None], draft: Draft) -> None:
    """Look once; clocks follow where that has moved the ticket."""
    before = _stand(draft.ticket)
    look(draft)
    if look in {watch_acknowledgement, pull_triggers} and _stand(draft.ticket) != before:
        keep_time(draft)

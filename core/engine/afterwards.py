"""What is looked at after every step, whatever it was about: nothing depends on the order in which facts arrive."""

from __future__ import annotations

from collections.abc import Callable

from core.engine import severity
from core.engine.acknowledging import watch_acknowledgement
from core.engine.clocks import keep_time
from core.engine.communication import communicate
from core.engine.draft import Draft
from core.engine.holding import let_go
from core.engine.quiet import keep_quiet
from core.engine.risk import classify, tell_who_must_know

LOOKS: tuple[Callable[[Draft], None], ...] = (
    classify,
    severity.look,
    keep_time,
    watch_acknowledgement,
    let_go,
)
"""In this order; each looks at the ticket as the one before left it, and does nothing where nothing concerns it."""

TELLS: tuple[Callable[[Draft], None], ...] = (
    tell_who_must_know,
    communicate,
    keep_quiet,
)
"""What is told of a ticket once all that follows from its facts is settled."""


def look_again(draft: Draft) -> None:
    """Bring what follows from the ticket's facts in step with them, then tell of it.

    They are looked at once more where a look has itself changed one.
    """
    for _ in range(2):
        before = draft.ticket.severity
        for look in LOOKS:
            look(draft)
        if draft.ticket.severity is before and not severity.is_outdated(draft):
            break
    for tell in TELLS:
        tell(draft)

"""What is looked at after every step, whatever it was about: nothing depends on the order in which facts arrive."""

from __future__ import annotations

from collections.abc import Callable

from core.engine import severity
from core.engine.acknowledging import watch_acknowledgement
from core.engine.clocks import keep_time
from core.engine.communication import communicate
from core.engine.draft import Draft
from core.engine.holding import let_go
from core.engine.risk import classify, tell_who_must_know

LOOKS: tuple[Callable[[Draft], None], ...] = (
    classify,
    severity.look,
    keep_time,
    watch_acknowledgement,
    let_go,
    tell_who_must_know,
    communicate,
)
"""In this order; each looks at the ticket as the one before left it, and does nothing where nothing concerns it."""


def look_again(draft: Draft) -> None:
    """Bring what follows from the ticket's facts in step with them."""
    for look in LOOKS:
        look(draft)

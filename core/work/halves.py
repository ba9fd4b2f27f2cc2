"""Work done together, as long as nothing goes wrong; and in smaller parts, down to each alone, where something does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog

from core.work.failures import is_away, told

log = structlog.get_logger()

T = TypeVar("T")


def in_halves(work: Sequence[T], together: Callable[[Sequence[T]], object], alone: Callable[[T], object]) -> None:
    """Do all of it together, or nothing; where that fails, each half by itself, and what fails as the only one `alone`.

    So what goes wrong costs the rest a few more transactions, and nothing else. Raises what `together` and `alone` do
    with the database away: then no part would fare better.
    """
    if not work:
        return
    try:
        together(work)
    except Exception as error:
        if is_away(error):
            raise
        log.debug("what was to be done together is done in smaller parts", many=len(work), reason=told(error))
        if len(work) == 1:
            alone(work[0])
            return
        half = len(work) // 2
        for part in (work[:half], work[half:]):
            in_halves(part, together, alone)

"""How long to wait before something is tried again, and how often."""

from __future__ import annotations

import random
from datetime import timedelta

MAX_ATTEMPTS = 12
"""With the pauses below, about an hour of trying."""
MAX_NOTICE_ATTEMPTS = 3
"""Some seconds of trying; then the person's next way is the better one."""
_FIRST = 1.0
_LONGEST = 600.0


def never() -> bool:
    """For work that nobody will ask to stop."""
    return False


def pause(attempts: int, asked: float | None = None) -> timedelta:
    """The pause after that many attempts: exponential with full jitter, and never less than the other side asked for.

    `asked` is in seconds. Full jitter spreads a crowd best:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    ceiling = min(_LONGEST, _FIRST * 2 ** min(attempts, 16))
    return timedelta(seconds=max(random.uniform(ceiling / 2, ceiling), asked or 0.0))

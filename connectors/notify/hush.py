"""Keeping channels' secrets out of the logs: Apprise logs addresses and payloads, urllib3 the paths of webhooks.

While a notice is sent, what these libraries log in that thread goes nowhere; of what they say, only the HTTP statuses
are kept, because Apprise itself tells no more than whether a notice went out.
"""

from __future__ import annotations

import contextvars
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

LOGGERS = ("apprise", "urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "requests")
STATUS = re.compile(r"\berror[=:]\s*([1-5]\d\d)\b")

_statuses: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar("statuses", default=None)


class _Hush(logging.Filter):
    """Drops everything that is logged while a notice is sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record may pass."""
        statuses = _statuses.get()
        if statuses is None:
            return True
        statuses += [int(found) for found in STATUS.findall(record.getMessage())]
        return False


_HUSH = _Hush()


@contextmanager
def hushed() -> Iterator[list[int]]:
    """Nothing that the channel's libraries log passes; gives the HTTP statuses that were spoken of."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_HUSH)
    statuses: list[int] = []
    token = _statuses.set(statuses)
    try:
        yield statuses
    finally:
        _statuses.reset(token)

"""The trail of a piece of work: what is logged while it is done bears its ids, without anybody handing them on."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars

IDS = ("delivery", "source", "ticket", "tickets", "operation", "platform", "collection", "signal")
"""What pieces of work are known by, in the order in which a line of the log tells them."""


@contextmanager
def trail(what: str, **ids: object) -> Iterator[None]:
    """Do a piece of work, `what` in two or three words of which there are few, under its ids; empty ones are left out.

    Within one thread: what is handed to another goes with `alongside`.
    """
    del what
    with bound_contextvars(**{name: value for name, value in ids.items() if value not in ("", None)}):
        yield


def alongside(work: Callable[[], None]) -> Callable[[], None]:
    """The same work, under this trail also in the thread that does it."""
    context = contextvars.copy_context()
    return lambda: context.run(work)

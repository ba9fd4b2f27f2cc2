"""The trail of a piece of work, from hand to hand.

What is logged while it is done bears its ids, without anybody handing them on. Where traces are on it is a span too,
and the rows that it makes carry the trace to whoever works on them next, in another process perhaps.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Literal, Protocol

from structlog.contextvars import bound_contextvars

IDS = ("delivery", "source", "ticket", "tickets", "operation", "platform", "collection", "signal")
"""What pieces of work are known by, in the order in which a line of the log tells them."""

Kind = Literal["internal", "server", "client", "consumer"]
"""OpenTelemetry's kinds of spans: a request that we answer, one that we make, work that was handed over by a row."""


class Tracer(Protocol):
    """Where spans go. A place in a trace is W3C's `traceparent`, "" for none."""

    def span(
        self, what: str, kind: Kind, since: str, linked: str, facts: Mapping[str, object]
    ) -> AbstractContextManager[None]:
        """A span, below the place `since`, or below the one in which we are; beside it is `linked`."""
        ...

    def here(self) -> str:
        """The place in which we are."""
        ...

    def tell(self, facts: Mapping[str, object]) -> None:
        """Tell more of the span in which we are."""
        ...

    def wrong(self, sentence: str) -> None:
        """The span in which we are came to no good end."""
        ...


@dataclass(slots=True)
class _Process:
    """What holds for the whole process, like its logging: known to all without being handed on."""

    tracer: Tracer | None = None


_NONE: AbstractContextManager[None] = nullcontext()
_PROCESS = _Process()


def trace_with(tracer: Tracer | None) -> None:
    """Have all of this process traced from now on, or no longer."""
    _PROCESS.tracer = tracer


@contextmanager
def trail(what: str, kind: Kind = "consumer", since: str = "", /, **ids: object) -> Iterator[None]:
    """Do a piece of work, `what` in two or three words of which there are few, under its ids; empty ones are left out.

    `since` is the place in a trace that its row carried. Within one thread: what is handed to another goes with
    `alongside`.
    """
    known = {name: value for name, value in ids.items() if value not in ("", None)}
    with bound_contextvars(**known), span(what, kind, since, **known):
        yield


def span(
    what: str, kind: Kind = "internal", since: str = "", linked: str = "", /, **facts: object
) -> AbstractContextManager[None]:
    """A part of a piece of work, for traces alone: nothing where they are off. `linked` is a place in another trace."""
    tracer = _PROCESS.tracer
    return tracer.span(what, kind, since, linked, facts) if tracer else _NONE


def carried() -> str | None:
    """The place in a trace that a row which is made now carries."""
    return (_PROCESS.tracer.here() or None) if _PROCESS.tracer else None


def tell(**facts: object) -> None:
    """Tell more of the span in which we are."""
    if _PROCESS.tracer:
        _PROCESS.tracer.tell(facts)


def wrong(sentence: str) -> None:
    """Tell that the span in which we are came to no good end, and why."""
    if _PROCESS.tracer:
        _PROCESS.tracer.wrong(sentence)


def alongside(work: Callable[[], None]) -> Callable[[], None]:
    """The same work, under this trail also in the thread that does it."""
    context = contextvars.copy_context()
    return lambda: context.run(work)

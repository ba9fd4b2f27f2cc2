"""Stretches of time, and who is off in which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until just before `end`, both in UTC."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    def within(self, start: datetime, end: datetime) -> Span | None:
        """The part of it from `start` to `end`, if there is one."""
        part = Span(max(self.start, start), min(self.end, end))
        return part if part.start < part.end else None


TimeOff = Mapping[str, tuple[Span, ...]]
"""When people are off, by their roster id: from the roster, or from wherever else it is known. Spans may overlap."""


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same stretches in order, with those that touch or overlap as one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        elif span.start < span.end:
            found.append(span)
    return tuple(found)


def is_off(person: str, at: datetime, time_off: TimeOff) -> bool:
    """Whether a person is off at that moment."""
    return any(at in span for span in time_off.get(person, ()))

"""Who is on call when: the shifts of a stretch of time, exact to the moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.policy.oncall import NOBODY_OFF, OnCall, Why, assigned
from core.policy.spans import TimeOff


@dataclass(frozen=True, slots=True)
class Shift:
    """From `start` until just before `end`, both in UTC, `person` has the duty, "" for nobody; `why` is the same."""

    start: datetime
    end: datetime
    person: str
    why: Why


def shifts(duty: OnCall, start: datetime, end: datetime, time_off: TimeOff = NOBODY_OFF) -> tuple[Shift, ...]:
    """The shifts from `start` to `end`, without gap or overlap; times when nobody has the duty are shifts, too.

    The duty can change only where a turn, a layer's hours, an override or somebody's time off begins or ends. It is
    looked at there by what `on_call` itself looks at, so the two always agree.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    found: list[Shift] = []
    moments = sorted({start, *(at for at in _changes(duty, start, end, time_off) if start < at < end)})
    for at, until in zip(moments, [*moments[1:], end], strict=True):
        person, why = assigned(duty, at, time_off)
        if found and (found[-1].person, found[-1].why) == (person, why):
            found[-1] = replace(found[-1], end=until)
        elif at < until:
            found.append(Shift(at, until, person, why))
    return tuple(found)


def _changes(duty: OnCall, start: datetime, end: datetime, time_off: TimeOff) -> Iterator[datetime]:
    for layer in duty.from_the_top:
        yield from layer.changes(start, end)
    spans = [override.span for override in duty.overrides]
    spans += [span for person in duty.everybody for span in time_off.get(person, ())]
    for span in spans:
        yield from (span.start, span.end)

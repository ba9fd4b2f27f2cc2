"""Whether what goes out comes in again as it was: each value of each field that goes both ways, written and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.model import Changes, Event, Impact, Person, RecordRef, Severity, State, Urgency
from core.ports import DeliveryError, OutField, RecordWrite, UnmappedError
from mappings.mapping import BoundMapping
from mappings.outbound import word

Judge = Callable[[Impact, Urgency], Severity]
"""Which severity an impact and an urgency make: the policy's matrix."""

_PERSON = Person("dana.reyes", "Dana Reyes", "dana.reyes@example.com")
_TEXT = "Payments fail: 5 % in Zürich"
_LONG = "The first line.\n\n* a point, “quoted”\n\tand {braces}; the last line."


@dataclass(frozen=True, slots=True)
class Loss:
    """A value that does not come back as it went out: our field and word, what was written, and what came back.

    `file` and `line` are those of the rule that wrote it.
    """

    field: str
    value: str
    written: str
    back: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.field} “{self.value}” is written as {self.written}, and comes back as {self.back}."


def losses(bound: BoundMapping, judge: Judge) -> tuple[Loss, ...]:
    """Every value that does not survive being written and read again; none for a mapping without `out.returns`.

    What is written only where an option names its field goes unchecked where the mapping is bound without it.
    """
    return tuple(loss for changes in _samples() for loss in lost(bound, changes, judge))


def lost(bound: BoundMapping, changes: Changes, judge: Judge) -> Iterator[Loss]:
    """What of one change does not come back."""
    out = bound.mapping.out
    if out is None or out.returns is None:
        return
    tries = list(_tries(bound, changes))
    for name in (one for one in out.rules if _writes(bound, changes, one)):
        value = word(getattr(changes, name))
        file, _, line = out.rules[name][0].where.rpartition(":")
        for written, backs in tries:
            came = [_came(bound, body, name, judge) for body in backs]
            if _expected(name, changes) not in came:
                told = next((one for one in came if one != _NOTHING), _NOTHING)
                yield Loss(name, value, written, told, file, int(line))


_NOTHING = "nothing"


def _writes(bound: BoundMapping, changes: Changes, name: str) -> bool:
    """Whether that field alone would be written at all."""
    value = getattr(changes, name)
    return value is not None and bool(_written(bound, Changes(**{name: value})))


def _written(bound: BoundMapping, changes: Changes) -> tuple[OutField, ...]:
    """What is written; nothing where a word has none there, which is told when it is to be written."""
    record = RecordRef(bound.settings.platform, bound.settings.collection, "1", "1")
    write = RecordWrite(operation_id="check", record=record, changes=changes, group=changes.team or "", person=_PERSON)
    try:
        return bound.out(write)
    except DeliveryError:
        return ()


def _tries(bound: BoundMapping, changes: Changes) -> Iterator[tuple[str, Sequence[dict[str, object]]]]:
    """What is written, in words, each with the bodies in which it may come back."""
    out = bound.mapping.out
    fields = _written(bound, changes)
    if not fields or out is None or out.returns is None:
        return
    tries: dict[str, list[dict[str, object]]] = {}
    for written, body in out.returns.bodies(fields):
        tries.setdefault(written, []).append(dict(body))
    yield from tries.items()


def _came(bound: BoundMapping, body: dict[str, object], name: str, judge: Judge) -> str:
    try:
        read = bound.record(body)
    except UnmappedError as error:
        return f"an error ({error})"
    return _heard(read.events[0], name, judge) if read.events else _NOTHING


def _heard(event: Event, name: str, judge: Judge) -> str:
    """What an event says of our field, as we would write it."""
    if name == "severity":
        whole = event.impact is not None and event.urgency is not None
        return word(judge(event.impact, event.urgency)) if whole and event.impact and event.urgency else _NOTHING
    if name == "assignee":
        return (event.assignee.email or event.assignee.name) if event.assignee else _NOTHING
    found = getattr(event, "assignment_group" if name == "team" else name)
    return _NOTHING if found is None else word(found)


def _expected(name: str, changes: Changes) -> str:
    value = getattr(changes, name)
    return (_PERSON.email if value else "") if name == "assignee" else word(value).strip()


def _samples() -> Iterator[Changes]:
    """Every word of each closed set, and texts with what texts may hold."""
    yield from (Changes(state=one) for one in State)
    yield from (Changes(severity=one) for one in Severity)
    yield from (Changes(impact=one) for one in Impact)
    yield from (Changes(urgency=one) for one in Urgency)
    yield from (Changes(title=_TEXT), Changes(description=_LONG), Changes(service=_TEXT), Changes(team=_TEXT))
    yield from (Changes(assignee=_PERSON.id), Changes(assignee=""))

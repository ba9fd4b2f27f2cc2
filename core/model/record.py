"""A ticket's copy on a platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.model.drift import Drift

_KEPT_VALUES = 8


@dataclass(frozen=True, slots=True)
class RecordRef:
    """Where a record is: the platform's name, its table or project, its id and the key and link people use.

    `id` is the immutable id (ServiceNow sys_id, Jira issue id) and is "" where a webhook told only the key.
    """

    platform: str
    collection: str
    id: str
    key: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A record that a ticket has, or is about to have, on a platform.

    `version` grows with every change there (ServiceNow sys_mod_count, Jira's `updated` in milliseconds). `seen` holds
    the values last known to stand there (fields of `Changes` to their text). `wanted` holds, for each field that Rung
    writes, what stood there and then the values that Rung asked for, oldest first, since a person last changed it: a
    value further on than the seen one may be the result of our own writes. `people` holds the roster ids of those whom
    Rung has assigned, by the platform's id of their account, and "" for strangers that were told of. `ref.id` is ""
    while the creation is still on its way.

    `viewed` is the version at which the whole record was last seen, `written` those at which our latest write of a
    field landed. `shown` holds, for what Rung wrote last, the value and then how the platform shows it: a title that it
    cut, one priority for impact and urgency. It holds the value alone until that was seen. `drifts` are the fields that
    do not stand as Rung wrote them, though nobody is known to have changed them.

    A `linked` record was made because work was handed over, when the ticket stood on that `level`; `made_as` is the
    sort of record to create (a Jira issue type), "" for the platform's usual one. One that stands `apart` has ended by
    itself, or was given back: the ticket's state is not written there while the ticket is open.
    """

    ref: RecordRef
    version: int | None = None
    seen: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    viewed: int | None = None
    written: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    linked: bool = False
    made_as: str = ""
    level: int = 0
    apart: bool = False
    drifts: Mapping[str, Drift] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Whether the platform has confirmed that the record is there."""
        return bool(self.ref.id)

    def may_be_ours(self, name: str, value: str) -> bool:
        """Whether a value that is news can come from a write of ours, also from one whose answer is still awaited."""
        asked = self.wanted.get(name, ())
        return _last(asked, value) > _last(asked, self.seen.get(name))

    def awaits(self, name: str) -> bool:
        """Whether a write of that field was asked for whose value was not seen yet."""
        asked, shown, seen = self.wanted.get(name, ()), self.shown.get(name, ()), self.seen.get(name)
        is_shown = len(shown) > 1 and seen in shown and shown[0] == asked[-1] if asked else True
        return not is_shown and asked[-1] != seen

    def was_ours(self, name: str, value: str) -> bool:
        """Whether a value stood there before one of our writes, or was written by one, at any time."""
        return value in self.wanted.get(name, ())

    def known(self, name: str) -> int:
        """The version up to which a field is known: an event of an older one tells nothing of it."""
        viewed = self.viewed if self.viewed is not None or self.written else self.version
        return max(-1 if viewed is None else viewed, self.written.get(name, -1))

    def is_unread(self, name: str) -> bool:
        """Whether it was not seen yet how the platform shows what Rung wrote last in that field."""
        return len(self.shown.get(name, ())) == 1

    def stands(self, name: str, value: str) -> bool:
        """Whether a value stands there as well as the platform can hold it, or is on its way."""
        asked, shown = self.wanted.get(name, ()), self.shown.get(name, ())
        if self.awaits(name):
            return asked[-1] == value
        return self.seen.get(name) == value or (bool(shown) and shown[0] == value and self.seen.get(name) in shown)

    def reads(self, name: str, value: str) -> Record:
        """The record once it was seen how the platform shows what Rung wrote last in that field."""
        asked = self.wanted.get(name, ())
        written = self.shown.get(name) or (asked[-1:] if asked else (self.seen.get(name, value),))
        return replace(self, shown={**self.shown, name: (*written[:1], value)})

    def asked(self, values: Mapping[str, str]) -> Record:
        """The record once these values are to be written."""
        wanted = dict(self.wanted)
        for name, value in values.items():
            known = wanted.get(name) or tuple(seen for seen in [self.seen.get(name)] if seen is not None)
            wanted[name] = known if known and known[-1] == value else (*known, value)[-_KEPT_VALUES:]
        shown = {name: kept for name, kept in self.shown.items() if name not in values}
        return replace(self, wanted=wanted, shown=shown)

    def settled(self, values: Mapping[str, str]) -> Record:
        """The record once the write of these values has ended: one that does not stand there is expected no longer."""
        wanted = dict(self.wanted)
        for name, value in values.items():
            asked = wanted.pop(name, ())
            if self.seen.get(name) == value:
                wanted[name] = asked
            elif asked and asked[-1] != value:
                wanted[name] = tuple(one for one in asked if one != value)
        return replace(self, wanted=wanted)

    def overruled(self, values: Mapping[str, str]) -> Record:
        """The record once a person has changed these fields: whatever comes now is news."""
        later = {name: (*asked, values[name])[-_KEPT_VALUES:] for name, asked in self.wanted.items() if name in values}
        shown = {name: kept for name, kept in self.shown.items() if name not in values}
        return replace(self, wanted={**self.wanted, **later}, shown=shown)


def _last(values: tuple[str, ...], value: str | None) -> int:
    """Where a value stands last, -1 where it does not."""
    return max((place for place, one in enumerate(values) if one == value), default=-1)

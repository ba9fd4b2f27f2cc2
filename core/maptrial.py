"""What comes of looking into mappings: bodies tried on them, two compared, and the fields of a platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.model import Unknown
from core.ports import PlatformField


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A platform's field, and whether the platform's mapping reads it on the way in and can write it on the way out."""

    field: PlatformField
    read: bool
    written: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A place at which two results differ: `path` within them ("" for the whole), and the value before and after; None:
    not there. `event` is the kind and key of the event in which it is, where the results are several events.
    """

    path: str
    before: str | None
    after: str | None
    event: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDelivery:
    """A stored delivery of which another mapping would make something else."""

    id: int
    source: str
    received_at: datetime
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Stored deliveries through the mappings in force and through others.

    `mappings` are those that differ; `sources` counts the deliveries of each source that uses one of them: those that
    were looked at, and those that would change. `fields` counts in how many deliveries a field would change (`state`,
    `labels.host`; `event` for one that is made by one of them alone). `out` names what the way out would write
    otherwise, which no delivery shows. `deliveries` are the first that would change, and `more` how many there are
    beside. `understood` counts those that could be read before and can be now. `complete`: all were looked at before
    the time was up.
    """

    mappings: tuple[str, ...]
    sources: Mapping[str, tuple[int, int]]
    fields: Mapping[str, int]
    out: tuple[str, ...]
    deliveries: tuple[ChangedDelivery, ...]
    more: int
    understood: tuple[int, int]
    complete: bool

    @property
    def changes(self) -> bool:
        """Whether anything at all would change."""
        return bool(self.deliveries or self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A body to be tried: `name` is a source or a mapping, `headers` the request's, with lower-case names. `text` is
    another text of the mapping, None for the one in force."""

    name: str
    body: bytes
    headers: Mapping[str, str]
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedField:
    """One field of an event, as JSON, with the rule that gave it.

    `file` and `line` are where the rule stands, or the row of its table; `rule` is the path, template or expression,
    `read` what it found in the body. Of a list the `alternative`-th of `alternatives` was taken (0: it is no list).
    """

    name: str
    value: object
    file: str
    line: int
    rule: str
    read: object
    alternative: int = 0
    alternatives: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedItem:
    """What one item of a body gave: an event (as JSON) with its fields, or why it was declined, or what is wrong.

    `shape`, at `file` and `line`, was taken after those in `passed_over`. `unknown` are words that tables do not know.
    """

    shape: str
    file: str
    line: int
    passed_over: tuple[str, ...]
    event: Mapping[str, object] | None
    declined: str
    error: str
    fields: tuple[TriedField, ...]
    unknown: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a mapping makes of a body. `error` says why the body as a whole cannot be read, "" where it can;
    `delivery_key` is what all retries of the request share, where the source says it."""

    name: str
    mapping: str
    items: tuple[TriedItem, ...] = ()
    error: str = ""
    delivery_key: str | None = None

    @property
    def understood(self) -> bool:
        """Whether everything in the body was."""
        return not self.error and not any(one.error for one in self.items)

"""What polling a platform gives: which records were changed since, and where to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.model.record import RecordRef


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a collection (table or project) of a platform has been looked through.

    What was changed before `at` (UTC, the platform's own time) has been looked at. `cursor` is the platform's own word
    for going on in the middle of a pass, which it alone understands; "" begins a new one, which goes back a little
    before `at`, for what a platform shows late and for moments that it takes by the minute only.
    """

    collection: str
    at: datetime
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class FoundComment:
    """A comment that stands on a changed record, written or last edited `at` (UTC).

    `body` is what the platform's own webhook would bring of its writing, `edit` of its last edit, None where there was
    none.
    """

    at: datetime
    body: Mapping[str, object] = field(repr=False)
    edit: Mapping[str, object] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRecord:
    """A record that was changed `at` (UTC). `body` is in the form of the platform's own webhook; it names no actor
    where our own account was the last one to change it: others may have changed it before. `own` says that it is known
    to have been.
    """

    ref: RecordRef
    version: int
    at: datetime
    body: Mapping[str, object] = field(repr=False)
    comments: tuple[FoundComment, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A page of what was changed: where to go on (`reached`), and whether the pass has more. `warnings` are sentences
    about what could not be looked at."""

    records: tuple[ChangedRecord, ...]
    reached: Watermark
    more: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """Records that were asked for: as they stand now, and those that are not there or may not be seen, each with the
    body that the platform's webhook would bring of its deletion."""

    there: tuple[ChangedRecord, ...]
    gone: Mapping[RecordRef, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """How a platform is polled: its `collections` every so often, in the name of `source`.

    With `opens`, what no ticket knows may open one, as a webhook would. `heard`: the source has webhooks too, so that
    what only polling finds means that one was lost.
    """

    source: str
    every: timedelta
    collections: tuple[str, ...]
    opens: bool = True
    heard: bool = True

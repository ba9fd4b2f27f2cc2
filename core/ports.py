"""What the core is handed: Protocols for connectors, mappings and channels, and the one error that drives retrying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from core.model import (
    Changed,
    Changes,
    Delivery,
    Looked,
    Normalized,
    Notice,
    Party,
    Person,
    Receipt,
    RecordRef,
    Remark,
    Watermark,
)


class DeliveryError(Exception):
    """An attempt to reach a platform or channel failed.

    `message` is one sentence for people and holds no secret and no body. `permanent`: repeating cannot help (refused,
    misconfigured). `retry_after`: seconds that the other side asked for. `ambiguous`: it may have been done anyhow (a
    timeout or a cut connection after sending), so the next attempt must look before it repeats. `platform_down`: the
    platform as a whole did not answer or refused everybody (connection refused, 5xx, 429 for the account): counts
    towards its breaker and does not burn the action's attempts. `too_soon`: nothing was tried, because nobody can know
    yet whether an earlier attempt was done; that burns none either.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        ambiguous: bool = False,
        platform_down: bool = False,
        too_soon: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retry_after = retry_after
        self.ambiguous = ambiguous
        self.platform_down = platform_down
        self.too_soon = too_soon


class UnmappedError(Exception):
    """An authentic delivery was not understood. The message names the mapping, its line, the path and the value.

    `understood` is what its other items mean, where it holds several: one bad item does not silence the others.
    """

    def __init__(self, message: str, understood: Normalized | None = None) -> None:
        super().__init__(message)
        self.understood = understood


class Clock(Protocol):
    """Where the policy's time comes from."""

    def __call__(self) -> datetime:
        """The present moment: aware, UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWrite:
    """One create or update of a record, ready to be carried out.

    `record` is None for a create. `group` is the platform's name for the team ("" when the team has none there), and
    only matters when `changes.team` is set; `person` only when `changes.assignee` is. `look_first` says that an earlier
    attempt may have succeeded: look for the operation id before repeating what is not harmless to repeat.
    `into` is the table or project in which to create, and `made_as` the sort of record (a Jira issue type); "" for the
    platform's usual ones.
    """

    operation_id: str
    record: RecordRef | None
    changes: Changes
    into: str = ""
    made_as: str = ""
    group: str = ""
    person: Person | None = None
    look_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentWrite:
    """One comment of another platform to be copied to a record, or a copy to be changed or withdrawn.

    `copy` is the platform's id of the copy, "" where it is not known: then it is found by `remark.mark`. `names` are
    the people whom the text may mention, by their account where it was written. `look_first` as in `RecordWrite`.
    """

    operation_id: str
    record: RecordRef
    remark: Remark
    copy: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    look_first: bool = False


class Platform(Protocol):
    """One instance of ServiceNow or Jira. What goes wrong outside is always raised as `DeliveryError`."""

    @property
    def name(self) -> str:
        """The instance's name in platforms.yaml."""
        ...

    def identity(self) -> Party:
        """Our own integration account there: whose writes are echoes. May be cached for minutes."""
        ...

    def write(self, write: RecordWrite) -> Receipt:
        """Carry out one create or update and return the record as it is afterwards."""
        ...

    def comment(self, write: CommentWrite) -> Receipt:
        """Copy a comment, once, or have its copy follow; the receipt tells the platform's id of it."""
        ...

    def fetch(self, ref: RecordRef) -> Mapping[str, object] | None:
        """Read a record (by id, or by key where the id is unknown) in the form of that platform's own webhook body, so
        that the source's mapping understands it. None when it is not there."""
        ...

    def changes(self, since: Watermark, limit: int) -> Changed:
        """A page of at most `limit` records of a collection that were changed since, in an order in which none is left
        out between pages. A record may come again; who asks compares versions.
        """
        ...

    def look(self, refs: Sequence[RecordRef]) -> Looked:
        """These records as they stand now, without their comments, and which of them are gone."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a platform's field takes: as it is written, and as people see it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformField:
    """A field of a platform's records, as the platform itself describes it.

    `type` is in the platform's words (string, reference, array of option). `reference` is what its values point to, ""
    for plain ones. `origin` is where the platform defines it: a table, or the plugin of a custom field.
    """

    name: str
    label: str = ""
    type: str = ""
    mandatory: bool = False
    read_only: bool = False
    reference: str = ""
    choices: tuple[Choice, ...] = ()
    origin: str = ""


class Admin(Protocol):
    """What an admin asks a platform instance while setting it up. What goes wrong outside is raised as
    `DeliveryError`, with what to do about it."""

    def fields(self, collection: str = "") -> tuple[PlatformField, ...]:
        """The fields of a table (ServiceNow), or of a project and perhaps one of its issue types, `OPS/Incident`
        (Jira); "" is the one that the configuration names."""
        ...


class Notifier(Protocol):
    """A way of telling people."""

    def notify(self, person: Person, notice: Notice, acknowledge_link: str) -> None:
        """Send the notice by `person.ways[notice.way]`; raises `DeliveryError`."""
        ...


class Calendars(Protocol):
    """People's own calendars."""

    def off(self, person: Person, start: datetime, end: datetime) -> Sequence[tuple[datetime, datetime]]:
        """When the person is off by their calendar, around `start` to `end`; raises `DeliveryError`.

        Moments without a zone are by the clock where the person is.
        """
        ...


class Mappings(Protocol):
    """The mapping language, for every configured source."""

    def events(self, delivery: Delivery) -> Normalized:
        """What the delivery means; raises `UnmappedError`."""
        ...

    def record(self, source: str, body: Mapping[str, object]) -> Normalized:
        """What a record that was read from its platform (`Platform.fetch`) says: at most one event, with what of it is
        not known; raises `UnmappedError`."""
        ...


@dataclass(frozen=True, slots=True)
class OutField:
    """One value to write, in a platform's own words.

    `kind`: "value" goes out as it is; "group" and "person" are looked up on the platform (the value is the group's
    name, or the Person); "comment" is a journal text whose `field` says where; "state" is a list of acceptable
    target states, for platforms that move by transitions.
    """

    field: str
    value: object
    kind: Literal["value", "group", "person", "comment", "state"] = "value"


class Outbound(Protocol):
    """A mapping's way out: our Changes in one platform's words."""

    def __call__(self, write: RecordWrite) -> tuple[OutField, ...]:
        """The fields to write; raises `DeliveryError(permanent=True)` when a value has no word on the platform."""
        ...


class Accepted(Protocol):
    """What became of a request that was to be stored."""

    @property
    def id(self) -> int:
        """The delivery's id."""
        ...

    @property
    def repeat(self) -> bool:
        """Whether a delivery with this key was stored before."""
        ...


class StorageUnavailableError(Exception):
    """A delivery could not be stored now; the sender must try again."""


class Inbox(Protocol):
    """Where the door puts deliveries."""

    def accept(
        self, source: str, *, key: str | None, content_type: str, headers: Mapping[str, str], body: bytes
    ) -> Accepted:
        """Store a delivery durably; raises `StorageUnavailableError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listened:
    """A source as those know it who wait to hear from it: how often it must be heard, None where that does not matter.

    `platform` is the platform whose webhooks these are, "" for a tool; without a `mapping` it sends mere signs of life.
    """

    name: str
    mapping: str = ""
    platform: str = ""
    every: timedelta | None = None


class Attendance(Protocol):
    """Who was heard."""

    def heard(self, source: str) -> None:
        """Note that a source was heard; raises `StorageUnavailableError`."""
        ...


class Bell(Protocol):
    """Says that there is work; carries none. Ringing never raises: a lost ring delays work by one sweep."""

    def ring(self, work: Literal["intake", "delivery"]) -> None:
        """Wake a worker for this kind of work."""
        ...

"""What can make the engine look at a ticket: an Event, a Command, a timer, a report, a shift, another ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.model.action import Action, Notice
from core.model.command import Command
from core.model.event import Event
from core.model.record import RecordRef
from core.model.signal import Signal
from core.model.ticket import Ticket, TimerKind


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer of the ticket has come. `token` tells it from an earlier one of the same kind that was replaced."""

    kind: TimerKind
    token: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A platform's answer to a write: the record as it is now, and what the connector could not do.

    `values` are the fields as read back, in the words of `Changes`. `found` says that an earlier attempt had already
    done it. `account` is the platform's own id of the assignee that was written, which its webhooks may tell without
    the e-mail by which the account was found; "" where none was. `warnings` are sentences for
    people ("dana@example.com has no account on servicenow-main"). `together` counts the messages that went out as one.
    `comment` is the platform's id of the comment that was written, "" where it gives none.
    """

    record: RecordRef | None = None
    version: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    found: bool = False
    account: str = ""
    warnings: tuple[str, ...] = ()
    together: int = 1
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An action that will not be done: refused for good, or out of attempts. `message` is a sentence for people."""

    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """How an action ended."""

    action: Action
    result: Receipt | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftChanged:
    """The duty of a team's level has passed on: `incoming` has had it since `at` (UTC), `outgoing` had it before.

    Both are roster ids; `outgoing` are several where changes came while nobody looked, none where nobody had it. One
    of the tickets brings the `summary` of all `count` of them to the one coming in.
    """

    team: str
    level: str
    incoming: str
    at: datetime
    outgoing: tuple[str, ...] = ()
    summary: Notice | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Rebase:
    """Somebody moves the ticket to the newest policy, by which this step is taken. `by` and `via` as in a Command.

    It is no Command: no level's authority is asked, for it is the right of whoever may put policies in force.
    """

    by: str
    via: str


@dataclass(frozen=True, slots=True)
class OpenMajor:
    """Like tickets have become so many that a major incident is to be opened for them.

    `earlier` are those that are there, oldest first; `newest` is the one that made them so many.
    """

    earlier: tuple[Ticket, ...]
    newest: Ticket


@dataclass(frozen=True, slots=True)
class DriftLook:
    """What stands on the record of that platform (fields of `Changes` to their text), read a moment ago and with
    nothing in it that anybody has changed: it is time to compare it with what Rung wrote there. `version` is the
    record's at that moment: a look from before what is known of it by now tells nothing.
    """

    platform: str
    stands: Mapping[str, str]
    version: int | None = None


Stimulus = Event | Command | TimerDue | Report | ShiftChanged | Rebase | OpenMajor | DriftLook | Signal

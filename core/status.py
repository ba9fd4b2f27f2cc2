"""How it stands with Rung itself, for people and what watches it: processes, platforms, what waits, versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from core.polls import PollRow

GONE = timedelta(seconds=45)
"""A process that has not said for so long that it lives is taken as gone."""
OLD = timedelta(minutes=5)
"""What could be done and nobody has taken up for so long is an old backlog."""
_STANDS = timedelta(minutes=5)
"""A loop that has not come round for so long stands still: one round may wait for a slow platform or database."""
_WELL = "In step."

NEEDED = {
    "door": "No web process runs, so no webhook is taken: start `rung web`.",
    "intake": "No worker applies deliveries: start `rung worker`, or look into its log.",
    "delivery": "No worker carries actions out: start `rung worker`, or look into its log.",
    "notices": "No worker tells people: start `rung worker`, or look into its log.",
    "sweep": "No clock fires timers: start `rung clock`, or look into its log.",
}
"""The loops without which Rung does not do its job, each with what is said where none comes round."""

_WAITING = {
    "delivery": "deliveries",
    "write_back": "write-backs",
    "notice": "messages",
    "signal": "what tickets tell each other",
    "timer": "timers",
}
WORK = tuple(_WAITING)
"""The kinds of work, in the order in which they are told."""

ENDED = ("dead_notice", "dead_write_back", "dead_signal", "unmapped_delivery", "failed_delivery", "failing_timer")
"""What may wait for a person to look at it."""

State = Literal["working", "degraded", "failing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRow:
    """One process of Rung. `silent` is how long ago it last said that it lives; `rounds` how long ago each of its loops
    last came round.
    """

    role: str
    host: str
    pid: int
    version: str
    began_at: datetime
    silent: timedelta
    rounds: Mapping[str, timedelta] = field(default_factory=dict)

    @property
    def lives(self) -> bool:
        """Whether it runs, as far as it has told."""
        return self.silent < GONE

    @property
    def standing(self) -> tuple[str, ...]:
        """Those of its loops that stand still."""
        return tuple(name for name, ago in sorted(self.rounds.items()) if ago > _STANDS)

    @property
    def says(self) -> str:
        """That in a sentence."""
        if not self.lives:
            return f"Gone without a word {int(self.silent.total_seconds())} seconds ago."
        return f"Stands still: {', '.join(self.standing)}." if self.standing else "Runs."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRow:
    """How it stands with a platform.

    `breaker` is `open` while the platform is left alone because it is down, `trying` once its pause is over and the
    next action tries it, `closed` otherwise; `since` is when it opened, `until` the end of the pause. `failures` came
    in a row. `waiting` and `dead` count its actions. `succeeded_at` is when it last took a write, to within some
    seconds; `failed_at` and `last_error` tell of the last time that it failed as a whole.
    """

    name: str
    breaker: Literal["closed", "open", "trying"] = "closed"
    since: datetime | None = None
    until: datetime | None = None
    failures: int = 0
    waiting: int = 0
    dead: int = 0
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    last_error: str = ""
    polling: tuple[PollRow, ...] = ()

    @property
    def says(self) -> str:
        """What is wrong with it, in a sentence or two."""
        polled = (f"Polling {one.collection}: {one.says}" for one in self.polling if one.says != _WELL)
        return " ".join(part for part in (self._down, *polled) if part) or _WELL

    @property
    def _down(self) -> str:
        if self.breaker != "closed":
            return f"Left alone while it is down: {self.last_error}"
        return f"Failed {self.failures} times in a row: {self.last_error}" if self.failures else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """What waits of one kind of work: how much, since when the oldest, and for how long (`overdue`) the oldest that
    could be done now has waited for somebody to take it up.
    """

    work: str
    waiting: int
    since: datetime | None = None
    overdue: timedelta | None = None

    @property
    def says(self) -> str:
        """That nobody takes it up, "" where somebody does."""
        if self.overdue is None or self.overdue < OLD:
            return ""
        minutes = int(self.overdue.total_seconds() // 60)
        return f"Nobody has taken up {_WAITING[self.work]} for {minutes} minutes: too few workers, or none."


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatRow:
    """The outward heartbeat: when it last went out and was last tried, and why it did not go out then, "" if it did."""

    sent_at: datetime | None
    tried_at: datetime
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What runs: Rung as this process has it, the database's schema, the one that this code wants and what is wrong
    where the two do not fit, PostgreSQL, and the documents in force.
    """

    rung: str = ""
    schema: str = ""
    schema_wanted: str = ""
    schema_problem: str = ""
    postgresql: str = ""
    documents: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How it stands with all of Rung.

    `ended` counts what waits for a person by what it is; `degraded` tells of parts that can be done without for a
    while, such as Redis; `heartbeat` is None where none is sent outside. `now` is the policy's time.
    """

    now: datetime
    processes: tuple[ProcessRow, ...] = ()
    platforms: tuple[PlatformRow, ...] = ()
    queues: tuple[QueueRow, ...] = ()
    ended: Mapping[str, int] = field(default_factory=dict)
    versions: Versions = field(default_factory=Versions)
    degraded: Mapping[str, str] = field(default_factory=dict)
    heartbeat: HeartbeatRow | None = None

    @property
    def unable(self) -> tuple[str, ...]:
        """Why Rung does not do its job now, in sentences; () while it does."""
        return unable(self.processes, self.queues)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What else somebody should look at."""
        platforms = (f"{one.name}: {one.says}" for one in self.platforms if one.says != _WELL)
        still = (one for one in self.processes if one.lives and one.standing)
        standing = (f"{one.role} {one.pid} on {one.host}: {one.says}" for one in still)
        versions = (*self._mixed, *filter(None, [self.versions.schema_problem]))
        return (*self.degraded.values(), *platforms, *standing, *versions, *self._unheard)

    @property
    def state(self) -> State:
        """All of it in a word."""
        if self.unable:
            return "failing"
        return "degraded" if self.troubles else "working"

    @property
    def _mixed(self) -> tuple[str, ...]:
        versions = sorted({one.version for one in self.processes if one.lives})
        return (f"Processes of several versions run: {', '.join(versions)}.",) if len(versions) > 1 else ()

    @property
    def _unheard(self) -> tuple[str, ...]:
        """Withheld because Rung does not do its job, that is told already."""
        error = self.heartbeat.error if self.heartbeat and not self.unable else ""
        return (f"The outward heartbeat did not go out: {error}",) if error else ()


def unable(processes: Sequence[ProcessRow], queues: Iterable[QueueRow]) -> tuple[str, ...]:
    """Why Rung does not do its job: what no process does, and what nobody has taken up for too long."""
    alive = {name for one in processes if one.lives for name in one.rounds if name not in one.standing}
    missing = (sentence for name, sentence in NEEDED.items() if name not in alive)
    return (*missing, *(one.says for one in queues if one.says))


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the desk is told of the whole: Rung's version, the documents' versions, and what is degraded."""

    version: str = ""
    documents: Mapping[str, int] = field(default_factory=dict)
    degraded: Mapping[str, str] = field(default_factory=dict)


def in_words(status: Status) -> dict[str, object]:
    """The whole as it is handed out: its fields, each part with the sentence that it says."""
    return {
        "state": status.state,
        "unable": list(status.unable),
        "troubles": list(status.troubles),
        "now": status.now,
        "processes": [{**_fields(one), "says": one.says} for one in status.processes],
        "platforms": [{**_fields(one), "says": one.says} for one in status.platforms],
        "queues": [{**_fields(one), "says": one.says} for one in status.queues],
        "ended": status.ended,
        "degraded": status.degraded,
        "heartbeat": status.heartbeat,
        "versions": status.versions,
    }


def _fields(row: ProcessRow | PlatformRow | QueueRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}

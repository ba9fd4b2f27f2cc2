"""Some tickets' lives, lived through Rung's own code up to one moment: what a crowd is copied from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select, text

from bench.alerts import Requests
from bench.crowd import Pattern, record_id, record_key
from bench.intake import fill
from core.model import Acknowledge, Action, ActionStatus, Receipt, RecordRef, Report
from core.store import claims
from core.store.tables import timers
from core.work.apply import apply_to
from rung.parts import App

PRESENT = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
"""The policy's time at which the crowd stands: a Tuesday, at work."""
_LEASE = timedelta(minutes=1)
_FIRST = 5_000_000_001
"""The first seed's alert: as many digits as every other's, so that no name is the beginning of another."""


@dataclass(slots=True)
class HandClock:
    """The policy's time, set by hand."""

    now: datetime = PRESENT

    def __call__(self) -> datetime:
        """The moment that was set."""
        return self.now


@dataclass(frozen=True, slots=True)
class Life:
    """A kind of ticket: how the source calls its severity, how long ago it was opened, who has taken it after how long.

    `share` is its part of a crowd. None of its timers is due for half an hour after, nor before, `PRESENT`.
    """

    name: str
    severity: str
    age: timedelta
    share: float
    taken_after: timedelta | None = None


LIVES = (
    Life("in hand, SEV3", "warning", timedelta(hours=20), 0.45, timedelta(minutes=20)),
    Life("in hand, SEV4", "info", timedelta(days=1), 0.30, timedelta(hours=1)),
    Life("in hand, SEV2", "error", timedelta(minutes=15), 0.05, timedelta(minutes=5)),
    Life("asked, SEV4", "info", timedelta(hours=2), 0.10),
    Life("nobody answered, SEV3", "warning", timedelta(hours=9), 0.08),
    Life("nobody answered, SEV1", "critical", timedelta(hours=9), 0.02),
)
DUE = Life("about to be due, SEV1", "critical", timedelta(0), 0)
"""What is opened at `PRESENT` and nobody has taken: its first timer is due five minutes later."""


@dataclass(frozen=True, slots=True)
class _Alert:
    """`Requests` of one alert with a severity of its own."""

    severity: str
    number: int
    alerts: int = field(default=1, init=False)

    def body(self, number: int) -> bytes:
        """The body of the request."""
        del number
        told = Requests("/", first=self.number).body(0)
        return told.replace(b'"severity": "critical"', f'"severity": "{self.severity}"'.encode())


def lived(app: App, engine: Engine, clock: HandClock, life: Life, number: int) -> int:
    """Have a ticket live up to `PRESENT`, its record written and its people told at once; returns its id."""
    clock.now = PRESENT - life.age
    fill(engine, _Alert(life.severity, _FIRST + number), 1)  # type: ignore[arg-type]
    app.intake.drain()
    with engine.begin() as connection:
        ticket_id: int = connection.execute(text("SELECT max(id) FROM tickets")).scalar_one()
    _carried_out(app, engine, clock, ticket_id)
    if life.taken_after is not None:
        clock.now += life.taken_after
        with engine.begin() as connection:
            apply_to(connection, ticket_id, Acknowledge("lee", "in the console"), app.parts.policies, clock.now)
        _carried_out(app, engine, clock, ticket_id)
    while (due := _next_timer(engine, ticket_id)) is not None and due <= PRESENT:
        clock.now = due
        app.sweeper.sweep()
        _carried_out(app, engine, clock, ticket_id)
    return ticket_id


def _next_timer(engine: Engine, ticket_id: int) -> datetime | None:
    with engine.begin() as connection:
        due = select(func.min(timers.c.due_at)).where(timers.c.ticket_id == ticket_id)
        found: datetime | None = connection.execute(due).scalar_one()
        return found


def _carried_out(app: App, engine: Engine, clock: HandClock, ticket_id: int) -> None:
    """Everything on the ledger is done: the connectors' side of it, as their reports tell it."""
    while True:
        with engine.begin() as connection:
            claimed = claims.claim(connection, _LEASE)
            if not claimed:
                return
            for one in claimed:
                claims.finish(connection, one.id, ActionStatus.DONE)
                report = Report(one.action, _receipt(one.action, ticket_id))
                apply_to(connection, ticket_id, report, app.parts.policies, clock.now)


def _receipt(action: Action, ticket_id: int) -> Receipt:
    if not action.platform:
        return Receipt()
    link = f"https://servicenow.example.com/{record_id(ticket_id)}"
    return Receipt(RecordRef(action.platform, "incident", record_id(ticket_id), record_key(ticket_id), link), 1)


def all_lived(app: App, engine: Engine, clock: HandClock, lives: Sequence[Life] = (*LIVES, DUE)) -> dict[str, int]:
    """One ticket of each kind, by the kind's name: the longest lives first, so that no sweep meets another's."""
    found = {}
    for number, life in enumerate(lives):
        found[life.name] = lived(app, engine, clock, replace(life), number)
    clock.now = PRESENT
    return found


_SPREAD = 60
"""So many different moments a crowd of one kind was opened at, half a minute apart."""
_APART = timedelta(seconds=30)
DUE_AFTER = timedelta(minutes=5)
"""How long after it was opened the first timer of `DUE` is due."""


def crowd_of(patterns: Mapping[str, Pattern], numbers: range) -> list[tuple[Pattern, range]]:
    """A crowd under those numbers: every kind by its share, opened at moments a quarter of an hour around its own."""
    found, first = [], numbers.start
    for place, life in enumerate(LIVES):
        last = numbers.stop if place == len(LIVES) - 1 else first + round(life.share * len(numbers))
        found += [
            (patterns[life.name].moved(_APART * (step - _SPREAD // 2)), part)
            for step, part in enumerate(_parts(range(first, last), _SPREAD))
            if part
        ]
        first = last
    return found


def about_to_be_due(patterns: Mapping[str, Pattern], numbers: range, per_second: int) -> list[tuple[Pattern, range]]:
    """Tickets under those numbers of which so many in a second have their first timer due, from `PRESENT` on."""
    begins = patterns[DUE.name].moved(-DUE_AFTER)
    return [
        (begins.moved(timedelta(seconds=place / per_second)), range(number, number + 1))
        for place, number in enumerate(numbers)
    ]


def _parts(numbers: range, count: int) -> list[range]:
    """The numbers in so many parts of equal length, the last ones shorter."""
    length = -(-len(numbers) // count)
    return [numbers[place * length : (place + 1) * length] for place in range(count)]

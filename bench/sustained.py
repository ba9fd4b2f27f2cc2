"""Sustained load: requests come at a fixed rate, whether or not they can be kept up with, with one worker and with two.

Every process runs on this machine. What is kept up with is applied at the offered rate; what is not takes longer than
it came, and waits meanwhile: the latencies show it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import psycopg

from bench import moments
from bench.costs import Costs
from bench.figures import Figure
from bench.ground import Ground, GroundError, rung, watched
from bench.moments import Database
from bench.sender import Load, load
from bench.standin import StandIn
from bench.timing import percentile
from rung.up import Up

SECONDS = 3.0
"""How long each load comes."""
_KEYS = 400
_CONNECTIONS = 16
_LONGEST = 60.0
_OPEN, _WRITTEN = 2_000_000, 3_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """So many requests per second of one kind; `first` numbers their alerts, `keys` makes them repeats."""

    name: str
    unit: str
    source: str
    rate: float
    first: int = 0
    keys: int = 0
    severity: str = "warning"

    @property
    def count(self) -> int:
        """How many come in all."""
        return int(self.rate * SECONDS)


REPEATS = Offer("repeats of open tickets", "events/s", "kept", 1000, keys=_KEYS)
OPENED = Offer("new tickets", "tickets/s", "kept", 400, first=_OPEN)
WRITTEN = Offer("new tickets written back", "tickets/s", "written", 100, first=_WRITTEN, severity="critical")


@dataclass(frozen=True, slots=True)
class Running:
    """What a load is sent to, and looked at with."""

    up: Up
    stand_in: StandIn
    database: Database
    pids: dict[str, int]
    workers: int

    def send(self, offer: Offer, count: int = 0, rate: float = 0.0) -> Load:
        """Send all of it, or so many; raises `LoadError` unless all is answered 202."""
        return load(
            self.up.settings.port,
            f"/webhooks/{offer.source}",
            "202",
            connections=_CONNECTIONS,
            seconds=_LONGEST,
            count=count or offer.count,
            rate=rate,
            first=offer.first,
            keys=offer.keys,
            severity=offer.severity,
        )


def measure(ground: Ground) -> list[Figure]:
    """Everything with one worker and with two, the second held against the first."""
    figures: list[Figure] = []
    for workers in (1, 2):
        with StandIn() as stand_in, rung(ground, stand_in, workers=workers) as up:
            found = watched(up, _measured(ground, up, stand_in, workers))
        rates = {one.unit + one.name.rpartition(",")[0]: one for one in figures}
        figures += [
            one.over(rates[key]) if (key := one.unit + one.name.rpartition(",")[0]) in rates else one for one in found
        ]
    return figures


def _measured(ground: Ground, up: Up, stand_in: StandIn, workers: int) -> Callable[[], list[Figure]]:
    def work() -> list[Figure]:
        with psycopg.connect(up.settings.database_url, autocommit=True) as database:
            running = Running(up, stand_in, database, {**up.supervisor.pids(), **ground.pids}, workers)
            _warmed(running)
            return [*_taken(running, REPEATS), *_taken(running, OPENED), *_arrived(running), _own_cost(stand_in)]

    return work


def _warmed(running: Running) -> None:
    """Open the tickets that are repeated, and have everything asked for once."""
    running.send(replace(WRITTEN, first=1), count=1)
    load(
        running.up.settings.port, "/webhooks/kept", "202", connections=4, alerts=50, count=_KEYS // 50, seconds=_LONGEST
    )
    _settled(running)


def _settled(running: Running) -> None:
    moments.until_applied(running.database, _LONGEST)
    moments.until_sent(running.database, _LONGEST)
    for arrived in (running.stand_in.arrivals, running.stand_in.notices):
        while not arrived.empty():
            arrived.get()


def _taken(running: Running, offer: Offer) -> list[Figure]:
    """Offer it and see when it was applied."""
    before, costs = moments.last(running.database), Costs(running.pids)
    sent = running.send(offer, rate=offer.rate)
    moments.until_applied(running.database, _LONGEST)
    cost = costs.each(offer.count)
    found = moments.applied(running.database, before)
    _settled(running)
    return [
        _figure(running, f"{offer.name}, applied", found.per_second, offer.unit, _said(offer, sent)),
        *_waits(running, f"{offer.name}, webhook to applied", found.waits),
        _figure(running, f"{offer.name}, processor time", cost[0], "ms each", cost[1]),
    ]


def _arrived(running: Running) -> list[Figure]:
    """Offer what is written back, and see when it arrived at the stand-in."""
    offer, costs = WRITTEN, Costs(running.pids)
    sent = running.send(offer, rate=offer.rate)
    came = [_arrival(running, offer, sent) for _ in range(offer.count)]
    cost = costs.each(offer.count)
    rate = offer.count / (max(at for at, _ in came) - sent.began)
    _settled(running)
    return [
        _figure(running, f"{offer.name}, arrived", rate, offer.unit, f"{_said(offer, sent)}; a message for each, too"),
        *_waits(running, f"{offer.name}, webhook to arrival", [wait for _, wait in came]),
        _figure(running, f"{offer.name}, processor time", cost[0], "ms each", cost[1]),
    ]


def _arrival(running: Running, offer: Offer, sent: Load) -> tuple[float, float]:
    """When the next write-back arrived, and how many ms after its alert was due."""
    deadline = time.monotonic() + _LONGEST
    while running.stand_in.arrivals.empty():
        if time.monotonic() > deadline:
            raise GroundError(f"no write-back arrived within {_LONGEST:.0f} seconds")
        time.sleep(0.02)
    at, title = running.stand_in.arrivals.get()
    due = sent.began + (int(title.rpartition("-")[2]) - offer.first) / offer.rate
    return at, (at - due) * 1000


def _waits(running: Running, name: str, waits: Sequence[float]) -> list[Figure]:
    return [_figure(running, f"{name} p{percent}", percentile(waits, percent), "ms") for percent in (50, 99)]


def _said(offer: Offer, sent: Load) -> str:
    return f"{offer.rate:.0f}/s came for {SECONDS:.0f} s; answered 202, p50 and p99: {sent.p50:.0f}, {sent.p99:.0f} ms"


def _own_cost(stand_in: StandIn) -> Figure:
    each = stand_in.cpu() * 1e6 / max(stand_in.requests, 1)
    return Figure(name="the stand-in itself", value=each, unit="µs a request", note=f"{stand_in.requests} requests")


def _figure(running: Running, name: str, value: float, unit: str, note: str = "") -> Figure:
    workers = f"{running.workers} worker{'s' if running.workers > 1 else ''}"
    return Figure(name=f"{name}, {workers}", value=value, unit=unit, note=note)

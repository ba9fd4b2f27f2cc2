"""Ingest: authentic requests answered 202 once they are durable, through the real web role under Granian."""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Callable, Iterator

import psycopg

from bench.figures import Figure
from bench.floor import TABLE
from bench.ground import Ground, rung, serving, watched, web
from bench.sender import Load, load
from bench.standin import StandIn
from rung.settings import Settings

CONNECTIONS = 16
BATCH = 50
_SECONDS = 2.5
_ROUNDS = 3
_SOURCE = "/webhooks/kept"


def measure(ground: Ground) -> list[Figure]:
    """The load generator alone, the bare handler, the web role alone, and with a worker beside it."""
    alone = _load_generator()
    with StandIn() as stand_in:
        with web(ground, stand_in) as settings, _floor(settings) as floor_port:
            figures = _against_the_floor(settings.port, floor_port)
        with rung(ground, stand_in, workers=1) as running:
            beside = watched(running, lambda: _full(running.settings.port))
    floor = figures[0]
    name = "Rung's web role, one worker draining beside it"
    return [alone, *figures, Figure(name=name, value=beside.per_second, unit="requests/s").over(floor)]


def _load_generator() -> Figure:
    with serving("bench.noop") as port:
        cost = load(port, "/", "202", connections=CONNECTIONS, seconds=_SECONDS / 2)
    note = f"against a handler that does nothing; {cost.cpu:.0f} µs of CPU a request"
    return Figure(name="load generator alone", value=cost.per_second, unit="requests/s", note=note)


@contextlib.contextmanager
def _floor(settings: Settings) -> Iterator[int]:
    """The bare handler over the very database that Rung uses, with as many threads."""
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(TABLE)
    threads = str(settings.web_threads)
    with serving("bench.floor", {"BENCH_DATABASE_URL": settings.database_url, "BENCH_THREADS": threads}) as port:
        yield port


def _full(port: int, path: str = _SOURCE, /, **options: float) -> Load:
    return load(port, path, "202", connections=CONNECTIONS, seconds=_SECONDS, **options)


def _median(rounds: list[Load], of: Callable[[Load], float]) -> float:
    return statistics.median(of(one) for one in rounds)


def _against_the_floor(port: int, floor_port: int) -> list[Figure]:
    """Rung and the floor in turns, so that what else the machine does hits both."""
    _full(port, count=200)
    _full(floor_port, "/floor", count=200)
    pairs = [(_full(floor_port, "/floor"), _full(port)) for _ in range(_ROUNDS)]
    floors, ours = [floor for floor, _ in pairs], [mine for _, mine in pairs]
    speed = _median(ours, lambda one: one.per_second)
    half = _full(port, rate=speed / 2)
    batches = _full(port, alerts=BATCH)
    floor = Figure(
        name="bare Flask handler",
        value=_median(floors, lambda one: one.per_second),
        unit="requests/s",
        note="verifies an HMAC, inserts one row, under the same Granian and PostgreSQL",
    )
    mine = Figure(
        name="Rung's web role",
        value=speed,
        unit="requests/s",
        note=f"202, durable; p99 {_median(ours, lambda one: one.p99):.0f} ms",
    )
    return [
        floor,
        mine.over(floor),
        Figure(name="p50 at half the load", value=half.p50, unit="ms", note=f"{half.per_second:.0f} requests/s"),
        Figure(name="p99 at half the load", value=half.p99, unit="ms"),
        Figure(name=f"batches of {BATCH} alerts", value=batches.per_second * BATCH, unit="alerts/s"),
    ]

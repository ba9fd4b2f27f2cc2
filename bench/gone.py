"""Redis gone: what Rung does and how long it takes when nobody rings the bell, beside the same with it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from bench import moments
from bench.costs import Costs
from bench.figures import Figure
from bench.ground import Ground, rung, watched
from bench.moments import Database
from bench.sender import Load, load
from bench.standin import StandIn
from bench.timing import percentile
from rung.up import Up

SAMPLES = 30
_EVERY = 0.23
"""Seconds between two alerts of those whose delay is measured: no part of the two seconds after which workers look."""
_REPEATS = 1500
_KEYS = 100
_LONGEST = 60.0


def measure(ground: Ground) -> list[Figure]:
    """Delay and throughput with the bell, then, in the same processes, without it."""
    with ground.own_redis() as (url, end), StandIn() as stand_in, rung(ground, stand_in, redis_url=url) as up:
        return watched(up, _measured(ground, up, stand_in, end))


def _measured(ground: Ground, up: Up, stand_in: StandIn, end: Callable[[], None]) -> Callable[[], list[Figure]]:
    def work() -> list[Figure]:
        with psycopg.connect(up.settings.database_url, autocommit=True) as database:
            pids = {**up.supervisor.pids(), "postgres": ground.pids["postgres"]}
            _delays(stand_in, _send(up, "written", count=1, first=1_000_000), 1_000_000)
            ringing = _both(up, stand_in, database, pids, "with Redis", 2_000_000)
            end()
            silent = _both(up, stand_in, database, pids, "without Redis", 3_000_000)
        return [*ringing, *(one.over(other) for one, other in zip(silent, ringing, strict=True))]

    return work


def _both(up: Up, stand_in: StandIn, database: Database, pids: dict[str, int], how: str, first: int) -> list[Figure]:
    """First few at a time, then many at once."""
    rate = 1 / _EVERY
    sent = _send(up, "written", count=SAMPLES, first=first, rate=rate)
    waits = _delays(stand_in, sent, first)
    before, costs = moments.last(database), Costs(pids)
    many = _send(up, "kept", count=_REPEATS, keys=_KEYS, severity="warning")
    moments.until_applied(database, _LONGEST)
    cost = costs.each(_REPEATS)
    moments.until_sent(database, _LONGEST)
    speed = moments.applied(database, before).per_second
    return [
        Figure(name=f"answered 202, p99, {how}", value=sent.p99, unit="ms", note=f"{rate:.0f} alerts/s"),
        Figure(name=f"webhook to arrival, p50, {how}", value=percentile(waits, 50), unit="ms"),
        Figure(name=f"webhook to arrival, p99, {how}", value=percentile(waits, 99), unit="ms"),
        Figure(
            name=f"taken in at once, {how}", value=many.per_second, unit="requests/s", note=f"p99 {many.p99:.0f} ms"
        ),
        Figure(name=f"alerts applied, {how}", value=speed, unit="events/s", note=f"{_REPEATS} to {_KEYS} tickets"),
        Figure(name=f"processor time, {how}", value=cost[0], unit="ms each", note=cost[1]),
    ]


def _send(up: Up, source: str, **options: float | str) -> Load:
    connections = min(16, int(options["count"]))
    return load(up.settings.port, f"/webhooks/{source}", "202", connections=connections, seconds=_LONGEST, **options)


def _delays(stand_in: StandIn, sent: Load, first: int) -> list[float]:
    """Milliseconds from the moment at which each alert was due until its record arrived."""
    came = [stand_in.arrivals.get(timeout=_LONGEST) for _ in range(sent.requests)]
    return [(at - sent.began - (int(title.rpartition("-")[2]) - first) * _EVERY) * 1000 for at, title in came]

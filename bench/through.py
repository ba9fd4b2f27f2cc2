"""Throughput: many webhooks at once, through web, intake and step with every process running, and written back."""

from __future__ import annotations

import time

import psycopg
from psycopg.rows import TupleRow

from bench.figures import Figure
from bench.ground import Ground, GroundError, rung, watched
from bench.sender import load
from bench.standin import StandIn
from rung.up import Up

NEW = 400
REPEATS = 2000
_CONNECTIONS = 16
_LONGEST = 45.0


def measure(ground: Ground) -> list[Figure]:
    """Events and tickets per second from the first request to the last that was applied, and to the last write-back."""
    with StandIn() as stand_in:
        own = load(stand_in.port, "/api/now/table/incident", "201", connections=4, seconds=1)
        while not stand_in.arrivals.empty():
            stand_in.arrivals.get()
        cost = Figure(name="lean stand-in alone", value=own.per_second, unit="requests/s", note="4 connections")
        with rung(ground, stand_in, workers=1) as running:
            return [cost, *watched(running, lambda: _measured(running, stand_in))]


def _measured(running: Up, stand_in: StandIn) -> list[Figure]:
    with psycopg.connect(running.settings.database_url, autocommit=True) as connection:
        _sent(running, 1, first=1_000_000)
        _written(stand_in, 1)
        began = _sent(running, NEW)
        opened = _applied(connection) - began
        written = _written(stand_in, NEW) - began
        _quiet(connection)
        began = _sent(running, REPEATS, keys=NEW)
        repeated = _applied(connection) - began
    return [
        Figure(name="new tickets opened", value=NEW / opened, unit="tickets/s", note=f"{NEW}, written back meanwhile"),
        Figure(name="tickets written back", value=NEW / written, unit="tickets/s", note="and a message sent for each"),
        Figure(name="repeats applied", value=REPEATS / repeated, unit="events/s", note=f"{REPEATS} to {NEW} tickets"),
    ]


def _sent(running: Up, count: int, **options: int) -> float:
    """Send so many as fast as they are taken; returns when that began."""
    port, path = running.settings.port, "/webhooks/written"
    done = load(port, path, "202", connections=min(_CONNECTIONS, count), count=count, seconds=_LONGEST, **options)
    return time.monotonic() - done.seconds


def _until_none(connection: psycopg.Connection[TupleRow], query: str) -> float:
    """When the query counted none for the first time."""
    deadline = time.monotonic() + _LONGEST
    while time.monotonic() < deadline:
        row = connection.execute(query).fetchone()
        if row is not None and not row[0]:
            return time.monotonic()
        time.sleep(0.02)
    raise GroundError(f"work was still waiting after {_LONGEST:.0f} seconds")


def _applied(connection: psycopg.Connection[TupleRow]) -> float:
    return _until_none(connection, "SELECT count(*) FROM deliveries WHERE status = 'received'")


def _quiet(connection: psycopg.Connection[TupleRow]) -> float:
    return _until_none(connection, "SELECT count(*) FROM actions WHERE status IN ('pending', 'sent')")


def _written(stand_in: StandIn, count: int) -> float:
    """When the last of so many write-backs arrived."""
    return max(stand_in.arrivals.get(timeout=_LONGEST)[0] for _ in range(count))

"""A storm: thousands of alerts at once of which few are new work, while people look at the board, and then the worst.

The alerts are alike, so major incidents gather them. When they have all been taken in, and most of them wait still, a
few come that are of the worst kind and like no others: how soon each of those is told to somebody is measured.
"""

from __future__ import annotations

import http.client
import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import LiteralString, Self, TypeVar

import psycopg

from bench import moments
from bench.costs import Costs
from bench.figures import Figure
from bench.ground import Ground, rung, watched
from bench.moments import Database
from bench.sender import Load, send
from bench.standin import StandIn
from bench.timing import percentile
from rung.up import Up

T = TypeVar("T")
ALERTS = 20_000
TICKETS = 190
WORST = 10
_GROUPS = 4
_WORST_FROM = 5_000_000
_CONNECTIONS = 32
_LONGEST = 240.0
POLICY = """
major:
  like: [service, category]
  at: 5
  surge: {at: 40, until: 20}
"""


@dataclass
class Looker:
    """Somebody who looks at the board again and again, from a thread of its own; `waits` are in ms."""

    port: int
    waits: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(10)

    def _look(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self._ended.wait(0.2):
            began = time.monotonic()
            try:
                connection.request("GET", "/board")
                answer = connection.getresponse()
                answer.read()
                self.answers[answer.status] += 1
            except (OSError, http.client.HTTPException):
                self.answers[0] += 1
                connection.close()
            self.waits.append((time.monotonic() - began) * 1000)
        connection.close()


def measure(ground: Ground) -> list[Figure]:
    """The storm, and what became of it."""
    with StandIn() as stand_in, rung(ground, stand_in, workers=2, policy=POLICY) as up:
        return watched(up, lambda: _measured(ground, up, stand_in))


def _measured(ground: Ground, up: Up, stand_in: StandIn) -> list[Figure]:
    with psycopg.connect(up.settings.database_url, autocommit=True) as database:
        _sent(up, count=1, first=_WORST_FROM - 1)
        moments.until_applied(database, _LONGEST)
        moments.until_sent(database, _LONGEST)
        before = moments.last(database)
        costs = Costs({**up.supervisor.pids(), **ground.pids})
        with Looker(up.settings.port) as looker:
            storm = _sent(up, count=ALERTS, keys=TICKETS, groups=_GROUPS, severity="warning")
            left = _count(database, "SELECT count(*) FROM deliveries WHERE status = 'received'")
            worst = _sent(up, count=WORST, first=_WORST_FROM, groups=_WORST_FROM)
            moments.until_applied(database, _LONGEST)
            drained = time.monotonic() - storm.began
        moments.until_sent(database, _LONGEST)
        settled = time.monotonic() - storm.began
        cost = costs.each(ALERTS)
        waits = moments.applied(database, before).wait(99)
        return [
            *_taken_in(storm, worst, looker),
            *_told(stand_in, worst, left),
            Figure(name="everything applied", value=drained, unit="s", note=f"p99 of an alert {waits / 1000:.1f} s"),
            Figure(name="everything written back and told", value=settled, unit="s"),
            Figure(name="processor time", value=cost[0], unit="ms an alert", note=cost[1]),
            *_gathered(database),
        ]


def _sent(up: Up, **options: float | str) -> Load:
    count = int(options["count"])
    return send(
        up.settings.port, "/webhooks/written", connections=min(_CONNECTIONS, count), seconds=_LONGEST, **options
    )


def _taken_in(storm: Load, worst: Load, looker: Looker) -> list[Figure]:
    answers = Counter(storm.statuses) + Counter(worst.statuses)
    refused = sum(answers.values()) - answers["202"]
    said = ", ".join(f"{status}: {count}" for status, count in sorted(answers.items()))
    pages = ", ".join(f"{status}: {count}" for status, count in sorted(looker.answers.items()))
    return [
        Figure(name="alerts taken in", value=storm.per_second, unit="requests/s", note=f"p99 {storm.p99:.0f} ms"),
        Figure(name="answers that are not 202", value=refused, unit="", note=said),
        Figure(name="the board meanwhile, p50", value=percentile(looker.waits, 50), unit="ms", note=pages),
        Figure(name="the board meanwhile, p99", value=percentile(looker.waits, 99), unit="ms"),
    ]


def _told(stand_in: StandIn, worst: Load, left: int) -> list[Figure]:
    """How soon after the last alerts, which are the worst, people were told of them."""
    told = [at for at, body in _all(stand_in.notices) if f"pay-{_WORST_FROM}"[:-1].encode() in body]
    written = [at for at, title in _all(stand_in.arrivals) if int(title.rpartition("-")[2]) >= _WORST_FROM]
    note = f"sent last, behind {left} alerts"
    return [
        Figure(name="SEV1 told, the first", value=min(told) - worst.began, unit="s", note=note),
        Figure(name="SEV1 told, the last", value=max(told) - worst.began, unit="s"),
        Figure(name="SEV1 written back, the last", value=max(written) - worst.began, unit="s"),
    ]


def _all(arrived: queue.SimpleQueue[tuple[float, T]]) -> list[tuple[float, T]]:
    return [arrived.get() for _ in range(arrived.qsize())]


def _count(database: Database, query: LiteralString) -> int:
    row = database.execute(query).fetchone()
    return int(row[0]) if row else 0


def _gathered(database: Database) -> list[Figure]:
    many = _count(database, "SELECT count(*) FROM tickets")
    majors = _count(database, "SELECT count(*) FROM tickets WHERE gathers IS NOT NULL")
    under = _count(database, "SELECT count(*) FROM tickets WHERE gathered")
    told = _count(database, "SELECT count(*) FROM actions WHERE verb = 'notify' AND status = 'done'")
    held = _count(database, "SELECT count(*) FROM actions WHERE verb = 'notify' AND status <> 'done'")
    note = f"{under} of them under {majors} major incidents"
    return [
        Figure(name="tickets", value=many, unit="", note=note),
        Figure(name="messages sent to people", value=told, unit="", note=f"{held} withdrawn or gathered"),
    ]

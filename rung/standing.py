"""The state of the whole as Prometheus reads it, asked of the database when the numbers are read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.ports import Clock
from core.status import ENDED, NEEDED, WORK
from core.store.standing import Standing, Waiting, standing

_KEPT_SECONDS = 5.0
_KEPT_TIMES = 20
"""What took so long to ask is kept for so many times as long: counting a million tickets may not become the work."""
_SEVERITIES = range(1, 5)
_NOTHING = Waiting(0, None)


class Whole:
    """Gauges of what waits, what ended badly, what is open and unanswered, which platforms are left alone.

    Asked at most every five seconds, and for a twentieth of the time, however often it is read; while the database is
    away it says nothing but `rung_database_up 0`, since numbers of a while ago would hide that.
    """

    def __init__(self, database: Engine, clock: Clock, platforms: Callable[[], Iterable[str]]) -> None:
        self._database, self._clock, self._platforms = database, clock, platforms
        self._lock = threading.Lock()
        self._known: Standing | None = None
        self._again = float("-inf")

    def collect(self) -> Iterator[Metric]:
        """The gauges as they stand."""
        known = self._look()
        yield GaugeMetricFamily("rung_database_up", "Whether PostgreSQL answers.", value=0 if known is None else 1)
        if known is None:
            return
        yield from self._waiting(known)
        yield from self._by_platform(known)
        yield from _ended(known)
        yield from _tickets(known)
        yield _rounds(known)

    def _waiting(self, known: Standing) -> Iterator[Metric]:
        many = GaugeMetricFamily("rung_waiting", "Pieces of work that wait or are under way.", labels=["work"])
        age = GaugeMetricFamily(
            "rung_oldest_waiting_seconds", "How long the oldest of them has waited.", labels=["work"]
        )
        for work in WORK:
            found = known.waiting.get(work, _NOTHING)
            now = datetime.now(UTC) if work in {"delivery", "signal"} else self._clock()
            many.add_metric([work], found.many)
            age.add_metric([work], _age(found, now))
        yield from (many, age)

    def _by_platform(self, known: Standing) -> Iterator[Metric]:
        broken = GaugeMetricFamily(
            "rung_breaker_open", "Whether a platform is left alone for now.", labels=["platform"]
        )
        many = GaugeMetricFamily(
            "rung_platform_waiting", "Write-backs that wait or are under way.", labels=["platform"]
        )
        age = GaugeMetricFamily(
            "rung_platform_oldest_waiting_seconds", "How long the oldest of them has waited.", labels=["platform"]
        )
        for platform in sorted(self._platforms()):
            found = known.writes.get(platform, _NOTHING)
            broken.add_metric([platform], 1 if platform in known.broken else 0)
            many.add_metric([platform], found.many)
            age.add_metric([platform], _age(found, self._clock()))
        yield from (broken, many, age)

    def _look(self) -> Standing | None:
        with self._lock:
            if time.monotonic() >= self._again:
                began = time.monotonic()
                self._known, ended = self._ask(), time.monotonic()
                self._again = ended + max(_KEPT_SECONDS, _KEPT_TIMES * (ended - began))
            return self._known

    def _ask(self) -> Standing | None:
        try:
            with self._database.begin() as connection:
                return standing(connection, self._clock())
        except (DBAPIError, PoolTimeout):
            return None


def _ended(known: Standing) -> Iterator[Metric]:
    ended = GaugeMetricFamily("rung_ended_badly", "What waits for a person to look at it.", labels=["what"])
    for what in ENDED:
        ended.add_metric([what], known.ended.get(what, 0))
    lately = GaugeMetricFamily(
        "rung_ended_badly_lately", "What of it ended so within the last hour, and where.", labels=["what", "where"]
    )
    for (what, where), many in sorted(known.lately.items()):
        lately.add_metric([what, where], many)
    yield from (ended, lately)


def _tickets(known: Standing) -> Iterator[Metric]:
    opened = GaugeMetricFamily("rung_open_tickets", "Open tickets.", labels=["severity"])
    alone = GaugeMetricFamily(
        "rung_unanswered_tickets", "Open tickets for which everybody was asked in vain.", labels=["severity"]
    )
    for number in _SEVERITIES:
        opened.add_metric([f"SEV{number}"], known.open.get(number, 0))
        alone.add_metric([f"SEV{number}"], known.unanswered.get(number, 0))
    yield from (opened, alone)


def _rounds(known: Standing) -> Metric:
    age = GaugeMetricFamily(
        "rung_round_age_seconds", "How long ago any process last came round in a loop that is needed.", labels=["loop"]
    )
    for loop in NEEDED:
        age.add_metric([loop], known.rounds.get(loop, float("inf")))
    return age


def _age(waiting: Waiting, now: datetime) -> float:
    """For how long (seconds) the oldest has waited; what is under way has its next moment ahead of it."""
    return max((now - waiting.since).total_seconds(), 0) if waiting.since else 0

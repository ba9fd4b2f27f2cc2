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
from core.store.standing import Standing, standing

_KEPT_SECONDS = 5.0
WORK = ("delivery", "write_back", "notice", "signal", "timer")
ENDED = ("dead_action", "unmapped_delivery", "failed_delivery")


class Whole:
    """Gauges of what waits, what ended badly, what is open, which platforms are left alone.

    Asked at most every five seconds, however often it is read; while the database is away it says nothing but
    `rung_database_up 0`, since numbers of a while ago would hide that.
    """

    def __init__(self, database: Engine, clock: Clock, platforms: Callable[[], Iterable[str]]) -> None:
        self._database, self._clock, self._platforms = database, clock, platforms
        self._lock = threading.Lock()
        self._known: Standing | None = None
        self._asked = float("-inf")

    def collect(self) -> Iterator[Metric]:
        """The gauges as they stand."""
        known = self._look()
        yield GaugeMetricFamily("rung_database_up", "Whether PostgreSQL answers.", value=0 if known is None else 1)
        if known is None:
            return
        yield from self._waiting(known)
        ended = GaugeMetricFamily("rung_ended_badly", "What waits for a person to look at it.", labels=["what"])
        for what in ENDED:
            ended.add_metric([what], known.ended.get(what, 0))
        yield ended
        opened = GaugeMetricFamily("rung_open_tickets", "Open tickets.", labels=["severity"])
        for number in range(1, 5):
            opened.add_metric([f"SEV{number}"], known.open.get(number, 0))
        yield opened
        broken = GaugeMetricFamily(
            "rung_breaker_open", "Whether a platform is left alone for now.", labels=["platform"]
        )
        for platform in sorted(self._platforms()):
            broken.add_metric([platform], 1 if platform in known.broken else 0)
        yield broken

    def _waiting(self, known: Standing) -> Iterator[Metric]:
        many = GaugeMetricFamily("rung_waiting", "Pieces of work that wait or are under way.", labels=["work"])
        age = GaugeMetricFamily(
            "rung_oldest_waiting_seconds", "How long the oldest of them has waited.", labels=["work"]
        )
        for work in WORK:
            found = known.waiting.get(work)
            since = found.since if found else None
            now = datetime.now(UTC) if work in {"delivery", "signal"} else self._clock()
            many.add_metric([work], found.many if found else 0)
            age.add_metric([work], max((now - since).total_seconds(), 0) if since else 0)
        yield many
        yield age

    def _look(self) -> Standing | None:
        with self._lock:
            if time.monotonic() - self._asked >= _KEPT_SECONDS:
                self._known, self._asked = self._ask(), time.monotonic()
            return self._known

    def _ask(self) -> Standing | None:
        try:
            with self._database.begin() as connection:
                return standing(connection, self._clock())
        except (DBAPIError, PoolTimeout):
            return None

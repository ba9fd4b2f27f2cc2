"""Deliveries understood on one core: each packaged source's first fixture that gives an event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import mappings
from bench.figures import Figure
from bench.timing import rate
from core.model import Delivery, Event
from mappings import fixtures
from rung.live import packaged

_WHEN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def events_of(source: str, body: bytes) -> tuple[Event, ...]:
    """What a packaged mapping makes of a body."""
    return _bound(source).events(_delivery(body, {})).events


def _bound(source: str) -> mappings.BoundMapping:
    return packaged()[source].bind(source, f"{source}-main", f"https://{source}.example.com")


def _delivery(body: bytes, headers: dict[str, str]) -> Delivery:
    headers = {"content-type": "application/json", **headers}
    return Delivery(1, "bench", None, _WHEN, headers["content-type"], headers, body)


def first_fixture(folder: Path) -> Path:
    """The first body among a source's fixtures that gives an event, by name."""
    return next(body for body in fixtures.bodies(folder) if fixtures.expected(body).get("events"))


def _understand(folder: Path, fixture: Path) -> Callable[[], object]:
    bound, delivery = _bound(folder.name), fixtures.delivery(fixture.read_bytes(), fixtures.headers(fixture))
    return lambda: bound.events(delivery)


def measure() -> list[Figure]:
    """Deliveries per second for each source."""
    folders = sorted(path.parent for path in mappings.PACKAGED.glob("*/mapping.yaml"))
    figures = []
    for folder in folders:
        fixture = first_fixture(folder)
        value = rate(_understand(folder, fixture))
        figures.append(Figure(name=folder.name, value=value, unit="deliveries/s", note=fixture.stem))
    single = mappings.PACKAGED / "alertmanager"
    value = rate(_understand(single, single / "fixtures" / "firing.json"))
    return [*figures, Figure(name="alertmanager, one alert", value=value, unit="deliveries/s", note="firing")]

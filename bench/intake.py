"""Intake alone: deliveries that are stored already become events and reach their tickets, in one thread."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from bench import documents
from bench.alerts import Requests
from bench.figures import Figure
from bench.ground import Ground
from bench.store import SilentBell
from bench.timing import took
from console import AcknowledgeLinks
from core.ports import Clock
from core.store.database import connect
from rung.applying import apply_documents
from rung.late import LateNotifier
from rung.live import Live
from rung.parts import App, Parts
from rung.settings import Settings
from rung.wiring import compose

NEW = 300
REPEATS = 600
BATCH = 50


def wall() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def composed(
    engine: Engine,
    url: str,
    clock: Clock = wall,
    config: Path = documents.CONFIG,
    way: str = "json://127.0.0.1:9/notice",
) -> App:
    """Rung over that database and the benchmark's documents, in this process; its bell rings nobody."""
    os.environ |= documents.environment(way)
    apply_documents(Settings.from_environment({"RUNG_DATABASE_URL": url}), config, "bench")
    return compose(
        Parts(
            database=engine,
            loaded=Live(engine),
            clock=clock,
            bell=SilentBell(),
            notifier=LateNotifier(),
            links=AcknowledgeLinks(documents.SECRET, "http://rung.example"),
        )
    )


def fill(engine: Engine, requests: Requests, count: int, source: str = "written") -> None:
    """Store so many deliveries at once, as if they had been received."""
    rows = [{"source": source, "body": requests.body(number)} for number in range(count)]
    statement = text("""
        INSERT INTO deliveries (source, received_at, content_type, headers, body)
        VALUES (:source, now(), 'application/json', '{"content-type": "application/json"}', :body)
    """)
    with engine.begin() as connection:
        connection.execute(statement, rows)


def drained(app: App, engine: Engine, requests: Requests, count: int) -> float:
    """Alerts per second through intake, for so many deliveries."""
    fill(engine, requests, count)
    return count * requests.alerts / took(app.intake.drain)


def counted(engine: Engine) -> Callable[[], int]:
    """Counts the statements that an engine sends, from now on."""
    from sqlalchemy import event

    seen = [0]

    def note(*_: object) -> None:
        seen[0] += 1

    event.listen(engine, "before_cursor_execute", note)
    return lambda: seen[0]


def measure(ground: Ground) -> list[Figure]:
    """New tickets, repeats, and repeats in batches."""
    url = ground.database()
    engine = connect(url)
    statements = counted(engine)
    try:
        app = composed(engine, url)
        app.intake.drain()
        figures = []
        for name, requests, count in (
            ("new tickets", Requests("/"), NEW),
            ("repeats of open tickets", Requests("/", keys=NEW), REPEATS),
            (f"repeats, {BATCH} alerts a delivery", Requests("/", alerts=BATCH, keys=NEW), 12),
        ):
            before = statements()
            value = drained(app, engine, requests, count)
            each = (statements() - before) / (count * requests.alerts)
            figures.append(Figure(name=name, value=value, unit="events/s", note=f"{each:.1f} statements an event"))
        return figures
    finally:
        engine.dispose()

"""Write-back alone: the creations and messages of tickets that are open already are carried out, in this process."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import psutil
from sqlalchemy import Engine, text

from bench import documents
from bench.alerts import Requests
from bench.figures import Figure
from bench.ground import Ground, GroundError, serving
from bench.intake import composed, counted, fill
from bench.standin import url_at, way_at
from core.store.database import connect
from rung.parts import App

TICKETS = 300


@dataclass(frozen=True, slots=True)
class Spent:
    """What one round took: seconds by the clock, and of the processor, ours and the database's; statements sent."""

    wall: float
    ours: float
    database: float
    statements: int


def measure(ground: Ground) -> list[Figure]:
    """Tickets written back per second, and what each costs."""
    url = ground.database()
    engine = connect(url, pool_size=8)
    try:
        with serving("bench.standin") as port:
            config = documents.written_to(ground.folder(), url_at(port))
            app = composed(engine, url, config=config, way=way_at(port))
            _open(app, engine, 5, first=1_000_000)
            _carried_out(app, engine)
            _open(app, engine, TICKETS)
            spent = _carried_out(app, engine)
        if left := _left(engine):
            raise GroundError(f"{left} actions were not carried out")
    finally:
        engine.dispose()
    return _figures(spent)


def _figures(spent: Spent) -> list[Figure]:
    note = f"{TICKETS} tickets, a creation and a message each; {spent.statements / TICKETS:.1f} statements a ticket"
    return [
        Figure(name="tickets written back", value=TICKETS / spent.wall, unit="tickets/s", note=note),
        Figure(name="our own processor time", value=spent.ours / TICKETS * 1000, unit="ms a ticket"),
        Figure(name="PostgreSQL's processor time", value=spent.database / TICKETS * 1000, unit="ms a ticket"),
    ]


def _open(app: App, engine: Engine, count: int, first: int = 0) -> None:
    fill(engine, Requests("/", first=first), count)
    app.intake.drain()


def _left(engine: Engine) -> int:
    with engine.begin() as connection:
        waits = text("SELECT count(*) FROM actions WHERE status IN ('pending', 'sent')")
        return int(connection.execute(waits).scalar_one())


def _carried_out(app: App, engine: Engine) -> Spent:
    """Carry out all that waits, as a worker does: messages by a thread of their own beside the rest."""
    statements = counted(engine)
    with engine.begin() as connection:
        pids = connection.execute(text("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"))
        server = psutil.Process(pids.scalars().first()).parent()
    began, ours, database = time.perf_counter(), time.process_time(), _of(server)
    notices = threading.Thread(target=app.deliverer.drain_notices)
    notices.start()
    app.deliverer.drain_writes()
    notices.join()
    ended = time.perf_counter(), time.process_time(), _of(server)
    return Spent(ended[0] - began, ended[1] - ours, ended[2] - database, statements())


def _of(server: psutil.Process | None) -> float:
    """The processor time of a server and of the processes that it has."""
    every = [server, *server.children()] if server else []
    return sum(one.cpu_times().user + one.cpu_times().system for one in every)

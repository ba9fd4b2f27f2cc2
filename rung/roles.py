"""The roles that a deployment runs, each in its own process: web, worker, clock."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rung import bell
from rung.bell import WORK, Answers, Work
from rung.settings import Settings

log = structlog.get_logger()

_SWEEP_SECONDS = 2.0
_TICK_SECONDS = 0.25


def run_worker(settings: Settings, works: tuple[Work, ...] = WORK) -> None:
    """Work off deliveries and actions whenever the bell rings, and every two seconds in case it was not heard."""
    from rung import wiring

    app = wiring.build(settings)
    stopping = threading.Event()
    answers = Answers({"intake": app.intake.drain, "delivery": app.deliverer.drain})
    sweeper = threading.Thread(target=_sweep, args=(answers, works, stopping), name="sweep", daemon=True)
    sweeper.start()
    log.info("worker ready", work=", ".join(works))
    bell.listen(settings.redis_url, answers, works, stopping)
    sweeper.join(timeout=30)


def _sweep(answers: Answers, works: tuple[Work, ...], stopping: threading.Event) -> None:
    """What makes the bell a convenience: rows are found without it."""
    while not stopping.wait(_SWEEP_SECONDS):
        for work in works:
            _guarded(lambda work=work: answers.drain(work), f"{work} waits")  # type: ignore[misc] # binds the loop's value


def run_clock(settings: Settings) -> None:
    """Fire timers as they come due and ring for work that waits unheard."""
    from rung import wiring

    app = wiring.build(settings)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    log.info("clock ready")
    while not stopping.is_set():
        began = time.monotonic()
        _guarded(app.sweeper.sweep, "timers wait")
        stopping.wait(max(_TICK_SECONDS - (time.monotonic() - began), 0.01))


def _guarded(work: Callable[[], object], consequence: str) -> None:
    """Do a round of work; a database that is away is said, and the next round tries again."""
    try:
        work()
    except (DBAPIError, PoolTimeout) as error:
        reason = type(getattr(error, "orig", None) or error).__name__
        log.warning(f"the database is away: {consequence}", reason=reason)
        time.sleep(0.5)


def run_web(settings: Settings) -> None:
    """Serve webhooks, the board and the API until asked to stop."""
    from granian.constants import Interfaces
    from granian.server import Server

    server = Server(
        "rung.wiring:web_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        blocking_threads=8,
        backlog=1024,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=10,
        log_level="warning",
    )
    server.serve()

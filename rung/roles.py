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
from rung.bell import WORK, Work
from rung.probe import probed
from rung.settings import Settings

log = structlog.get_logger()

_SWEEP_SECONDS = 2.0
_TICK_SECONDS = 0.25
_STOP_SECONDS = 60.0
_HANGS_SECONDS = 300.0


class Drainer:
    """Works off one kind of work in a thread of its own: when it is called, and every two seconds in case it was not.

    Each kind has its own thread, so that a platform that answers slowly does not hold up what comes in.
    """

    def __init__(self, work: str, drain: Callable[[Callable[[], bool]], int], stopping: threading.Event) -> None:
        self._work, self._drain, self._stopping = work, drain, stopping
        self._called = threading.Event()
        self.thread = threading.Thread(target=self._run, name=work, daemon=True)

    def call(self) -> None:
        """Set to now, or once more when the present round is done."""
        self._called.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._called.wait(_SWEEP_SECONDS)
            self._called.clear()
            _guarded(lambda: self._drain(self._stopping.is_set), f"{self._work} waits")


class Drainers:
    """Several drainers that are called together."""

    def __init__(self, *drainers: Drainer) -> None:
        self._drainers = drainers

    def start(self) -> None:
        """Have them begin."""
        for drainer in self._drainers:
            drainer.thread.start()

    def call(self) -> None:
        """Have all of them set to."""
        for drainer in self._drainers:
            drainer.call()

    def end(self) -> None:
        """Wait until what they are at is done; a stop has been asked for."""
        self.call()
        for drainer in self._drainers:
            drainer.thread.join(_STOP_SECONDS)


class Pulse:
    """When a loop last came round."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def beat(self) -> float:
        """It comes round now (monotonic seconds)."""
        self._last = time.monotonic()
        return self._last

    def check(self) -> str | None:
        """What is wrong where it hangs: a round that a slow database holds up is none that hangs."""
        silent = time.monotonic() - self._last
        return f"The last round began {silent:.0f} seconds ago and has not ended." if silent > _HANGS_SECONDS else None


def run_worker(settings: Settings, works: tuple[Work, ...] = WORK) -> None:
    """Work off deliveries and actions whenever the bell rings; rows are found without it, only later."""
    from rung import wiring

    app = wiring.build(settings)
    stopping = threading.Event()
    made = {
        "intake": lambda: Drainers(Drainer("intake", app.intake.drain, stopping)),
        # People are told by a thread of their own: however slow a platform is, nobody is called later for it.
        "delivery": lambda: Drainers(
            Drainer("delivery", app.deliverer.drain, stopping),
            Drainer("notices", app.deliverer.drain_notices, stopping),
        ),
    }
    hands = {work: made[work]() for work in works}
    for hand in hands.values():
        hand.start()
    with probed(settings, **wiring.checks(app, settings), alive={}):
        log.info("worker ready", work=", ".join(works))
        bell.listen(settings.redis_url, hands, stopping)
        for hand in hands.values():
            hand.end()


def run_clock(settings: Settings) -> None:
    """Fire timers and notice shift changes as they come, ring for work that waits unheard, fetch calendars and poll."""
    from rung import wiring

    app = wiring.build(settings)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    # Feeds are fetched by a thread of their own: a server that answers slowly holds up no timer.
    # So are platforms polled.
    beside = Drainers(
        Drainer("calendars", app.calendars.refresh, stopping), Drainer("polling", app.reconciler.drain, stopping)
    )
    beside.start()
    pulse = Pulse()
    with probed(settings, **wiring.checks(app, settings), alive={"sweep": pulse.check}):
        log.info("clock ready")
        while not stopping.is_set():
            began = pulse.beat()
            _guarded(app.sweeper.sweep, "timers wait")
            stopping.wait(max(_TICK_SECONDS - (time.monotonic() - began), 0.01))
    beside.end()


def _guarded(work: Callable[[], object], consequence: str) -> None:
    """Do a round of work; a database that is away is said, and the next round tries again."""
    try:
        work()
    except (DBAPIError, PoolTimeout) as error:
        reason = type(getattr(error, "orig", None) or error).__name__
        log.warning("the database is away", consequence=consequence, reason=reason)
        time.sleep(0.5)
    except Exception:  # the outermost boundary of a thread: one that ended in silence would do no work for ever
        log.exception("a round of work broke off; the next one goes on", consequence=consequence)
        time.sleep(0.5)


def run_web(settings: Settings) -> None:
    """Serve webhooks, the board and the API until asked to stop."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "rung.wiring:web_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        blocking_threads=settings.web_threads,
        backlog=1024,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=10,
        log_level=LogLevels.error,
    )
    server.serve()

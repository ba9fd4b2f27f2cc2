"""The roles that a deployment runs, each in its own process: web, worker, clock."""

from __future__ import annotations

import resource
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.work.lease import Held
from rung import bell, patience, tracing
from rung.bell import WORK, Work
from rung.ending import Ending
from rung.nearby import Nearby
from rung.presence import Presence, Pulse
from rung.probe import probed
from rung.readiness import checks
from rung.schemagate import SchemaGate
from rung.settings import Settings

log = structlog.get_logger()

_SWEEP_SECONDS = 2.0
_CONNECTIONS = 8192
"""So many connections the web role keeps at most; some 25 KiB each. Those that wait for a request end after 30 s."""
_FILES_BESIDE = 512
_TICK_SECONDS = 0.25


class Drainer:
    """Works off one kind of work in a thread of its own: when it is called, and every two seconds in case it was not.

    Each kind has its own thread, so that a platform that answers slowly does not hold up what comes in. Its pulse beats
    with every round, and within a long one with every piece of work.
    """

    def __init__(self, work: str, drain: Callable[[Callable[[], bool]], int], stopping: threading.Event) -> None:
        self.work, self.pulse = work, Pulse()
        self._drain, self._stopping = drain, stopping
        self._called = threading.Event()
        self.rests = False
        """Whether it waits for a call."""
        self.thread = threading.Thread(target=self._run, name=self.work, daemon=True)

    def call(self) -> None:
        """Set to now, or once more when the present round is done."""
        self._called.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.rests = True
            self._called.wait(_SWEEP_SECONDS)
            self.rests = False  # before it begins: what is stored from here on needs a ring
            self._called.clear()
            self.pulse.beat()
            _guarded(lambda: self._drain(self._asked_to_stop), f"{self.work} waits")

    def _asked_to_stop(self) -> bool:
        """Asked before each piece of work, so it also tells that the loop goes on."""
        self.pulse.beat()
        return self._stopping.is_set()


class Drainers:
    """Several drainers that are called together."""

    def __init__(self, *drainers: Drainer) -> None:
        self._drainers = drainers

    @property
    def pulses(self) -> dict[str, Pulse]:
        """Each one's pulse, by its work."""
        return {drainer.work: drainer.pulse for drainer in self._drainers}

    @property
    def rests(self) -> bool:
        """Whether all of them wait for a call."""
        return all(drainer.rests for drainer in self._drainers)

    def start(self) -> None:
        """Have them begin."""
        for drainer in self._drainers:
            drainer.thread.start()

    def call(self) -> None:
        """Have all of them set to."""
        for drainer in self._drainers:
            drainer.call()

    def end(self) -> None:
        """Wait until what they are at is done; a stop has been asked for, and `Ending` bounds the time."""
        self.call()
        for drainer in self._drainers:
            drainer.thread.join()


def run_worker(settings: Settings, works: tuple[Work, ...] = WORK) -> None:
    """Work off deliveries and actions whenever the bell rings; rows are found without it, only later."""
    from rung import wiring

    near = Nearby(bell.RqBell(settings.redis_url))
    app = wiring.build(settings, bell=near)
    stopping = threading.Event()
    gate = SchemaGate(app.parts.database)
    made = {
        "intake": lambda: Drainers(Drainer("intake", gate.guards(app.intake.drain), stopping)),
        # People are told by a thread of their own: however slow a platform is, nobody is called later for it.
        "delivery": lambda: Drainers(
            Drainer("delivery", gate.guards(app.deliverer.drain_writes), stopping),
            Drainer("notices", gate.guards(app.deliverer.drain_notices), stopping),
        ),
    }
    near.hands = hands = {work: made[work]() for work in works}
    for hand in hands.values():
        hand.start()
    pulses = {name: pulse for hand in hands.values() for name, pulse in hand.pulses.items()}
    presence = Presence(app.parts.database, "worker", pulses)
    ending = Ending(stopping, settings.grace_seconds, partial(_handed_back, app.held, presence))
    with (
        ending,
        tracing.traced("worker"),
        presence.told(),
        probed(settings, **checks(app.parts.database, settings), alive={}),
    ):
        log.info("worker ready", work=", ".join(works))
        bell.listen(settings.redis_url, hands, stopping)
        for hand in hands.values():
            hand.end()


def run_clock(settings: Settings) -> None:
    """Fire timers and notice shift changes as they come, ring for work that waits unheard.

    Beside that, fetch calendars, poll, and remove what was kept for long enough.
    """
    from rung import wiring

    app = wiring.build(settings)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    gate = SchemaGate(app.parts.database)
    # Feeds are fetched by a thread of their own: a server that answers slowly holds up no timer.
    # So are platforms polled, and so is removed what was kept for long enough.
    outward = wiring.lifesign(app, settings)
    beside = Drainers(
        Drainer("calendars", gate.guards(app.calendars.refresh), stopping),
        Drainer("polling", gate.guards(app.reconciler.drain), stopping),
        Drainer("retention", gate.guards(app.retention.drain), stopping),
        *([Drainer("heartbeat", gate.guards(outward.drain), stopping)] if outward else []),
    )
    beside.start()
    pulse, sweep = Pulse(), gate.guards(app.sweeper.sweep)
    presence = Presence(app.parts.database, "clock", {"sweep": pulse, **beside.pulses})
    ending = Ending(stopping, settings.grace_seconds, partial(_handed_back, app.held, presence))
    with (
        ending,
        tracing.traced("clock"),
        presence.told(),
        probed(settings, **checks(app.parts.database, settings), alive={"sweep": pulse.check}),
    ):
        log.info("clock ready")
        while not stopping.is_set():
            began = pulse.beat()
            _guarded(sweep, "timers wait")
            stopping.wait(max(_TICK_SECONDS - (time.monotonic() - began), 0.01))
        beside.end()


def _handed_back(held: Held, presence: Presence) -> int:
    """Give back what is under way, and say that the process ends, so that nobody misses it; returns how many pieces."""
    pieces = held.give_back()
    presence.end()
    return pieces


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
    """Serve webhooks, the board and the API until asked to stop; whoever has been let in by then gets an answer."""
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "rung.wiring:web_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=1,
        # One request at a time on each connection, and as many threads more as may wait for bodies.
        http=HTTPModes.http1,
        blocking_threads=settings.web_threads + patience.AT_ONCE,
        backlog=1024,
        backpressure=_connections(),
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=max(settings.grace_seconds, 1),
        log_level=LogLevels.error,
    )
    server.serve()


def _connections() -> int:
    """How many connections to keep, as far as the system lets one process have files open; that is raised if it can be.

    Beyond, the server takes nobody in until one ends. Granian's own bound is a thousand, which one script can hold.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _FILES_BESIDE
    if resource.RLIM_INFINITY != soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return _CONNECTIONS if soft == resource.RLIM_INFINITY else max(min(_CONNECTIONS, soft - _FILES_BESIDE), 64)

"""Every role on this machine, under one supervisor, over the servers that are named or over our own."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from rung.child import Child
from rung.ending import within
from rung.runfile import Running, announced, only_one
from rung.settings import Settings
from rung.supervisor import Say, Supervisor

_LAST_PORT = 65535
_SERVER_SECONDS = 60.0
_WEB_SECONDS = 30.0
_TIMERS_PAUSE = timedelta(minutes=10)
_LOOK_SECONDS = 2.0
_WEB, _WORKERS, _CLOCK = 0, 1, 2
"""The order of stopping: nothing new comes in, then what is under way is finished."""


class UpError(Exception):
    """Something that Rung needs did not start. The message says what, and what to do."""


class StoppedError(Exception):
    """A stop was asked for before everything ran."""


@dataclass(frozen=True, slots=True)
class Up:
    """What runs. `settings` name the servers that are in use; `run` keeps everything going, `supervisor.run` all but
    the mail role where no source got mails at the start.
    """

    settings: Settings
    supervisor: Supervisor
    mail: Child | None = None
    mail_wanted: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Keep everything going until asked to stop; the mail role is started when documents first want it."""
        self.supervisor.run(until=self.mail_wanted.is_set)
        if self.mail and not self.supervisor.stopping:
            self.supervisor.add(self.mail)
            self.supervisor.run()


@contextlib.contextmanager
def up(
    settings: Settings,
    say: Say,
    *,
    environment: Mapping[str, str] | None = None,
    extra: Sequence[Child] = (),
    recover: bool = False,
) -> Iterator[Up]:
    """Start everything, and stop it at the end of the block: servers, schema, documents, `extra` children, then roles.

    With `recover`, a database that was restored is made safe before any role runs.
    `environment` is added to that of every role (secrets of a demonstration, say). Must be entered in the main thread.
    Raises `UpError`, `StoppedError`, `AlreadyUpError`, `EmbeddedError`, what the database raises when it cannot be
    reached, and what is wrong with the documents of `settings.config`.
    """
    with only_one(settings.home), Supervisor(say, grace=within(settings.grace_seconds)) as supervisor:
        check_port(settings)
        complete = _servers(settings, supervisor, say)
        _prepare(complete, say, recover=recover)
        *others, mail = roles(complete, environment or {})
        takes_mail = _takes_mail(complete)
        supervisor.add(*extra, *others, *([mail] if takes_mail else []))
        _wait(supervisor, "web", lambda: _answers(complete), _WEB_SECONDS)
        with announced(settings.home, _told(settings, complete)), _mail_awaited(complete, takes_mail) as wanted:
            yield Up(complete, supervisor, mail, wanted)


@contextlib.contextmanager
def _mail_awaited(settings: Settings, runs: bool) -> Iterator[threading.Event]:
    """Set when documents first want the mail role, unless it runs. A thread looks: a database may answer slowly."""
    wanted, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=_await_mail, args=(settings, wanted, ended), name="mail wanted", daemon=True)
    if not runs:
        thread.start()
    try:
        yield wanted
    finally:
        ended.set()


def _await_mail(settings: Settings, wanted: threading.Event, ended: threading.Event) -> None:
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    from rung import wiring

    with wiring.mail_watch(settings) as is_wanted:
        while not ended.wait(_LOOK_SECONDS):
            with contextlib.suppress(DBAPIError, PoolTimeout):
                if is_wanted():
                    wanted.set()
                    return


def _told(named: Settings, complete: Settings) -> Running:
    """What others may know: the addresses of our own servers; those that were named can hold a password."""
    own_database = "" if named.database_url else complete.database_url
    own_redis = "" if named.redis_url else complete.redis_url
    time_file = str(complete.time_file.absolute()) if complete.time_file else ""
    return Running(os.getpid(), complete.public_url, own_database, own_redis, time_file)


def _takes_mail(settings: Settings) -> bool:
    from rung import wiring

    return wiring.takes_mail(settings)


def roles(settings: Settings, environment: Mapping[str, str]) -> list[Child]:
    """The role processes, the mail role last; each reads the same settings from its environment."""
    shared = {**settings.environment(), **_findable(), **environment}
    ports = _metrics_ports(settings)

    def role(name: str, command: str, stage: int, orphan_signal: signal.Signals = signal.SIGKILL) -> Child:
        line = (sys.executable, "-m", "rung", command)
        own = {**shared, "RUNG_METRICS_PORT": str(ports.get(name, 0))}
        return Child(name=name, command=line, environment=own, stage=stage, orphan_signal=orphan_signal)

    workers = [role(name, "worker", _WORKERS) for name in _worker_names(settings)]
    # The web server has worker processes of its own: it must live long enough to end them.
    web = role("web", "web", _WEB, signal.SIGTERM)
    return [web, *workers, role("clock", "clock", _CLOCK), role("mail", "mail", _WEB)]


def _worker_names(settings: Settings) -> list[str]:
    return [f"worker-{number}" for number in range(1, settings.workers + 1)]


def _metrics_ports(settings: Settings) -> dict[str, int]:
    """A port for each process that has no other: they cannot share one, and keep theirs when they are started again."""
    first = settings.metrics_port
    if not first:
        return {}
    numbered = enumerate([*_worker_names(settings), "clock"], first)
    return {name: port for port, name in numbered if port <= _LAST_PORT}


def check_port(settings: Settings) -> None:
    """Raise `UpError` when the web role could not listen: it shares ports with its own kind, so it would not notice."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host} port {settings.port}"
            if error.errno == errno.EADDRINUSE:
                raise UpError(f"Another program listens on {where}: choose another port with RUNG_PORT.") from None
            raise UpError(f"Rung cannot listen on {where}: {error.strerror}; see RUNG_HOST and RUNG_PORT.") from None


def _servers(settings: Settings, supervisor: Supervisor, say: Say) -> Settings:
    """Start the servers that are not named, and name them."""
    if settings.database_url and settings.redis_url:
        return settings
    from rung.embedded import Place, Postgres, Redis

    place = Place.under(settings.home)
    if place.data != settings.home.resolve():
        say(
            "rung",
            f"the servers' data is in {place.data}: {place.user}, as whom they run, cannot enter {settings.home}",
        )
    if not settings.database_url:
        postgres = Postgres(place)
        supervisor.add(postgres.child())
        _wait(supervisor, "postgres", postgres.is_ready, _SERVER_SECONDS)
        settings = replace(settings, database_url=postgres.make_database())
    if not settings.redis_url:
        redis = Redis(place)
        supervisor.add(redis.child())
        _wait(supervisor, "redis", redis.is_ready, _SERVER_SECONDS)
        settings = replace(settings, redis_url=redis.url())
    return settings


def _prepare(settings: Settings, say: Say, *, recover: bool) -> None:
    """Bring the schema and the documents up to date; raises `UpError` where a platform could not be asked."""
    from core.store.database import migrate
    from rung.applying import apply_documents

    migrate(settings.database_url)
    if settings.config:
        for name, version, is_new in apply_documents(settings, settings.config, "rung up"):
            say("rung", f"{name} is at version {version}{' (new)' if is_new else ''}")
    settings.key()
    if recover:
        _recover(settings, say)


def _recover(settings: Settings, say: Say) -> None:
    from core.work.recovery import Plan
    from rung import wiring
    from rung.recovered import sentences

    plan, recovery = Plan(pause=_TIMERS_PAUSE), wiring.recovery(settings)
    try:
        recovered = recovery.recover(plan, lambda what: say("rung", what))
    finally:
        recovery.database.dispose()
    lines = sentences(recovered, plan.pause)
    for line in lines[:-1]:
        say("rung", line)
    if recovered.behind:
        raise UpError("Not every platform could be asked what has changed since the backup; nothing was started.")


def _wait(supervisor: Supervisor, name: str, ready: Callable[[], bool], seconds: float) -> None:
    if supervisor.wait_for(ready, seconds):
        return
    if supervisor.stopping:
        raise StoppedError
    raise UpError(f"{name} did not answer within {seconds:.0f} seconds; what it said is above.")


def _answers(settings: Settings) -> bool:
    """Whether the web role takes connections."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    with contextlib.suppress(OSError), socket.create_connection((host, settings.port), timeout=1):
        return True
    return False


def _findable() -> dict[str, str]:
    """What lets a child find our packages wherever it is started."""
    root = str(Path(__file__).resolve().parent.parent)
    return {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))}

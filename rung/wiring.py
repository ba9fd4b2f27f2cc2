"""The composition root: settings become parts, parts become Rung, and each role takes of it what it runs."""

from __future__ import annotations

import contextlib
import multiprocessing.util
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import Flask

from console import AcknowledgeLinks
from core.access import AccessDesk
from core.desk import Desk
from core.mapdesk import MappingDesk
from core.ports import Bell
from core.store import database
from core.work.access import SqlAccess
from core.work.attendance import SqlAttendance
from core.work.calendars import Keeper
from core.work.inbox import SqlInbox
from core.work.lease import Held
from core.work.lifesign import Lifesign
from core.work.recovery import Recovery
from core.work.retention import Keep, Retention
from rung import timesource, tracing, work
from rung.bell import RqBell
from rung.child import tie_to_parent
from rung.door import keep_open
from rung.entrance import entrance
from rung.late import LateNotifier
from rung.lifesign import sender
from rung.live import Live
from rung.logging import configure
from rung.mapping.sql import SqlMappingDesk
from rung.parts import App, Parts
from rung.patience import Patience, cut_off
from rung.presence import Presence, Pulse
from rung.readiness import redis_check
from rung.ringer import Ringer
from rung.settings import Settings
from rung.web import flask_app
from webhooks.mailbox import Mail


def build(settings: Settings, bell: Bell | None = None) -> App:
    """Rung as the settings say, over the documents in force; with a `bell` of one's own in place of Redis."""
    engine = database.connect(settings.database_url, pool_size=settings.pool_size)
    return compose(
        Parts(
            database=engine,
            loaded=Live(engine),
            clock=timesource.clock(settings),
            bell=bell or RqBell(settings.redis_url),
            notifier=LateNotifier(),
            links=AcknowledgeLinks(settings.key(), settings.public_url),
            lease=timedelta(seconds=settings.lease_seconds),
            threads=settings.worker_threads,
            degraded={"redis": lambda: redis_check(settings.redis_url)},
            keep=_keep(settings),
            door=database.connect(settings.database_url, pool_size=2),
        )
    )


def _keep(settings: Settings) -> Keep:
    """How long what is over is kept; 0 days are for ever."""
    return Keep(
        deliveries=timedelta(days=settings.keep_deliveries_days) or None,
        failed=timedelta(days=settings.keep_failed_days) or None,
        tickets=timedelta(days=settings.keep_tickets_days) or None,
        unknowns=timedelta(days=settings.keep_unknowns_days) or None,
        tokens=timedelta(days=settings.keep_tokens_days) or None,
    )


def compose(parts: Parts) -> App:
    """Put the rooms together."""
    held = Held()
    return App(
        parts=parts,
        inbox=SqlInbox(parts.door or parts.database, parts.clock, parts.bell),
        attendance=SqlAttendance(parts.database, parts.clock, parts.listened),
        intake=work.intake(parts, held),
        sweeper=work.sweeper(parts),
        calendars=Keeper(parts.database, parts.policies, parts.clock, parts.calendars),
        deliverer=work.deliverer(parts, held),
        reconciler=work.reconciler(parts, held),
        retention=Retention(parts.database, parts.clock, parts.keep),
        desk=work.desk(parts),
        held=held,
    )


def web_app() -> Flask:
    """The web role's WSGI application; the settings come from the environment.

    Granian makes it in a process of its own. Killed itself, Granian could not end that one, and its successor would
    share the port with an orphan; so the two are tied together.
    """
    tie_to_parent()
    settings = Settings.from_environment()
    configure(settings, "web")
    app = build(settings, bell=Ringer(RqBell(settings.redis_url)))
    door = Pulse()
    presence = Presence(app.parts.database, "web", {"door": door})
    presence.begin()
    for end in (presence.end, tracing.begin("web")):
        multiprocessing.util.Finalize(None, end, exitpriority=1)  # what Granian's process runs at its end
    knocking = (settings.host, settings.port, door, app.attendance.keep_open)
    threading.Thread(target=keep_open, args=knocking, name="listening", daemon=True).start()
    flask = flask_app(
        app,
        wall=timesource.wall,
        redis_check=lambda: redis_check(settings.redis_url),
        people=entrance(settings),
    )
    patience = Patience(lambda peers: cut_off(peers, settings.port))
    patience.watch()
    flask.wsgi_app = patience.around(flask.wsgi_app)  # type: ignore[assignment,method-assign] # as Flask says
    return flask


def lifesign(app: App, settings: Settings) -> Lifesign | None:
    """What calls the address that the settings name while Rung does its job; None where they name none."""
    if not settings.heartbeat_url:
        return None
    every = timedelta(seconds=settings.heartbeat_seconds)
    return Lifesign(app.parts.database, app.parts.clock, every, sender(settings.heartbeat_url))


def takes_mail(settings: Settings) -> bool:
    """Whether a source of the documents in force gets mails."""
    with mail_watch(settings) as wanted:
        return wanted()


@contextlib.contextmanager
def mail_watch(settings: Settings) -> Iterator[Callable[[], bool]]:
    """What tells, again and again and cheaply, whether a source of the documents in force gets mails by now.

    It raises what the database raises that is away.
    """
    engine = database.connect(settings.database_url, pool_size=1)
    loaded = Live(engine)
    try:
        yield lambda: any(isinstance(one.verify, Mail) for one in loaded().sources.values())
    finally:
        engine.dispose()


def retention(settings: Settings) -> Retention:
    """What removes what was kept for long enough, for the command line."""
    engine = database.connect(settings.database_url, pool_size=1)
    return Retention(engine, timesource.clock(settings), _keep(settings))


class _NoBell:
    """Rings nobody: where nothing else runs."""

    def ring(self, work: str) -> None:
        del work


def recovery(settings: Settings) -> Recovery:
    """What makes a restored database safe, for the command line."""
    app = build(settings, bell=_NoBell())
    return Recovery(database=app.parts.database, clock=app.parts.clock, intake=app.intake, reconciler=app.reconciler)


def desk(settings: Settings) -> Desk:
    """The desk alone, for the command line."""
    return build(settings).desk


def access_desk(settings: Settings) -> AccessDesk:
    """The desk for tokens and sessions alone, for the command line."""
    return SqlAccess(database.connect(settings.database_url, pool_size=1))


def mapping_desk(settings: Settings) -> MappingDesk:
    """The desk for mappings alone, for the command line."""
    return SqlMappingDesk(database.connect(settings.database_url, pool_size=1))

"""The composition root: the one place that knows all rooms and hands each what it needs."""

from __future__ import annotations

import contextlib
import multiprocessing.util
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

import console
import webhooks
from console import AcknowledgeLinks
from console.callers import person_by_email
from core.access import AccessDesk
from core.desk import Desk
from core.mapdesk import MappingDesk
from core.model import Delivery, Notice, Person
from core.policy import Policy
from core.policy.vendor import vendor_of
from core.ports import Bell, Calendars, Clock, Listened, Notifier, StorageUnavailableError
from core.status import About
from core.store import database, schema
from core.store import documents as stored
from core.work.access import SqlAccess
from core.work.attendance import SqlAttendance
from core.work.calendars import Keeper
from core.work.clock import Sweeper
from core.work.delivery import Deliverer
from core.work.desk import SqlDesk
from core.work.handover import Handovers
from core.work.heartbeat import Heartbeats
from core.work.inbox import SqlInbox
from core.work.intake import Intake
from core.work.lease import Held
from core.work.lifesign import Lifesign
from core.work.reconcile import Reconciler
from core.work.recovery import Recovery
from core.work.retention import Keep, Retention
from core.work.surgewatch import SurgeWatch
from rung import __version__, documents, live, redisurl, timesource, tracing
from rung.bell import RqBell
from rung.child import tie_to_parent
from rung.door import keep_open
from rung.entrance import AT_THE_MACHINE, Entrance, entrance
from rung.lifesign import sender
from rung.live import Live
from rung.loaded import Loaded
from rung.logging import configure
from rung.mapping.sql import SqlMappingDesk
from rung.pollmetrics import poll_metrics
from rung.presence import Presence, Pulse
from rung.settings import Settings
from rung.standing import Whole
from webhooks import Source, health
from webhooks.mailbox import Mail
from webhooks.sns import Sns

if TYPE_CHECKING:
    from webhooks.smtp import MailServer


@dataclass(frozen=True, slots=True)
class Policies:
    """`core.work.apply.Policies` over the documents in force."""

    loaded: Callable[[], Loaded]

    def newest(self) -> Policy:
        """The policy in force."""
        return self.loaded().policy

    def version(self, version: int) -> Policy:
        """The policy that a running ticket began with."""
        return self.loaded().at_version(version)


class LateCalendars:
    """`core.ports.Calendars`, for the role that fetches them."""

    def off(self, person: Person, start: datetime, end: datetime) -> Sequence[tuple[datetime, datetime]]:
        """When the person is off by their calendar; raises `DeliveryError`."""
        from connectors import calendars

        return calendars.build(lambda name: documents.secret(name).reveal()).off(person, start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the roles are made of, from outside: a test hands in its own."""

    database: Engine
    loaded: Callable[[], Loaded]
    clock: Clock
    bell: Bell
    notifier: Notifier
    links: AcknowledgeLinks
    calendars: Calendars = field(default_factory=LateCalendars)
    lease: timedelta = timedelta(seconds=30)
    threads: int = 4
    degraded: Mapping[str, Callable[[], str | None]] = field(default_factory=dict)
    keep: Keep = field(default_factory=Keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Rung, put together."""

    parts: Parts
    inbox: SqlInbox
    attendance: SqlAttendance
    intake: Intake
    sweeper: Sweeper
    calendars: Keeper
    deliverer: Deliverer
    reconciler: Reconciler
    retention: Retention
    desk: SqlDesk
    held: Held


def compose(parts: Parts) -> App:
    """Put the rooms together."""
    policies = Policies(parts.loaded)
    base = parts.database

    def listened() -> Mapping[str, Listened]:
        return parts.loaded().listened

    held = Held()
    return App(
        parts=parts,
        inbox=SqlInbox(base, parts.clock, parts.bell),
        attendance=SqlAttendance(base, parts.clock, listened),
        intake=Intake(
            database=base,
            mappings=lambda: parts.loaded().mappings,
            platforms=lambda: parts.loaded().platforms,
            policies=policies,
            clock=parts.clock,
            bell=parts.bell,
            held=held,
            lease=parts.lease,
            greet=lambda delivery: _greeting(parts.loaded(), delivery),
        ),
        sweeper=Sweeper(
            database=base,
            policies=policies,
            clock=parts.clock,
            bell=parts.bell,
            handovers=Handovers(base, policies, parts.clock),
            surges=SurgeWatch(base, policies, parts.clock),
            heartbeats=Heartbeats(base, policies, parts.clock, listened),
        ),
        calendars=Keeper(base, policies, parts.clock, parts.calendars),
        deliverer=Deliverer(
            database=base,
            platforms=lambda: parts.loaded().platforms,
            notifier=parts.notifier,
            policies=policies,
            links=parts.links.make,
            clock=parts.clock,
            held=held,
            lease=parts.lease,
            threads=parts.threads,
        ),
        reconciler=Reconciler(
            database=base,
            platforms=lambda: parts.loaded().platforms,
            plans=lambda: parts.loaded().polls,
            mappings=lambda: parts.loaded().mappings,
            policies=policies,
            clock=parts.clock,
            bell=parts.bell,
            held=held,
            lease=parts.lease,
        ),
        retention=Retention(base, parts.clock, parts.keep),
        held=held,
        desk=SqlDesk(
            base,
            policies,
            parts.clock,
            parts.bell,
            lambda: parts.loaded().platforms,
            lambda: {name for name, plan in parts.loaded().polls.items() if not plan.heard},
            listened,
            lambda: _about(parts),
        ),
    )


def _about(parts: Parts) -> About:
    told = {name: check() for name, check in parts.degraded.items()}
    return About(
        version=__version__,
        documents=parts.loaded().versions,
        degraded={name: sentence for name, sentence in told.items() if sentence},
    )


def _greeting(loaded: Loaded, delivery: Delivery) -> Callable[[], None] | None:
    """What SNS asks for when a topic gets a new subscription. The door has seen that the delivery is authentic."""
    source = loaded.sources.get(delivery.source)
    if source is None or not isinstance(source.verify, Sns):
        return None
    verify = source.verify

    def confirm() -> None:
        if address := verify.to_confirm(delivery.body):
            verify.confirm(address)

    return confirm if delivery.headers.get("x-amz-sns-message-type", "") != "Notification" else None


class _Sources(Mapping[str, Source]):
    """The sources of the documents in force, so that a new one is heard without a restart."""

    def __init__(self, loaded: Callable[[], Loaded]) -> None:
        self._loaded = loaded

    def __getitem__(self, name: str) -> Source:
        return self._loaded().sources[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded().sources)

    def __len__(self) -> int:
        return len(self._loaded().sources)


def flask_app(
    app: App, *, wall: Clock, redis_check: Callable[[], str | None], people: Entrance = AT_THE_MACHINE
) -> Flask:
    """The web role: the door for machines, the door for people, and the process's health."""
    parts = app.parts
    loaded = _or_unavailable(parts.loaded)
    whole = Whole(parts.database, parts.clock, lambda: _platforms(parts.loaded))
    flask = Flask("rung", static_folder=None)
    flask.register_blueprint(webhooks.blueprint(app.inbox, _Sources(loaded), wall, app.attendance))
    flask.register_blueprint(
        health.blueprint(
            {"database": lambda: database_check(parts.database)},
            {"redis": redis_check},
            more=lambda: (*poll_metrics(app.desk.polls), *whole.collect()),
        )
    )
    flask.register_blueprint(
        console.blueprint(
            app.desk,
            mappings=SqlMappingDesk(parts.database),
            access=SqlAccess(parts.database),
            clock=parts.clock,
            links=parts.links,
            people=lambda: _people(loaded()),
            guests=lambda: _guests(loaded()),
            sign_in=people.sign_in,
            by_email=lambda email: _by_email(loaded(), email),
            peers=people.peers,
        )
    )
    return flask


def mail_server(app: App, host: str, port: int, tls: ssl.SSLContext | None) -> MailServer:
    """The mail role: the door for mails."""
    from webhooks.smtp import Mailbox, MailServer  # which loads an SMTP server, for this role alone

    loaded = _or_unavailable(app.parts.loaded)
    return MailServer(Mailbox(app.inbox, lambda: loaded().sources, app.attendance), host, port, tls)


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


def _or_unavailable(loaded: Callable[[], Loaded]) -> Callable[[], Loaded]:
    """What is in force, in the doors' word for a database that went away before it could be read for the first time."""

    def told() -> Loaded:
        try:
            return loaded()
        except (DBAPIError, PoolTimeout) as error:
            raise StorageUnavailableError(type(error).__name__) from error

    return told


def _platforms(loaded: Callable[[], Loaded]) -> list[str]:
    """The platforms of the documents in force; none where they cannot be read now."""
    try:
        return list(loaded().platforms)
    except (DBAPIError, PoolTimeout):
        return []


def _people(loaded: Loaded) -> dict[str, str]:
    people = loaded.policy.roster.people.values()
    return {person.id: person.name for person in people if not vendor_of(person.id)}


def _by_email(loaded: Loaded, email: str) -> str:
    """Who signed in with that address; where there is no roster at all, people go by their address."""
    people = loaded.policy.roster.people.values()
    known = {person.id: person.emails for person in people if not vendor_of(person.id)}
    return person_by_email(email, known) if known else email


def _guests(loaded: Loaded) -> dict[str, str]:
    """Who is asked without being on the roster: vendors, and channels that get the link."""
    channels = loaded.policy.communication.channels.values()
    asked = {one.id: one.name or one.id for one in channels if one.asks}
    return asked | {vendor.key: vendor.name for vendor in loaded.policy.vendors.values()}


def database_check(engine: Engine) -> str | None:
    """Whether the database answers and has a schema on which this code can run."""
    try:
        with engine.begin() as connection:
            return schema.look(connection).problem
    except (DBAPIError, PoolTimeout) as error:
        return f"PostgreSQL does not answer: {type(getattr(error, 'orig', None) or error).__name__}."


class LateNotifier:
    """`core.ports.Notifier`: Apprise, which takes a while to load, for those who send something."""

    def notify(self, person: Person, notice: Notice, acknowledge_link: str) -> None:
        """Send the notice by `person.ways[notice.way]`; raises `DeliveryError`."""
        from connectors.notify import AppriseNotifier

        AppriseNotifier(lambda name: documents.secret(name).reveal()).notify(person, notice, acknowledge_link)


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
        )
    )


def _keep(settings: Settings) -> Keep:
    """How long what is over is kept; 0 days are for ever."""
    return Keep(
        deliveries=timedelta(days=settings.keep_deliveries_days) or None,
        failed=timedelta(days=settings.keep_failed_days) or None,
        tickets=timedelta(days=settings.keep_tickets_days) or None,
        unknowns=timedelta(days=settings.keep_unknowns_days) or None,
    )


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


def web_app() -> Flask:
    """The web role's WSGI application; the settings come from the environment.

    Granian makes it in a process of its own. Killed itself, Granian could not end that one, and its successor would
    share the port with an orphan; so the two are tied together.
    """
    tie_to_parent()
    settings = Settings.from_environment()
    configure(settings, "web")
    app = build(settings)
    door = Pulse()
    presence = Presence(app.parts.database, "web", {"door": door})
    presence.begin()
    for end in (presence.end, tracing.begin("web")):
        multiprocessing.util.Finalize(None, end, exitpriority=1)  # what Granian's process runs at its end
    knocking = (settings.host, settings.port, door, app.attendance.keep_open)
    threading.Thread(target=keep_open, args=knocking, name="listening", daemon=True).start()
    return flask_app(
        app,
        wall=timesource.wall,
        redis_check=lambda: redis_check(settings.redis_url),
        people=entrance(settings),
    )


def checks(app: App, settings: Settings) -> dict[str, dict[str, Callable[[], str | None]]]:
    """What a role's `/readyz` looks at."""
    return {
        "ready": {"database": lambda: database_check(app.parts.database)},
        "degraded": {"redis": lambda: redis_check(settings.redis_url)},
    }


def redis_check(url: str) -> str | None:
    """Whether Redis answers; without it work is found by the sweep, later."""
    try:
        with redisurl.client(url, socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()
    except redis.RedisError as error:
        return f"Redis does not answer: {type(error).__name__}. Work goes on, found by the sweep."
    return None


def apply_documents(settings: Settings, folder: Path, by: str, note: str = "") -> list[tuple[str, int, bool]]:
    """Check a folder of documents and store what differs; returns each document's name, version and whether it is new.

    Raises `DocumentsError` and `MappingDocumentError`. What the folder does not hold is left as it was stored before.
    """
    texts = documents.read_folder(folder)
    engine = database.connect(settings.database_url, pool_size=1)
    try:
        with engine.begin() as connection:
            stored.lock(connection)
            live.try_out({**stored.texts(stored.newest(connection)), **texts})
            return [(name, *stored.put(connection, name, text_, by, note)) for name, text_ in sorted(texts.items())]
    finally:
        engine.dispose()

"""The web role as a Flask application: the doors for machines and for people, and the process's health."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

import console
import webhooks
from core.ports import Clock
from core.work.access import SqlAccess
from rung import people as whom
from rung import refusals
from rung.entrance import AT_THE_MACHINE, Entrance
from rung.inforce import Sources, or_unavailable, platforms
from rung.mapping.sql import SqlMappingDesk
from rung.parts import App
from rung.pollmetrics import poll_metrics
from rung.readiness import database_check
from rung.standing import Whole
from webhooks import health


def flask_app(
    app: App, *, wall: Clock, redis_check: Callable[[], str | None], people: Entrance = AT_THE_MACHINE
) -> Flask:
    """The web role: the door for machines, the door for people, and the process's health."""
    parts = app.parts
    loaded = or_unavailable(parts.loaded)
    whole = Whole(parts.database, parts.clock, lambda: platforms(parts.loaded))
    flask = Flask("rung", static_folder=None)
    refusals.in_json(flask)
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
            people=lambda: whom.people(loaded()),
            guests=lambda: whom.guests(loaded()),
            sign_in=people.sign_in,
            by_email=lambda email: whom.by_email(loaded(), email),
            peers=people.peers,
        )
    )
    machines = webhooks.application(app.inbox, Sources(loaded), wall, app.attendance)
    flask.wsgi_app = _dispatched(machines, flask.wsgi_app)  # type: ignore[assignment,method-assign] # as Flask says
    return flask


def _dispatched(machines: WSGIApplication, people: WSGIApplication) -> WSGIApplication:
    """Machines by their own door, before anything that only people need."""

    def called(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/"):  # as in `GET x HTTP/1.1`: Werkzeug would redirect
            environ["PATH_INFO"] = f"/{path}"
        door = machines if path.startswith("/webhooks/") else people
        return door(environ, start_response)

    return called

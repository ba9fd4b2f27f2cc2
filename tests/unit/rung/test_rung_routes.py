"""Every route of the web role, whichever room it is from: who may use it is declared, or known here by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from flask import Flask

from console import AcknowledgeLinks
from console.callers import need
from core.store.database import connect
from rung.parts import Parts
from rung.web import flask_app
from rung.wiring import compose

BY_THEIR_OWN = {
    "health": "asks nobody; tells no ticket's content",
}


def whole() -> Flask:
    nothing = cast("Any", None)
    parts = Parts(
        database=connect("postgresql://127.0.0.1:1/nowhere"),
        loaded=nothing,
        clock=lambda: datetime(2026, 3, 2, tzinfo=UTC),
        bell=nothing,
        notifier=nothing,
        links=AcknowledgeLinks("a secret of the tests", "http://rung.example.com"),
    )
    return flask_app(compose(parts), wall=parts.clock, redis_check=lambda: None)


def test_every_route_of_the_web_role_says_who_may_use_it() -> None:
    """In the console: put `@needs(Role...)` or `@open_to_all` below the route. A new room: say above how it guards."""
    app = whole()
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] not in BY_THEIR_OWN]
    assert len(rules) > 25
    assert [rule.rule for rule in rules if need(rule.endpoint, app.view_functions) is None] == []

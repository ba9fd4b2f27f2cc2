"""Rung within this process over a real database, for attacks that are many and quick; something has happened to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from flask import Flask
from flask.testing import FlaskClient

from rung import timesource, wiring
from rung.parts import App
from rung.settings import Settings
from rung.web import flask_app
from tests.hostile.prey import TOKEN, Prey

JSON = {"Content-Type": "application/json"}
AUTHENTIC = {**JSON, "Authorization": f"Bearer {TOKEN}"}


def alert(name: str = "PaymentsFail", **labels: str) -> dict[str, object]:
    """What Alertmanager posts of one alert."""
    said = {"alertname": name, "service": "payments-api", "severity": "critical", **labels}
    one = {"status": "firing", "labels": said, "annotations": {"summary": "Payments fail"}, "fingerprint": name}
    times = {"startsAt": "2026-03-02T12:00:00Z", "endsAt": "0001-01-01T00:00:00Z"}
    return {"version": "4", "status": "firing", "groupKey": name, "alerts": [{**one, **times}]}


@dataclass
class Inside:
    """The application, and hands that do what the roles do."""

    prey: Prey

    @cached_property
    def app(self) -> App:
        """Rung put together."""
        return wiring.build(Settings.from_environment(self.prey.environment), bell=Silent())

    @cached_property
    def flask(self) -> Flask:
        """The web role."""
        return flask_app(self.app, wall=timesource.wall, redis_check=lambda: None)

    @property
    def client(self) -> FlaskClient:
        """Somebody at the machine."""
        return self.flask.test_client()

    def live(self) -> None:
        """Let a few things happen, so that there is something to ask for."""
        for name in ("PaymentsFail", "QueueGrows", "=cmd|' /C calc'!A0", "<script>alert(1)</script>"):
            body = json.dumps(alert(name)).encode()
            assert self.client.post("/webhooks/alertmanager", data=body, headers=AUTHENTIC).status_code == 202
        assert self.client.post("/webhooks/alertmanager", data=b"{}", headers=AUTHENTIC).status_code == 202
        self.app.intake.drain()

    def close(self) -> None:
        """Let go of the database."""
        self.app.parts.database.dispose()


class Silent:
    """Rings nobody."""

    def ring(self, work: str) -> None:
        del work

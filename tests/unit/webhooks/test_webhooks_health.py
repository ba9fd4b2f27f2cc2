"""Liveness, readiness, metrics."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

import webhooks.health


def client(ready: str | None = None, degraded: str | None = None) -> FlaskClient:
    app = Flask("health")
    checks = {"database": lambda: ready}
    app.register_blueprint(webhooks.health.blueprint(checks, {"bell": lambda: degraded}))
    return app.test_client()


def test_it_is_alive_whatever_else_fails() -> None:
    assert client(ready="gone").get("/healthz").status_code == 200


def test_it_is_ready_when_every_part_is() -> None:
    answer = client().get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")


def test_it_says_which_part_is_not_ready_and_why() -> None:
    answer = client(ready="PostgreSQL does not answer.").get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["not_ready"] == {"database": "PostgreSQL does not answer."}


def test_a_degraded_part_is_told_and_does_not_fail_readiness() -> None:
    answer = client(degraded="Redis does not answer; work starts a few seconds later.").get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "degraded")
    assert "bell" in answer.get_json()["degraded"]


def test_it_serves_its_numbers() -> None:
    answer = client().get("/metrics")
    assert answer.status_code == 200
    assert "rung_webhook_requests_total" in answer.get_data(as_text=True)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via"])
def test_its_numbers_are_not_for_those_behind_a_proxy(header: str) -> None:
    answer = client().get("/metrics", headers={header: "for=203.0.113.9"})
    assert (answer.status_code, "rung_" in answer.text) == (404, False)
    assert client().get("/healthz", headers={header: "for=203.0.113.9"}).status_code == 200


@pytest.mark.parametrize("protocol", ["HTTP/1.0", "HTTP/1"])
def test_its_numbers_are_not_for_those_behind_nginx_as_it_is_by_itself(protocol: str) -> None:
    answer = client().get("/metrics", environ_overrides={"SERVER_PROTOCOL": protocol})
    assert (answer.status_code, "rung_" in answer.text) == (404, False)

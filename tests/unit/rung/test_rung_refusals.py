"""What no room answers for is refused in JSON, and nothing is told back that a path may hold."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.unit.rung.test_rung_routes import whole


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return whole().test_client()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/api/v1/tickets", 405),
        ("PUT", "/api/v1/tickets/7", 405),
        ("POST", "/healthz", 405),
        ("TRACE", "/api/v1/tickets", 405),
        ("POST", "/api/v1/nothing", 404),
        ("POST", "/webhooks/nagios/a-secret/and/more", 404),
        ("POST", "/webhooks/nagios/a-secret/", 404),
        ("POST", "/webhooks//nagios/a-secret", 404),
        ("PUT", "/webhooks/nagios//a-secret", 404),
    ],
)
def test_what_no_room_answers_for_is_refused_in_json(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert set(answer.get_json()) == {"error"}
    assert "a-secret" not in f"{answer.get_data(as_text=True)}{answer.headers}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_method_that_is_not_taken_is_told_which_are(client: FlaskClient) -> None:
    answer = client.delete("/api/v1/tickets")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert answer.get_json()["error"] == "DELETE is not taken here, but GET, HEAD, OPTIONS."


def test_nobody_at_the_door_for_machines_is_asked_for_what_people_are(client: FlaskClient) -> None:
    answer = client.post("/webhooks/nagios//a-secret", headers={"Host": "foreign.example.com"})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")

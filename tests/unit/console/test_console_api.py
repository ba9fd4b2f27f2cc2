"""The REST API."""

import pytest
from console_fakes import FakeDesk
from flask import Flask
from flask.testing import FlaskClient

from core.model import Acknowledge


def test_tickets_are_listed_with_every_field(client: FlaskClient) -> None:
    tickets = client.get("/api/v1/tickets").get_json()["tickets"]
    assert len(tickets) == 8
    assert tickets[3] | {"owner": "dana", "severity": "SEV2", "state": "new", "write_back": "in step"} == tickets[3]
    assert tickets[3]["deadline"] == "2026-03-02T09:08:12Z"


def test_tickets_are_chosen_by_state_and_number(client: FlaskClient) -> None:
    assert [one["id"] for one in client.get("/api/v1/tickets?state=on_hold").get_json()["tickets"]] == [7]
    assert len(client.get("/api/v1/tickets?limit=2").get_json()["tickets"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "tickets?state=lost",
        "deliveries?status=lost",
        "actions?status=lost",
        "actions?limit=0",
        "actions?limit=x",
        "actions?limit=99999999999999999999",
    ],
)
def test_a_wrong_query_is_answered_with_what_is_allowed(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/{query}")
    assert answer.status_code == 400
    assert answer.get_json()["error"].endswith(".")


def test_a_ticket_has_reasons_as_names_and_sentences(client: FlaskClient) -> None:
    ticket = client.get("/api/v1/tickets/4").get_json()
    assert ticket["ticket"]["impact"] == "high"
    assert ticket["ticket"]["records"][0]["ref"]["platform"] == "servicenow-main"
    assert ticket["entries"][1]["reason"] == "severity_derived"
    assert ticket["entries"][1]["sentence"] == "SEV2 because impact is high and urgency is medium."
    assert ticket["actions"][3]["status"] == "dead"


def test_a_script_acknowledges(client: FlaskClient, desk: FakeDesk) -> None:
    answer = client.post("/api/v1/tickets/4/acknowledge", json={"by": "dana"})
    assert answer.get_json()["reason"].startswith("dana acknowledged through the API")
    assert desk.commands == [(4, Acknowledge("dana", "through the API"))]


def test_a_name_is_taken_for_its_id_and_a_near_one_is_offered(client: FlaskClient, desk: FakeDesk) -> None:
    client.post("/api/v1/tickets/4/acknowledge", json={"by": "dana reyes"})
    assert desk.commands[0][1].by == "dana"
    answer = client.post("/api/v1/tickets/4/acknowledge", json={"by": "danna"})
    assert answer.status_code == 422
    assert "Did you mean 'dana'?" in answer.get_json()["error"]


@pytest.mark.parametrize("body", [{}, {"by": ""}, {"by": 7}, {"by": None}, {"by": ["dana"]}])
def test_acknowledging_needs_a_person(client: FlaskClient, desk: FakeDesk, body: dict[str, object]) -> None:
    assert client.post("/api/v1/tickets/4/acknowledge", json=body).status_code == 422
    assert desk.commands == []


@pytest.mark.parametrize("data", ["[]", "{", '"dana"'])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, data: str) -> None:
    answer = client.post("/api/v1/tickets/4/acknowledge", data=data, content_type="application/json")
    assert (answer.status_code, answer.get_json()) == (400, {"error": "The body must be a JSON object."})


def test_a_body_nested_without_end_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/tickets/4/acknowledge", data="[" * 60_000, content_type="application/json")
    assert (answer.status_code, answer.get_json()) == (400, {"error": "The body is nested too deeply."})


@pytest.mark.parametrize("path", ["tickets/4/acknowledge", "deliveries/41/replay", "actions/4/replay"])
def test_a_plain_form_cannot_command_the_api(client: FlaskClient, desk: FakeDesk, path: str) -> None:
    for content_type in ("application/x-www-form-urlencoded", "text/plain", ""):
        answer = client.post(f"/api/v1/{path}", data='{"by": "dana"}', content_type=content_type)
        assert answer.status_code == 415
    assert not desk.commands
    assert not desk.replayed


def test_deliveries_and_actions_are_listed_and_shown(client: FlaskClient) -> None:
    assert [one["id"] for one in client.get("/api/v1/deliveries?status=unmapped").get_json()["deliveries"]] == [41]
    assert client.get("/api/v1/deliveries/41").get_json()["body"].startswith('{"table"')
    assert [one["id"] for one in client.get("/api/v1/actions?status=dead").get_json()["actions"]] == [4]
    assert client.get("/api/v1/actions/4").get_json()["verb"] == "create_record"


def test_sources_are_listed_with_how_they_are_heard(client: FlaskClient) -> None:
    (source,) = client.get("/api/v1/sources").get_json()["sources"]
    assert source["name"] == "alertmanager"
    assert source["every"] == 600
    assert source["silent_since"].endswith("Z")


def test_deliveries_and_actions_are_replayed(client: FlaskClient, desk: FakeDesk) -> None:
    assert client.post("/api/v1/deliveries/41/replay", json={}).status_code == 202
    assert client.post("/api/v1/actions/4/replay", content_type="application/json").status_code == 202
    assert desk.replayed == [("delivery", 41), ("action", 4)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tickets/77/acknowledge", 404),
        ("deliveries/7/replay", 404),
        ("deliveries/40/replay", 409),
        ("actions/1/replay", 409),
    ],
)
def test_what_cannot_be_done_is_an_error_in_a_sentence(client: FlaskClient, path: str, status: int) -> None:
    answer = client.post(f"/api/v1/{path}", json={"by": "dana"})
    assert answer.status_code == status
    assert answer.get_json()["error"].endswith(".")


def test_what_is_not_there_is_json_too(client: FlaskClient) -> None:
    assert client.get("/api/v1/nothing").get_json() == {"error": "There is no such page."}
    assert client.get("/api/v1/tickets/77").get_json() == {"error": "There is no ticket 77."}


def test_a_defect_is_an_error_without_its_details(desk: FakeDesk, app: Flask) -> None:
    desk.error = RuntimeError("secret detail")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/api/v1/tickets/4")
    assert (answer.status_code, answer.get_json()) == (500, {"error": "Something went wrong within Rung."})


def test_the_status_tells_each_part_and_the_whole_in_a_word(client: FlaskClient) -> None:
    answer = client.get("/api/v1/status")
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.get_json()
    assert told["state"] == "failing"
    assert told["unable"][0].startswith("No web process runs")
    (platform,) = told["platforms"]
    assert (platform["breaker"], platform["since"], platform["succeeded_at"]) == ("open", "2026-03-02T09:01:00Z", None)
    assert platform["says"] == "Left alone while it is down: It did not answer."
    assert told["queues"][0]["waiting"] == 4

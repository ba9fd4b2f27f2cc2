"""What each role may do, and as whom a token acts."""

from __future__ import annotations

from typing import Any

import pytest
from access_fakes import FakeAccess
from console_fakes import FakeDesk, application
from flask import Flask
from flask.testing import FlaskClient
from mapping_fakes import FakeMappingDesk

from console.callers import Open, need, person_by_email
from core.model import Acknowledge, Role, Take

READS = {
    "/": Role.VIEWER,
    "/board": Role.VIEWER,
    "/tickets/4": Role.VIEWER,
    "/deliveries": Role.VIEWER,
    "/deliveries/41": Role.RESPONDER,
    "/actions": Role.VIEWER,
    "/api/v1/status": Role.VIEWER,
    "/api/v1/tickets": Role.VIEWER,
    "/api/v1/tickets/4": Role.VIEWER,
    "/api/v1/sources": Role.VIEWER,
    "/api/v1/deliveries": Role.VIEWER,
    "/api/v1/deliveries/41": Role.RESPONDER,
    "/api/v1/actions/4": Role.VIEWER,
    "/api/v1/mappings": Role.VIEWER,
    "/api/v1/platforms/x/fields": Role.MANAGER,
    "/nowhere": Role.VIEWER,
}
WRITES = {
    "POST /tickets/4/acknowledge": Role.RESPONDER,
    "POST /tickets/4/command": Role.RESPONDER,
    "POST /deliveries/41/replay": Role.MANAGER,
    "POST /actions/4/replay": Role.MANAGER,
    "POST /api/v1/tickets/4/acknowledge": Role.RESPONDER,
    "POST /api/v1/tickets/rebase": Role.MANAGER,
    "POST /api/v1/deliveries/41/replay": Role.MANAGER,
    "POST /api/v1/actions/4/replay": Role.MANAGER,
    "POST /api/v1/mappings/try": Role.MANAGER,
    "POST /api/v1/mappings/validate": Role.MANAGER,
    "POST /api/v1/mappings/jira/diff": Role.MANAGER,
    "PUT /api/v1/mappings/jira": Role.ADMIN,
    "POST /api/v1/mappings/jira/rollback": Role.ADMIN,
    "POST /api/v1/unknowns/forget": Role.MANAGER,
}


@pytest.fixture
def access() -> FakeAccess:
    return FakeAccess()


@pytest.fixture
def mappings() -> FakeMappingDesk:
    return FakeMappingDesk()


@pytest.fixture
def app(desk: FakeDesk, access: FakeAccess, mappings: FakeMappingDesk) -> Flask:
    return application(desk, access=access, mappings=mappings)


def roles_below(role: Role) -> list[Role]:
    return [one for one in Role if not one.covers(role)]


def test_a_role_covers_itself_and_those_before_it() -> None:
    assert [[one.covers(other) for other in Role] for one in Role] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]


@pytest.mark.parametrize("path", READS)
def test_who_lacks_the_role_for_a_page_is_told_which_one(client: FlaskClient, access: FakeAccess, path: str) -> None:
    for role in roles_below(READS[path]):
        answer = client.get(path, headers=access.give(role))
        assert answer.status_code == 403
        assert f"That takes the role {READS[path].value}; you come in as {role.value}." in answer.get_data(as_text=True)
    assert client.get(path, headers=access.give(READS[path])).status_code != 403


@pytest.mark.parametrize("request_line", WRITES)
def test_who_lacks_the_role_for_a_change_changes_nothing(
    client: FlaskClient, desk: FakeDesk, mappings: FakeMappingDesk, access: FakeAccess, request_line: str
) -> None:
    method, path = request_line.split()
    before = repr((desk.commands, desk.replayed, mappings))
    for role in roles_below(WRITES[request_line]):
        body: dict[str, Any] = {"by": "dana", "tickets": [4], "text": "x", "name": "jira", "edited": 0, "version": 0}
        answer = client.open(path, method=method, json=body, headers=access.give(role, any_person=True))
        assert answer.status_code == 403, role
        assert "That takes the role" in answer.get_data(as_text=True)
    assert repr((desk.commands, desk.replayed, mappings)) == before
    enough = access.give(WRITES[request_line], any_person=True)
    told = client.open(path, method=method, json={"by": "dana"}, headers=enough).get_data(as_text=True)
    assert "That takes the role" not in told


@pytest.mark.parametrize("text", ["", "rung", "rung_000000000001_wrong", "Bearer", "\u00e9", "a" * 9000])
@pytest.mark.parametrize("path", ["/", "/api/v1/tickets", "/assets/rung.css", "/acknowledge/x"])
def test_a_token_that_does_not_work_is_refused_where_a_role_is_asked_for(
    client: FlaskClient, access: FakeAccess, path: str, text: str
) -> None:
    access.give(Role.ADMIN)
    answer = client.get(path, headers={"Authorization": f"Bearer {text}".encode().decode("latin-1")})
    if path.startswith(("/assets", "/acknowledge")):
        assert answer.status_code in {200, 404}
        return
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Rung"'
    assert "Checkout" not in answer.get_data(as_text=True)
    assert text not in answer.get_data(as_text=True) or text in {"", "rung"}


def test_credentials_of_another_kind_are_a_proxys_affair(client: FlaskClient) -> None:
    assert client.get("/", headers={"Authorization": "Basic cnVuZzpydW5n"}).status_code == 200


def test_a_token_opens_nothing_to_another_machine_as_long_as_nobody_can_sign_in(
    client: FlaskClient, access: FakeAccess
) -> None:
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/api/v1/tickets", headers=access.give(Role.ADMIN), environ_overrides=far).status_code == 403


def test_a_token_acts_for_its_person_and_the_timeline_says_so(
    client: FlaskClient, desk: FakeDesk, access: FakeAccess
) -> None:
    header = access.give(Role.RESPONDER, "lee")
    assert client.post("/api/v1/tickets/4/acknowledge", json={}, headers=header).status_code == 200
    client.post("/api/v1/tickets/4/take", json={"by": "Lee Park"}, headers=header)
    via = "through the API (token robot)"
    assert desk.commands == [(4, Acknowledge("lee", via)), (4, Take("lee", via))]


@pytest.mark.parametrize("command", ["acknowledge", "take"])
def test_a_token_of_somebody_who_left_the_roster_decides_nothing(
    client: FlaskClient, desk: FakeDesk, access: FakeAccess, command: str
) -> None:
    header = access.give(Role.ADMIN, "gone")
    answer = client.post(f"/api/v1/tickets/4/{command}", json={}, headers=header)
    assert (answer.status_code, desk.commands) == (422, [])
    assert "Nobody on the roster has the id 'gone'." in answer.get_json()["error"]


def test_a_token_cannot_act_for_somebody_else(client: FlaskClient, desk: FakeDesk, access: FakeAccess) -> None:
    header = access.give(Role.ADMIN, "lee")
    answer = client.post("/api/v1/tickets/4/acknowledge", json={"by": "dana"}, headers=header)
    assert (answer.status_code, desk.commands) == (403, [])
    assert answer.get_json()["error"] == "You come in as 'lee' and cannot act as 'dana'."


def test_a_token_for_nobody_decides_about_no_ticket(client: FlaskClient, desk: FakeDesk, access: FakeAccess) -> None:
    answer = client.post("/api/v1/tickets/4/take", json={"by": "dana"}, headers=access.give(Role.ADMIN))
    assert (answer.status_code, desk.commands) == (403, [])
    assert "rung tokens create --person" in answer.get_json()["error"]


def test_a_token_for_any_person_must_name_them(client: FlaskClient, desk: FakeDesk, access: FakeAccess) -> None:
    header = access.give(Role.RESPONDER, any_person=True)
    assert client.post("/api/v1/tickets/4/take", json={}, headers=header).status_code == 422
    assert client.post("/api/v1/tickets/4/take", json={"by": "mallory"}, headers=header).status_code == 422
    assert client.post("/api/v1/tickets/4/take", json={"by": "sam"}, headers=header).status_code == 200
    assert [command.by for _, command in desk.commands] == ["sam"]


def test_a_token_without_a_person_is_named_beside_what_it_changes(
    client: FlaskClient, access: FakeAccess, mappings: FakeMappingDesk
) -> None:
    body = {"text": "title: x", "edited": 2, "by": "dana"}
    assert client.put("/api/v1/mappings/watcher", json=body, headers=access.give(Role.ADMIN)).status_code == 201
    ((_, _, _, edit),) = mappings.done
    assert edit.by == "token robot (000000000001)"


def test_another_sites_page_cannot_use_a_token(client: FlaskClient, desk: FakeDesk, access: FakeAccess) -> None:
    header = access.give(Role.ADMIN, "lee")
    for told in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.test"}):
        assert client.post("/api/v1/tickets/4/take", json={}, headers={**header, **told}).status_code == 403
    assert desk.commands == []


def test_a_form_made_for_a_token_is_good_for_nobody_else(
    client: FlaskClient, desk: FakeDesk, access: FakeAccess
) -> None:
    html = client.get("/tickets/4", headers=access.give(Role.RESPONDER, "lee")).get_data(as_text=True)
    mark = html.split('name="token" value="')[1].partition('"')[0]
    answer = client.post("/tickets/4/acknowledge", data={"token": mark, "by": "dana"})
    assert (answer.status_code, desk.commands) == (403, [])


def test_a_route_that_declares_no_role_is_open_to_nobody(desk: FakeDesk, access: FakeAccess) -> None:
    app = application(desk, access=access)
    app.view_functions["console.actions"] = lambda: "everything"
    answer = app.test_client().get("/actions", headers=access.give(Role.ADMIN))
    assert (answer.status_code, "everything" in answer.get_data(as_text=True)) == (403, False)


def test_every_route_of_the_console_declares_what_it_takes(app: Flask) -> None:
    """One that does not is refused to everybody: put `@needs(Role...)` or `@open_to_all` below the route."""
    undeclared = [rule.rule for rule in app.url_map.iter_rules() if need(rule.endpoint, app.view_functions) is None
                  and rule.endpoint.startswith("console.")]  # fmt: skip
    assert undeclared == []


def test_what_is_open_to_all_is_known_by_name(app: Flask) -> None:
    found = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and need(rule.endpoint, app.view_functions) is Open.TO_ALL
    }
    assert found == {"/assets/<path:filename>", "/acknowledge/<token>"}


def test_what_changes_something_takes_more_than_a_viewer(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            assert need(rule.endpoint, app.view_functions) is not Role.VIEWER, rule.rule


def test_somebody_is_found_by_an_address_that_is_theirs_alone() -> None:
    addresses = {"dana": ["Dana.Reyes@example.com"], "lee": ["lee@example.com", "both@example.com"],
                 "sam": ["both@example.com"], "kim": ["\u212aim@example.com"]}  # fmt: skip
    assert person_by_email("dana.reyes@EXAMPLE.com", addresses) == "dana"
    assert person_by_email("both@example.com", addresses) == ""
    assert person_by_email("kim@example.com", addresses) == ""
    assert person_by_email("lee@example.com ", addresses) == "lee"
    assert person_by_email("", {"nobody": [""]}) == ""

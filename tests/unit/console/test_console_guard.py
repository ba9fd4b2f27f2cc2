"""Who may look, and whose forms are taken."""

import re

import pytest
from console_fakes import FakeDesk, application, token_for
from flask.testing import FlaskClient
from werkzeug.middleware.proxy_fix import ProxyFix

from console.guard import POLICY, is_loopback, is_loopback_host

LINK = token_for(4)
PAGES = [
    "/",
    "/board",
    "/tickets/4",
    "/deliveries",
    "/deliveries/41",
    "/actions",
    "/api/v1/tickets",
    "/api/v1/tickets/4",
    "/api/v1/deliveries",
    "/api/v1/deliveries/41",
    "/api/v1/actions",
    "/api/v1/actions/4",
    "/no/such/page",
]
COMMANDS = [
    "/tickets/4/acknowledge",
    "/deliveries/41/replay",
    "/actions/4/replay",
    "/api/v1/tickets/4/acknowledge",
    "/api/v1/deliveries/41/replay",
    "/api/v1/actions/4/replay",
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("peer", ["10.0.0.7", "203.0.113.9", "::ffff:10.0.0.7", "2001:db8::1", ""])
def test_a_page_is_refused_to_everybody_but_this_machine(client: FlaskClient, page: str, peer: str) -> None:
    answer = client.get(page, environ_overrides={"REMOTE_ADDR": peer})
    assert answer.status_code == 403
    assert "only to the machine that Rung runs on" in answer.get_data(as_text=True)
    assert "Checkout" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_is_refused_to_everybody_but_this_machine(client: FlaskClient, desk: FakeDesk, path: str) -> None:
    answer = client.post(path, json={"by": "dana"}, environ_overrides={"REMOTE_ADDR": "10.0.0.7"})
    assert answer.status_code == 403
    assert not desk.commands
    assert not desk.replayed


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_look(client: FlaskClient, peer: str) -> None:
    assert client.get("/", environ_overrides={"REMOTE_ADDR": peer}).status_code == 200


@pytest.mark.parametrize(
    "host", ["rung.example.com", "evil.test:8080", "127.0.0.1.evil.test", "localhost.evil.test", "10.0.0.7"]
)
def test_a_name_that_was_made_to_point_here_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 403
    assert "loopback address" in answer.get_data(as_text=True)


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:5000", "[::1]:5000", "rung.localhost"])
def test_loopback_names_are_taken(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("value", ["203.0.113.9", ""])
@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "Forwarded", "Via", "X-Forwarded-Server", "X_Forwarded_For", "X-Envoy-Attempt-Count", "CF-Ray"],
)
def test_a_request_through_a_proxy_on_this_machine_is_refused(client: FlaskClient, header: str, value: str) -> None:
    answer = client.get("/", headers={header: value})
    assert (answer.status_code, "came through a proxy" in answer.text) == (403, True)


@pytest.mark.parametrize("protocol", ["HTTP/1.0", "HTTP/1"])
def test_nginx_as_it_is_by_itself_is_told_by_the_old_protocol_that_it_speaks(
    client: FlaskClient, protocol: str
) -> None:
    answer = client.get("/", headers={"Connection": "close"}, environ_overrides={"SERVER_PROTOCOL": protocol})
    assert (answer.status_code, "HTTP/1.0" in answer.text) == (403, True)


def test_a_forged_forwarding_header_does_not_make_a_stranger_local(desk: FakeDesk) -> None:
    app = application(desk)
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign] # as a deployment may do it
    headers = {"X-Forwarded-For": "127.0.0.1"}
    answer = app.test_client().get("/", headers=headers, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert answer.status_code == 403


def test_addresses_and_hosts_that_are_none_are_no_loopback() -> None:
    assert not is_loopback("")
    assert not is_loopback("localhost")
    assert not is_loopback_host("")
    assert not is_loopback_host("[::1")
    assert is_loopback("::1%lo")


@pytest.mark.parametrize("path", [*PAGES, "/acknowledge/LINK", "/acknowledge/nonsense", "/assets/rung.js"])
def test_every_answer_carries_the_strict_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path.replace("LINK", LINK)).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/tickets/4", "/deliveries/41", "/actions", "/acknowledge/LINK", "/nowhere"])
def test_no_page_needs_inline_script_or_style(client: FlaskClient, path: str) -> None:
    html = client.get(path.replace("LINK", LINK)).get_data(as_text=True)
    assert re.findall(r"<script(?![^>]*src=)", html) == []
    assert "<style" not in html
    assert re.findall(r"<[^>]*\s(style|on\w+)=", html) == []


def form(client: FlaskClient) -> dict[str, str]:
    html = client.get("/tickets/4").get_data(as_text=True)
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found
    return {"token": found[1], "by": "dana"}


def test_our_own_form_is_taken(client: FlaskClient, desk: FakeDesk) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    assert client.post("/tickets/4/acknowledge", data=form(client), headers=headers).status_code == 303
    assert len(desk.commands) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
    ],
)
@pytest.mark.parametrize("path", COMMANDS)
def test_another_sites_page_commands_nothing(
    client: FlaskClient, desk: FakeDesk, path: str, headers: dict[str, str]
) -> None:
    if path.startswith("/api"):
        answer = client.post(path, json={"by": "dana"}, headers=headers)
    else:
        answer = client.post(path, data=form(client), headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.get_data(as_text=True)
    assert not desk.commands
    assert not desk.replayed


def test_an_origin_of_our_own_is_taken_where_the_browser_tells_no_more(client: FlaskClient) -> None:
    answer = client.post("/tickets/4/acknowledge", data=form(client), headers={"Origin": "http://localhost"})
    assert answer.status_code == 303


@pytest.mark.parametrize("token", ["", "made-up", LINK], ids=["none", "made up", "a link's"])
@pytest.mark.parametrize("path", ["/tickets/4/acknowledge", "/deliveries/41/replay", "/actions/4/replay"])
def test_a_form_that_was_not_made_here_is_refused(client: FlaskClient, desk: FakeDesk, path: str, token: str) -> None:
    answer = client.post(path, data={"token": token, "by": "dana"})
    assert answer.status_code == 403
    assert "reload the page" in answer.get_data(as_text=True)
    assert not desk.commands
    assert not desk.replayed

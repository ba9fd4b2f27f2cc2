"""The door for machines, through real HTTP routing."""

import json
import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from wsgiref.types import WSGIApplication

import pytest
import requests
from prometheus_client import REGISTRY
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.serving import make_server
from werkzeug.test import Client, create_environ, run_wsgi_app

import webhooks
from core.ports import StorageUnavailableError
from webhooks.signatures import Basic, Bearer, HubSignature, Path, Secret

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = {"Authorization": "Bearer token"}
JSON = {"Content-Type": "application/json"}


@dataclass
class Stored:
    id: int
    repeat: bool


@dataclass
class FakeInbox:
    kept: list[dict[str, object]] = field(default_factory=list)
    full: bool = False
    heard_of: list[str] = field(default_factory=list)

    def heard(self, source: str) -> None:
        if self.full:
            raise StorageUnavailableError("the database is away")
        self.heard_of.append(source)

    def accept(
        self, source: str, *, key: str | None, content_type: str, headers: Mapping[str, str], body: bytes
    ) -> Stored:
        if self.full:
            raise StorageUnavailableError("the database is away")
        known = key is not None and any(one["key"] == key and one["source"] == source for one in self.kept)
        if not known:
            self.kept.append({"source": source, "key": key, "type": content_type, "headers": headers, "body": body})
        return Stored(len(self.kept), known)


class Kept:
    def __init__(self, value: str) -> None:
        self.value = value

    def reveal(self) -> str:
        return self.value


def secret(value: str) -> list[Secret]:
    return [Kept(value)]


def by_identifier(headers: Mapping[str, str], body: bytes) -> str | None:
    return headers.get("x-atlassian-webhook-identifier")


SENTRY = frozenset({"sentry-hook-resource", "sentry-hook-token"})
SOURCES = {
    source.name: source
    for source in (
        webhooks.Source("alertmanager", Bearer(secret("token")), max_bytes=100),
        webhooks.Source("jira", HubSignature(secret("It's a Secret to Everybody")), delivery_key=by_identifier),
        webhooks.Source("nagios", Path(secret("in-the-path"))),
        webhooks.Source("umlaut", Path(secret("üb+ "))),
        webhooks.Source("keyed", Bearer(secret("token")), delivery_key=by_identifier),
        webhooks.Source("sentry", Bearer(secret("token")), headers=SENTRY),
        webhooks.Source("grafana", Basic("grafana", secret("password"))),
        webhooks.Source("backup", Path(secret("in-the-path")), signs_of_life=True, max_bytes=100),
        webhooks.Source("plain", Bearer(secret("token")), content_types=("text/plain",)),
        webhooks.Source("forms", Bearer(secret("token")), content_types=("application/x-www-form-urlencoded",)),
    )
}


@pytest.fixture
def inbox() -> FakeInbox:
    return FakeInbox()


@pytest.fixture
def app(inbox: FakeInbox) -> WSGIApplication:
    return webhooks.application(inbox, SOURCES, lambda: NOW, inbox)


@pytest.fixture
def client(app: WSGIApplication) -> Client:
    return Client(app)


def test_it_stores_an_authentic_delivery_and_answers_202(client: Client, inbox: FakeInbox) -> None:
    answer = client.post("/webhooks/alertmanager", data=b'{"a": 1}', headers=TOKEN | JSON)
    assert (answer.status_code, answer.get_json()) == (202, {"delivery": 1})
    assert inbox.kept[0]["body"] == b'{"a": 1}'
    assert inbox.kept[0]["type"] == "application/json"


def test_it_does_not_understand_what_it_stores(client: Client, inbox: FakeInbox) -> None:
    assert client.post("/webhooks/alertmanager", data=b"{no json \xff", headers=TOKEN | JSON).status_code == 202
    assert inbox.kept[0]["body"] == b"{no json \xff"


def test_a_repeat_is_answered_200_with_the_first_ones_id(client: Client) -> None:
    headers = TOKEN | JSON | {"X-Atlassian-Webhook-Identifier": "abc"}
    assert client.post("/webhooks/keyed", data=b"{}", headers=headers).get_json() == {"delivery": 1}
    again = client.post("/webhooks/keyed", data=b"{}", headers=headers)
    assert (again.status_code, again.get_json()) == (200, {"delivery": 1, "repeat": True})


def test_a_repeat_without_credentials_is_told_nothing(client: Client) -> None:
    headers = JSON | {"X-Atlassian-Webhook-Identifier": "abc"}
    client.post("/webhooks/keyed", data=b"{}", headers=headers | TOKEN)
    assert client.post("/webhooks/keyed", data=b"{}", headers=headers).status_code == 401


def test_the_signature_is_over_the_raw_body(client: Client) -> None:
    signature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    headers = JSON | {"X-Hub-Signature": signature}
    assert client.post("/webhooks/jira", data=b"Hello World!", headers=headers).status_code == 202
    assert client.post("/webhooks/jira", data=b"Hello World! ", headers=headers).status_code == 401


def test_a_missing_credential_is_answered_with_a_challenge(client: Client) -> None:
    answer = client.post("/webhooks/grafana", data=b"{}", headers=JSON)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert "no credentials" in answer.get_json()["error"]
    assert client.post("/webhooks/alertmanager", headers=JSON).headers["WWW-Authenticate"].startswith("Bearer ")


def test_an_unknown_source_is_answered_404(client: Client) -> None:
    answer = client.post("/webhooks/nobody", data=b"{}", headers=TOKEN | JSON)
    assert answer.status_code == 404
    assert "no such source" in answer.get_json()["error"]


def test_a_secret_in_the_path_opens_only_the_source_that_has_one(client: Client) -> None:
    assert client.post("/webhooks/nagios/in-the-path", data=b"{}", headers=JSON).status_code == 202
    assert client.post("/webhooks/nagios/guessed", data=b"{}", headers=JSON).status_code == 401
    assert client.post("/webhooks/nagios", data=b"{}", headers=JSON).status_code == 401
    assert client.post("/webhooks/alertmanager/token", data=b"{}", headers=JSON | TOKEN).status_code == 404


def test_a_body_over_the_limit_is_refused_before_it_is_authenticated(client: Client) -> None:
    assert client.post("/webhooks/alertmanager", data=b"1" * 100, headers=TOKEN | JSON).status_code == 202
    answer = client.post("/webhooks/alertmanager", data=b"1" * 101, headers=JSON)
    assert answer.status_code == 413
    assert "100 bytes" in answer.get_json()["error"]


def test_authenticity_comes_before_the_content_type(client: Client) -> None:
    assert client.post("/webhooks/alertmanager", data=b"x", headers={"Content-Type": "text/html"}).status_code == 401
    answer = client.post("/webhooks/alertmanager", data=b"x", headers=TOKEN | {"Content-Type": "text/html"})
    assert answer.status_code == 415
    assert "application/json" in answer.get_json()["error"]


@pytest.mark.parametrize(
    ("source", "content_type", "status"),
    [
        ("alertmanager", "application/json; charset=utf-8", 202),
        ("alertmanager", "Application/JSON", 202),
        ("alertmanager", "application/cloudevents+json", 202),
        ("alertmanager", "application/cloudevents-batch+json", 202),
        ("alertmanager", "application/x-www-form-urlencoded", 415),
        ("forms", "application/x-www-form-urlencoded", 202),
        ("alertmanager", "", 415),
    ],
)
def test_content_types(client: Client, source: str, content_type: str, status: int) -> None:
    headers = TOKEN | ({"Content-Type": content_type} if content_type else {})
    assert client.post(f"/webhooks/{source}", data=b"{}", headers=headers).status_code == status


def test_a_compressed_body_is_refused_with_a_clear_sentence(client: Client) -> None:
    headers = TOKEN | JSON | {"Content-Encoding": "gzip"}
    answer = client.post("/webhooks/alertmanager", data=b"\x1f\x8b", headers=headers)
    assert answer.status_code == 415
    assert "Compressed bodies are not taken" in answer.get_json()["error"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_refused_for_known_and_unknown_alike(client: Client, method: str) -> None:
    for source in ("alertmanager", "nobody"):
        answer = client.open(f"/webhooks/{source}", method=method)
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "OPTIONS, POST"
        assert "POST" in answer.get_json()["error"]


class Unread(dict[str, webhooks.Source]):
    """Sources that could not be read yet: the database went away before they were."""

    def __getitem__(self, name: str) -> webhooks.Source:
        raise StorageUnavailableError("OperationalError")

    def get(self, name: str, default: object = None) -> webhooks.Source:
        return self[name]

    def __contains__(self, name: object) -> bool:
        return bool(self[str(name)])


def test_when_the_sources_cannot_be_read_the_sender_is_asked_to_retry(inbox: FakeInbox) -> None:
    app = webhooks.application(inbox, Unread(), lambda: NOW, inbox)
    answer = Client(app).post("/webhooks/alertmanager", data=b"{}", headers=TOKEN | JSON)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.get_json()["error"] == "The delivery could not be stored now. Send it again."


def test_when_it_cannot_be_stored_the_sender_is_asked_to_retry(client: Client, inbox: FakeInbox) -> None:
    inbox.full = True
    answer = client.post("/webhooks/alertmanager", data=b"{}", headers=TOKEN | JSON)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "database" not in answer.get_data(as_text=True)


def test_useful_headers_are_kept_and_credentials_are_not(client: Client, inbox: FakeInbox) -> None:
    dropped = {
        "Cookie": "a=b",
        "X-Api-Key": "k",
        "X-Rung-Secret": "s",
        "X-Amz-Security-Token": "t",
        "X-Hub-Signature": "sha256=00",
        "X-Forwarded-For": "10.0.0.1",
        "X-Long": "x" * 5000,
        "Accept": "*/*",
    }
    useful = {"User-Agent": "Alertmanager/0.28", "ce-id": "1", "X-Event": "e"}
    client.post("/webhooks/alertmanager", data=b"{}", headers=TOKEN | JSON | dropped | useful)
    assert inbox.kept[0]["headers"] == {
        "content-type": "application/json",
        "user-agent": "Alertmanager/0.28",
        "ce-id": "1",
        "x-event": "e",
    }


def test_headers_that_the_mapping_reads_are_kept_too_but_no_credential_ever(client: Client, inbox: FakeInbox) -> None:
    said = {"Sentry-Hook-Resource": "issue", "Sentry-Hook-Token": "t", "Sentry-Trace": "1"}
    client.post("/webhooks/sentry", data=b"{}", headers=TOKEN | JSON | said)
    headers = inbox.kept[0]["headers"]
    assert isinstance(headers, dict)
    assert headers["sentry-hook-resource"] == "issue"
    assert not {"sentry-hook-token", "sentry-trace"} & set(headers)


def test_the_number_of_headers_is_bounded(client: Client, inbox: FakeInbox) -> None:
    many = {f"X-Header-{number}": "1" for number in range(200)}
    client.post("/webhooks/alertmanager", data=b"{}", headers=TOKEN | JSON | many)
    headers = inbox.kept[0]["headers"]
    assert isinstance(headers, dict)
    assert len(headers) == 40


def test_a_delivery_key_that_no_database_can_hold_is_kept_as_its_digest(client: Client, inbox: FakeInbox) -> None:
    headers = TOKEN | JSON | {"X-Atlassian-Webhook-Identifier": "k" * 500}
    client.post("/webhooks/keyed", data=b"{}", headers=headers)
    assert str(inbox.kept[0]["key"]).startswith("sha256-")


def test_whoever_sends_what_is_authentic_was_heard(client: Client, inbox: FakeInbox) -> None:
    client.post("/webhooks/alertmanager", data=b"{}", headers=TOKEN | JSON)
    assert inbox.heard_of == ["alertmanager"]
    client.post("/webhooks/alertmanager", data=b"{}", headers=JSON)
    client.post("/webhooks/alertmanager", data=b"x" * 200, headers=TOKEN | JSON)
    client.options("/webhooks/alertmanager", headers=TOKEN)
    assert inbox.heard_of == ["alertmanager"]


def test_what_is_stored_is_answered_as_stored_though_it_could_not_be_noted(inbox: FakeInbox) -> None:
    class Away(FakeInbox):
        def heard(self, source: str) -> None:
            raise StorageUnavailableError(source)

    app = webhooks.application(inbox, SOURCES, lambda: NOW, Away())
    assert Client(app).post("/webhooks/alertmanager", data=b"{}", headers=TOKEN | JSON).status_code == 202


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_sign_of_life_is_only_noted(client: Client, inbox: FakeInbox, method: str) -> None:
    answer = client.open("/webhooks/backup/in-the-path", method=method, data=b"done" if method == "POST" else None)
    assert answer.status_code == 200
    assert (inbox.heard_of, inbox.kept) == (["backup"], [])


def test_a_sign_of_life_must_be_authentic_and_small_and_is_asked_for_again_when_it_is_lost(
    client: Client, inbox: FakeInbox
) -> None:
    assert client.get("/webhooks/backup/wrong").status_code == 401
    assert client.get("/webhooks/backup").status_code == 401
    assert client.post("/webhooks/backup/in-the-path", data=b"x" * 200).status_code == 413
    assert client.put("/webhooks/backup/in-the-path").status_code == 405
    assert client.get("/webhooks/nobody/in-the-path").status_code == 405
    assert client.get("/webhooks/nagios/in-the-path").status_code == 405
    inbox.full = True
    assert client.get("/webhooks/backup/in-the-path").status_code == 503
    assert inbox.heard_of == []


def test_what_speaks_to_an_alertmanager_finds_one(client: Client, inbox: FakeInbox) -> None:
    answer = client.post("/webhooks/alertmanager/api/v2/alerts", data=b"[]", headers=TOKEN | JSON)
    assert (answer.status_code, answer.data) == (200, b"")
    hidden = client.post("/webhooks/nagios/in-the-path/api/v2/alerts", data=b"[]", headers=JSON)
    assert (hidden.status_code, hidden.data) == (200, b"")
    assert [one["source"] for one in inbox.kept] == ["alertmanager", "nagios"]


def test_whoever_has_no_right_to_is_told_so_below_that_path_too(client: Client, inbox: FakeInbox) -> None:
    for path, status in {
        "alertmanager": 401,
        "nagios/wrong": 401,
        "alertmanager/in-the-path": 404,
        "nobody": 404,
    }.items():
        assert client.post(f"/webhooks/{path}/api/v2/alerts", data=b"[]", headers=JSON).status_code == status
    assert client.get("/webhooks/alertmanager/api/v2/alerts", headers=TOKEN).status_code == 405
    assert client.post("/webhooks/alertmanager/api/v1/alerts", headers=TOKEN | JSON).status_code == 404
    inbox.full = True
    assert client.post("/webhooks/alertmanager/api/v2/alerts", headers=TOKEN | JSON).status_code == 503
    assert inbox.kept == []


def test_forms_and_plain_texts_come_in_as_they_were_sent(client: Client, inbox: FakeInbox) -> None:
    body = b"alert=%7B%22id%22%3A1%7D&more=a+b"
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert client.post("/webhooks/forms", data=body, headers=TOKEN | form).status_code == 202
    assert inbox.kept[0]["body"] == body
    plain = {"Content-Type": "text/plain; charset=UTF-8"}
    assert client.post("/webhooks/plain", data=b'{"Type": "x"}', headers=TOKEN | plain).status_code == 202
    assert inbox.kept[1]["body"] == b'{"Type": "x"}'


def test_cloudevents_senders_may_ask_before_they_send(client: Client) -> None:
    asking = {"WebHook-Request-Origin": "eventemitter.example.com", "WebHook-Request-Rate": "120"}
    answer = client.options("/webhooks/alertmanager", headers=asking)
    assert answer.status_code == 200
    assert answer.headers["WebHook-Allowed-Origin"] == "eventemitter.example.com"
    assert answer.headers["WebHook-Allowed-Rate"] == "*"
    assert "POST" in answer.headers["Allow"]


def test_nobody_is_welcomed_to_a_source_that_is_not_there(client: Client) -> None:
    asking = {"WebHook-Request-Origin": "eventemitter.example.com"}
    for path in ("/webhooks/nobody", "/webhooks/nagios", "/webhooks/nagios/guessed"):
        assert "WebHook-Allowed-Origin" not in client.options(path, headers=asking).headers
    assert "WebHook-Allowed-Origin" in client.options("/webhooks/nagios/in-the-path", headers=asking).headers


def test_options_without_an_origin_grants_nothing(client: Client) -> None:
    answer = client.options("/webhooks/alertmanager")
    assert answer.status_code == 200
    assert "WebHook-Allowed-Origin" not in answer.headers


def count(source: str, status: str) -> float:
    return REGISTRY.get_sample_value("rung_webhook_requests_total", {"source": source, "status": status}) or 0.0


def test_requests_are_counted_and_made_up_names_share_one_label(client: Client) -> None:
    before = count("unknown", "404"), count("alertmanager", "202")
    for name in ("made-up-1", "made-up-2"):
        client.post(f"/webhooks/{name}", data=b"{}", headers=JSON)
    client.post("/webhooks/alertmanager", data=b"{}", headers=TOKEN | JSON)
    assert (count("unknown", "404"), count("alertmanager", "202")) == (before[0] + 2, before[1] + 1)
    assert count("made-up-1", "404") == 0


def test_a_secret_in_the_path_reaches_no_log(
    client: Client, inbox: FakeInbox, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(source: str, **_: object) -> Stored:
        raise RuntimeError("a defect")

    inbox.accept = broken  # type: ignore[method-assign] # the defect under test
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/webhooks/nagios/in-the-path", data=b"{}", headers=JSON)
    assert (answer.status_code, answer.headers["Retry-After"]) == (500, "10")
    assert "Send it again" in answer.get_json()["error"]
    assert count("nagios", "500") > 0
    printed = caplog.text + "".join(capsys.readouterr())
    assert "/webhooks/nagios/[secret]" in printed
    assert "RuntimeError: a defect" in printed
    assert "in-the-path" not in printed


def test_refusals_are_logged_with_their_reason_and_no_secret(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.post("/webhooks/nagios/guessed-secret", data=b"{}", headers=JSON)
    client.post("/webhooks/alertmanager", data=b"{}", headers=JSON | {"Authorization": "Bearer wrong-token"})
    printed = "".join(capsys.readouterr())
    assert "wrong" in printed
    assert "guessed-secret" not in printed
    assert "wrong-token" not in printed


@pytest.fixture
def address(app: WSGIApplication) -> Iterator[tuple[str, int]]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    thread.join()


def test_a_chunked_body_is_read_without_its_length_and_never_beyond_the_limit(
    address: tuple[str, int], inbox: FakeInbox
) -> None:
    url = "http://{}:{}/webhooks/alertmanager".format(*address)
    small = requests.post(url, data=iter([b'{"a"', b": 1}"]), headers=TOKEN | JSON, timeout=5)
    assert (small.status_code, inbox.kept[0]["body"]) == (202, b'{"a": 1}')
    large = requests.post(url, data=iter([b"x" * 60, b"y" * 60]), headers=TOKEN | JSON, timeout=5)
    assert (large.status_code, len(inbox.kept)) == (413, 1)


def test_a_body_that_was_cut_off_is_not_stored(address: tuple[str, int], inbox: FakeInbox) -> None:
    with socket.create_connection(address, timeout=5) as connection:
        head = "POST /webhooks/alertmanager HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\n"
        connection.sendall((head + "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{}").encode())
        connection.shutdown(socket.SHUT_WR)
        assert b" 400 " in connection.recv(4096).split(b"\r\n")[0]
    assert inbox.kept == []


@pytest.mark.parametrize(
    "path", ["/", "//", "/nagios//in-the-path", "//nagios/in-the-path", "/nagios/in-the-path/more"]
)
def test_what_is_no_address_of_a_source_is_told_so_and_redirects_nobody(client: Client, path: str) -> None:
    before = count("unknown", "404")
    answer = client.post(f"/webhooks{path}", data=b"{}", headers=JSON)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
    assert "Location" not in answer.headers
    assert "in-the-path" not in answer.get_data(as_text=True)
    assert count("unknown", "404") == before + 1


def test_a_secret_in_the_path_may_be_any_text(client: Client) -> None:
    assert client.post("/webhooks/umlaut/%C3%BCb%2B%20", data=b"{}", headers=JSON).status_code == 202
    assert client.post("/webhooks/umlaut/%FCb%2B%20", data=b"{}", headers=JSON).status_code == 401


def test_a_body_for_which_there_is_no_room_now_is_asked_for_again(app: WSGIApplication) -> None:
    class Full:
        def read(self, size: int = -1) -> bytes:
            raise ServiceUnavailable("Too many at once.", retry_after=1)

    environ = create_environ("/webhooks/alertmanager", method="POST", headers=TOKEN | JSON, data=b"{}")
    body, status, headers = run_wsgi_app(app, environ | {"wsgi.input": Full()})
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "1")
    assert json.loads(b"".join(body)) == {"error": "Too many at once."}


def test_a_head_request_is_answered_without_a_body(client: Client) -> None:
    answer = client.head("/webhooks/alertmanager")
    assert (answer.status_code, answer.data) == (405, b"")

"""The wire: timeouts, redirects, cookies, sizes, certificates, and what is repeated within an attempt."""

from __future__ import annotations

import http.server
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from connectors import wire as wire_module
from connectors.config import Basic, Secret
from connectors.credentials import BasicCredentials
from connectors.failures import Dialect, PlatformError, Said
from connectors.wire import Wire, fit

CERTIFICATE = Path(__file__).with_name("connectors_self_signed.pem")
"""A certificate for 127.0.0.1 that nobody trusts, with its key, which is public by purpose."""
URL = "https://there.example.com/thing"


def said(body: Any) -> Said:
    return Said(str(body.get("why", ""))) if isinstance(body, dict) else Said()


class Setup:
    """A session on the wire, and the pauses that it took."""

    def __init__(
        self,
        ca_file: str = "",
        timeout: tuple[float, float] = (3.0, 20.0),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pauses: list[float] = []
        credentials = BasicCredentials(Basic("rung", Secret.of("hunter2")), "there")
        dialect = Dialect(
            name="there",
            accepted=frozenset({200, 201}),
            said=said,
            advice={403: "Ask for the role."},
            secrets=credentials.secrets,
        )
        self.session = requests.Session()
        fit(self.session, Wire(dialect, credentials, timeout, ca_file, self.pauses.append, clock), credentials)

    def fails(self, method: str, url: str = URL, **rest: Any) -> PlatformError:
        with pytest.raises(PlatformError) as caught:
            self.session.request(method, url, **rest)
        return caught.value


@pytest.fixture
def setup() -> Setup:
    return Setup()


@pytest.fixture
def net() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def test_the_timeout_is_ours_also_when_a_library_gives_none(
    setup: Setup, net: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    net.get(URL, json={})
    seen: list[Any] = []
    send = requests.adapters.HTTPAdapter.send

    def record(self: Any, request: Any, **rest: Any) -> Any:
        seen.append(rest["timeout"])
        return send(self, request, **rest)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", record)
    setup.session.get(URL)
    setup.session.get(URL, timeout=9999)
    assert seen == [(3.0, 20.0)] * 2


@pytest.mark.parametrize("verify", [False, None, True])
def test_verification_cannot_be_switched_off(
    setup: Setup, net: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, verify: bool | None
) -> None:
    net.get(URL, json={})
    seen: list[Any] = []
    send = requests.adapters.HTTPAdapter.send

    def record(self: Any, request: Any, **rest: Any) -> Any:
        seen.append(rest["verify"])
        return send(self, request, **rest)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", record)
    setup.session.verify = False
    setup.session.get(URL, verify=verify)
    assert all(seen)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_a_redirect_is_never_followed(setup: Setup, net: responses.RequestsMock, status: int, method: str) -> None:
    net.add(method, URL, status=status, headers={"Location": "https://evil.example.com/"})
    error = setup.fails(method)
    assert "redirect" in error.message
    assert error.platform_down
    assert not error.ambiguous
    assert len(net.calls) == 1


def test_a_cookie_is_neither_kept_nor_sent(setup: Setup, net: responses.RequestsMock) -> None:
    net.get(URL, json={}, headers={"Set-Cookie": "JSESSIONID=abc; Path=/"})
    setup.session.get(URL)
    setup.session.get(URL)
    assert len(setup.session.cookies) == 0
    assert "Cookie" not in net.calls[1].request.headers


def test_a_body_without_end_is_not_read(
    setup: Setup, net: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire_module, "LARGEST_BODY", 1024 * 1024)
    net.get(URL, body=b"[" + b" " * 3_000_000 + b"]")
    net.post(URL, body=b"[" + b" " * 3_000_000 + b"]")
    assert "1 MiB" in setup.fails("GET").message
    assert setup.fails("POST").ambiguous


@pytest.mark.parametrize("body", [b"<html><body>Hibernating</body></html>", b"", b"{", b"\xff\xfe"])
def test_an_answer_that_is_not_json_is_the_platforms_trouble(
    setup: Setup, net: responses.RequestsMock, body: bytes
) -> None:
    net.get(URL, body=body)
    net.patch(URL, body=body)
    reading, writing = setup.fails("GET"), setup.fails("PATCH")
    assert reading.platform_down
    assert not reading.ambiguous
    assert writing.platform_down
    assert writing.ambiguous


@pytest.mark.parametrize("status", [202, 204, 206])
def test_a_write_counts_only_with_a_status_that_says_so(setup: Setup, net: responses.RequestsMock, status: int) -> None:
    net.patch(URL, status=status, body=b"")
    error = setup.fails("PATCH")
    assert error.ambiguous
    assert error.platform_down


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (400, {}, {"permanent": True, "platform_down": False, "ambiguous": False}),
        (401, {}, {"permanent": False, "platform_down": True, "ambiguous": False}),
        (403, {}, {"permanent": True, "platform_down": False, "ambiguous": False}),
        (404, {}, {"permanent": True, "platform_down": False, "ambiguous": False}),
        (408, {}, {"permanent": False, "platform_down": False, "ambiguous": True}),
        (409, {}, {"permanent": False, "platform_down": False, "ambiguous": False}),
        (410, {}, {"permanent": True, "platform_down": False, "ambiguous": False}),
        (413, {}, {"permanent": True, "platform_down": False, "ambiguous": False}),
        (429, {}, {"permanent": False, "platform_down": True, "ambiguous": False, "retry_after": None}),
        (429, {"Retry-After": "70"}, {"platform_down": True, "ambiguous": False, "retry_after": 70.0}),
        (500, {}, {"permanent": False, "platform_down": True, "ambiguous": True}),
        (503, {}, {"permanent": False, "platform_down": True, "ambiguous": True}),
        (503, {"Retry-After": "70"}, {"platform_down": True, "ambiguous": False, "retry_after": 70.0}),
        (504, {}, {"permanent": False, "platform_down": True, "ambiguous": True}),
    ],
)
def test_each_status_of_a_write_has_its_meaning(
    setup: Setup, net: responses.RequestsMock, status: int, headers: dict[str, str], expected: dict[str, Any]
) -> None:
    net.patch(URL, status=status, json={"why": "because"}, headers=headers)
    error = setup.fails("PATCH", json={"impact": "1", "urgency": "2"})
    assert {name: getattr(error, name) for name in expected} == expected
    assert f"(HTTP {status}): because." in error.message
    assert "impact, urgency" in error.message
    assert len(net.calls) == 1


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (requests.ConnectTimeout(), {"ambiguous": False, "platform_down": True}),
        (requests.exceptions.ProxyError(), {"ambiguous": False, "platform_down": True}),
        (requests.ReadTimeout(), {"ambiguous": True, "platform_down": True}),
        (requests.ConnectionError("reset by peer"), {"ambiguous": True, "platform_down": True}),
        (requests.exceptions.ChunkedEncodingError(), {"ambiguous": True, "platform_down": True}),
        (
            requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"),
            {"ambiguous": False, "platform_down": True},
        ),
    ],
)
def test_each_way_of_losing_the_connection_has_its_meaning(
    setup: Setup, net: responses.RequestsMock, raised: requests.RequestException, expected: dict[str, bool]
) -> None:
    net.post(URL, body=raised)
    error = setup.fails("POST")
    assert {name: getattr(error, name) for name in expected} == expected
    assert not error.permanent


def test_a_name_that_does_not_resolve_leaves_nothing_in_doubt() -> None:
    error = Setup().fails("POST", "http://nowhere.invalid/")
    assert "cannot be reached" in error.message
    assert not error.ambiguous


@pytest.mark.parametrize("failure", [{"status": 502}, {"status": 503}, {"body": requests.ConnectionError("cut")}])
def test_a_read_is_repeated_twice(setup: Setup, net: responses.RequestsMock, failure: dict[str, Any]) -> None:
    for _ in range(2):
        net.get(URL, **failure)
    net.get(URL, json={"fine": True})
    assert setup.session.get(URL).json() == {"fine": True}
    assert len(setup.pauses) == 2
    assert sum(setup.pauses) < 2


def test_a_read_that_times_out_is_not_repeated(setup: Setup, net: responses.RequestsMock) -> None:
    net.get(URL, body=requests.ReadTimeout())
    setup.fails("GET")
    assert len(net.calls) == 1


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("failure", [{"status": 500}, {"status": 503}, {"body": requests.ConnectionError("cut")}])
def test_a_write_is_never_repeated_blindly(
    setup: Setup, net: responses.RequestsMock, method: str, failure: dict[str, Any]
) -> None:
    net.add(method, URL, **failure)
    setup.fails(method)
    assert len(net.calls) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("asked", ["2", "date"])
def test_a_write_is_repeated_when_it_was_refused_for_a_moment(
    setup: Setup, net: responses.RequestsMock, status: int, asked: str
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    date = "%a, %d %b %Y %H:%M:%S GMT"
    headers = {"Date": now.strftime(date)}
    headers["Retry-After"] = (now + timedelta(seconds=2)).strftime(date) if asked == "date" else asked
    net.post(URL, status=status, headers=headers)
    net.post(URL, status=201, json={})
    assert setup.session.post(URL).status_code == 201
    assert setup.pauses == [2.0]


def test_a_long_wait_is_left_to_the_actions_row(setup: Setup, net: responses.RequestsMock) -> None:
    net.post(URL, status=429, headers={"Retry-After": "6"})
    assert setup.fails("POST").retry_after == 6.0
    assert setup.pauses == []


def test_a_search_by_post_is_a_read(setup: Setup, net: responses.RequestsMock) -> None:
    url = "https://there.example.com/rest/api/2/search/jql"
    net.post(url, status=502)
    net.post(url, status=500)
    net.post(url, json={"issues": []})
    assert setup.session.post(url).json() == {"issues": []}


def test_a_secret_that_the_platform_repeats_is_struck_out(setup: Setup, net: responses.RequestsMock) -> None:
    net.get(URL, status=403, json={"why": "no role for hunter2 or cnVuZzpodW50ZXIy\r\nX: y"})
    error = setup.fails("GET")
    assert "hunter2" not in error.message
    assert "cnVuZzpodW50ZXIy" not in error.message
    assert error.message.endswith("no role for *** or *** X: y. Ask for the role.")


def test_a_long_complaint_is_cut(setup: Setup, net: responses.RequestsMock) -> None:
    net.get(URL, status=400, json={"why": "x" * 5000})
    assert len(setup.fails("GET").message) < 400


def test_a_cut_body_and_a_slow_body_leave_a_write_in_doubt() -> None:
    release = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(201)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"{")
            if self.path == "/slow":
                self.wfile.flush()
                release.wait(5)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            base = f"http://127.0.0.1:{server.server_port}"
            for path in ("/cut", "/slow"):
                error = Setup(timeout=(1.0, 0.3)).fails("POST", base + path)
                assert (error.ambiguous, error.platform_down) == (True, True), path
        finally:
            release.set()
            server.shutdown()
            thread.join()


def test_an_untrusted_certificate_is_refused_until_its_authority_is_named() -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            url = f"https://127.0.0.1:{server.server_port}/"
            error = Setup().fails("GET", url)
            assert "ca_file" in error.message
            assert error.platform_down
            assert Setup(ca_file=str(CERTIFICATE)).session.get(url).json() == {}
        finally:
            server.shutdown()
            thread.join()


def test_a_connection_is_kept_while_it_is_used_and_not_when_it_was_idle_for_long() -> None:
    came: list[tuple[str, int]] = []

    class Keeping(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            came.append(self.client_address)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    now = [0.0]
    made = Setup(clock=lambda: now[0])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keeping) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        for moment in (0.0, wire_module.LONGEST_IDLE, 2 * wire_module.LONGEST_IDLE + 1):
            now[0] = moment
            made.session.get(f"http://127.0.0.1:{server.server_port}/")
        made.session.close()
        server.shutdown()
        thread.join()
    first, second, third = came
    assert first == second
    assert third != first

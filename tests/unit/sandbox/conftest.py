"""A sandbox, begun anew for each test; clients of the real libraries; a listener for webhooks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pysnow
import pytest
import requests
from jira import JIRA

from sandbox.embedded import Sandbox

INTEGRATION = ("rung.integration", "sandbox-only")


@pytest.fixture(scope="module")
def cloud_box() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture(scope="module")
def datacenter_box() -> Iterator[Sandbox]:
    with Sandbox(deployment="datacenter") as box:
        yield box


@pytest.fixture
def box(cloud_box: Sandbox) -> Sandbox:
    return fresh(cloud_box)


@pytest.fixture
def dc_box(datacenter_box: Sandbox) -> Sandbox:
    return fresh(datacenter_box)


def fresh(box: Sandbox) -> Sandbox:
    for platform in ("servicenow", "jira"):
        box.targets(platform, [])
    box.reset()
    return box


@pytest.fixture
def snow(box: Sandbox) -> Callable[..., Any]:
    """Make a pysnow resource: snow("incident")."""

    def resource(table: str, user: tuple[str, str] = INTEGRATION, path: str = "/table/") -> Any:
        session = requests.Session()
        session.auth = user
        client = pysnow.Client(host=box.servicenow_url.removeprefix("http://"), use_ssl=False, session=session)
        return client.resource(api_path=path + table, timeout=(3, 5))

    return resource


@pytest.fixture
def cloud(box: Sandbox) -> JIRA:
    login = ("rung.integration@example.com", "sandbox-only")
    return JIRA(box.jira_url, basic_auth=login, max_retries=0, timeout=(3, 5))


@pytest.fixture
def datacenter(dc_box: Sandbox) -> JIRA:
    return JIRA(dc_box.jira_url, token_auth="sandbox-only-key", max_retries=0, timeout=(3, 5))


@dataclass
class Listener:
    """Keeps what is posted to it; `answers` are the statuses of the next answers, then 202."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    told = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append((dict(self.headers), raw))
            self.send_response(told.answers.pop(0) if told.answers else 202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()

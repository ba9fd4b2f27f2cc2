"""Roles that are asked to end while they are at something: it is finished, or handed back, and in time."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
import requests
from psycopg.rows import dict_row

from rung import timesource, wiring
from rung.applying import apply_documents
from rung.settings import Settings
from rung.web import flask_app
from tests.e2e.processes import ROOT, Process, free_port, wait_for

_SECRET = "a-secret-of-the-tests"
_DOCUMENTS = """\
platforms:
  jira-main:
    {{kind: jira, url: "http://127.0.0.1:{port}", deployment: cloud, project: OPS,
     auth: {{basic: {{user: rung@example.com, password: "${{ENDS_SECRET}}"}}}}}}
sources:
  alertmanager:
    {{mapping: alertmanager, auth: {{bearer: {{secrets: ["${{ENDS_SECRET}}"]}}}}, creates_on: jira-main}}
"""


class Silent(ThreadingHTTPServer):
    """A platform that takes requests and answers nobody until it is allowed to, and then that it is not well."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Silent

    def do_GET(self) -> None:
        self.server.asked.set()
        self.server.may_answer.wait(60)
        try:
            self.send_error(503)
        except OSError:
            return

    do_POST = do_PUT = do_GET  # noqa: N815 - the names that http.server looks for

    def log_message(self, *told: object) -> None:
        """Say nothing."""


@pytest.fixture
def platform() -> Iterator[Silent]:
    server = Silent()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.may_answer.set()
    server.shutdown()
    thread.join(5)
    server.server_close()


class Roles:
    """Roles as real processes over one database, with documents in force that name the platform."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.started: list[Process] = []

    def start(self, role: str, **more: str) -> Process:
        process = Process.python(self.folder, f"{role}.log", "rung", role, **self.environment, **more)
        self.started.append(process)
        process.start()
        return process

    def sql(self, statement: str) -> list[dict[str, object]]:
        with psycopg.connect(self.environment["RUNG_DATABASE_URL"], row_factory=dict_row) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type] # the tests' own statements


@pytest.fixture
def roles(postgres_url: str, redis_url: str, platform: Silent, monkeypatch: pytest.MonkeyPatch) -> Iterator[Roles]:
    folder = Path(tempfile.mkdtemp(prefix="rung-ends-"))
    environment = {
        "RUNG_HOME": str(folder),
        "RUNG_DATABASE_URL": postgres_url,
        "RUNG_REDIS_URL": redis_url,
        "RUNG_SECRET_KEY": "k" * 40,
        "ENDS_SECRET": _SECRET,
    }
    monkeypatch.setenv("ENDS_SECRET", _SECRET)
    (folder / "config").mkdir()
    (folder / "config/platforms.yaml").write_text(_DOCUMENTS.format(port=platform.server_address[1]))
    apply_documents(Settings.from_environment(environment), folder / "config", "a test")
    made = Roles(folder, environment)
    yield made
    for process in made.started:
        process.end()
    shutil.rmtree(folder)


def deliver(roles: Roles) -> None:
    """An alert comes in, through the door."""
    settings = Settings.from_environment(roles.environment)
    client = flask_app(wiring.build(settings), wall=timesource.wall, redis_check=lambda: None).test_client()
    body = (ROOT / "mappings/alertmanager/fixtures/firing.json").read_bytes()
    headers = {"Authorization": f"Bearer {_SECRET}", "Content-Type": "application/json"}
    assert client.post("/webhooks/alertmanager", data=body, headers=headers).status_code == 202


def action(roles: Roles) -> dict[str, object]:
    """Where the first action stands. `free_in` is when another worker may take it up, in seconds."""
    return roles.sql(
        "SELECT status, attempts, look_first, error,"
        " extract(epoch FROM attempt_at - clock_timestamp())::float AS free_in FROM actions ORDER BY id LIMIT 1"
    )[0]


def test_a_worker_whose_platform_does_not_answer_hands_back_what_it_has_and_is_gone(
    roles: Roles, platform: Silent
) -> None:
    deliver(roles)
    worker = roles.start("worker", RUNG_GRACE_SECONDS="1", RUNG_LEASE_SECONDS="600")
    assert platform.asked.wait(60), worker.said()
    began = time.monotonic()
    assert worker.stop() == 0
    assert time.monotonic() - began < 7, worker.said()
    stands = action(roles)
    assert (stands["status"], stands["attempts"], stands["look_first"]) == ("pending", 0, True)
    assert isinstance(stands["free_in"], float)
    assert stands["free_in"] < 11
    assert "handed back" in worker.said()
    assert roles.sql("SELECT * FROM processes") == []


def test_a_worker_finishes_what_it_has_when_it_may(roles: Roles, platform: Silent) -> None:
    deliver(roles)
    worker = roles.start("worker", RUNG_GRACE_SECONDS="60")
    assert platform.asked.wait(60), worker.said()
    worker.running.terminate()
    time.sleep(0.5)
    assert worker.is_alive(), worker.said()
    platform.may_answer.set()
    assert worker.running.wait(20) == 0
    assert "handed back" not in worker.said()
    assert "503" in str(action(roles)["error"])


def test_the_web_role_answers_whom_it_has_let_in_and_lets_nobody_else_in(roles: Roles) -> None:
    port = free_port()
    web = roles.start("web", RUNG_PORT=str(port))
    url = f"http://127.0.0.1:{port}"
    wait_for("the web role answers", lambda: _answers(port), 60, web.said)
    assert requests.get(f"{url}/readyz", timeout=10).status_code == 200
    body = (ROOT / "mappings/alertmanager/fixtures/firing.json").read_bytes()
    headers = {"Authorization": f"Bearer {_SECRET}", "Content-Type": "application/json"}
    with ThreadPoolExecutor(1) as pool, psycopg.connect(roles.environment["RUNG_DATABASE_URL"]) as holding:
        holding.execute("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE")
        answer = pool.submit(requests.post, f"{url}/webhooks/alertmanager", data=body, headers=headers, timeout=30)
        wait_for("its insert waits", lambda: _waits(roles), 20, web.said)
        web.running.terminate()
        wait_for("the door is shut", lambda: not _answers(port), 20, web.said)
        assert not answer.done()
        holding.rollback()
        assert answer.result(20).status_code == 202
    assert web.running.wait(20) == 0
    assert roles.sql("SELECT count(*) AS many FROM deliveries")[0]["many"] == 1


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _waits(roles: Roles) -> bool:
    return bool(
        roles.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE '%deliveries%'")
    )

"""Secrets planted in every place that holds one, and looked for in everything that Rung says, shows and keeps.

What they are sent to is no friend either: platforms and channels answer with what they were sent, credentials included.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
import requests
from click.testing import CliRunner
from psycopg import sql

from core.access import NewToken
from core.model import Role
from core.store.database import connect
from core.work.access import SqlAccess
from rung.cli.main import rung
from rung.embedded import Postgres
from tests.e2e.processes import Process, wait_for
from tests.hostile import senders
from tests.hostile.inside import alert
from tests.hostile.prey import PATH_SECRET, SECRETS, Prey

_DATABASE, _REDIS = "planted-database-1c5b0e", "planted-redis-77a2f0"
_OIDC, _HEARTBEAT = "planted-oidc-0b3f6d", "planted-heartbeat-5e19cc"
_COMMANDS = (
    *("status", "settings", "sources", "polling", "export", "tokens list", "tickets list", "tickets show 1"),
    *("deliveries list", "deliveries show 1", "actions list", "actions show 1", "mapping list", "explain 1"),
)
_PAGES = ("", "board", "deliveries", "deliveries/1", "actions", "tickets/1", "sign-in", "healthz", "readyz", "metrics")
_CALLS = ("status", "tickets", "tickets/1", "deliveries", "deliveries/1", "actions", "actions/1", "sources", "polling")


class Mirror(ThreadingHTTPServer):
    """A server that refuses everything with all that it was told, as a debugging page would."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Reflecting)


class _Reflecting(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        proof = self.headers.get("Authorization", "")
        pair = base64.b64decode(proof.removeprefix("Basic "))
        given = f"{proof} {pair!r} {self.path} {dict(self.headers)} {self.rfile.read(length)!r}"
        self.server.asked.append(given)
        told = {"error": {"message": given, "detail": given}, "errorMessages": [given]}
        body = json.dumps(told).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815 - the names that http.server looks for

    def log_message(self, *told: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture(scope="module")
def planted(postgres_server: Postgres, mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prey]:
    """Every role, for as long as it takes until each planted secret was used."""
    port = mirror.server_address[1]
    database = postgres_server.make_database("planted", template="migrated").replace("@", f":{_DATABASE}@", 1)
    settings = {
        "RUNG_LOG_LEVEL": "debug",
        "RUNG_HEARTBEAT_URL": f"http://127.0.0.1:{port}/ping/{_HEARTBEAT}",
        "RUNG_HEARTBEAT_SECONDS": "10",
        "RUNG_OIDC_ISSUER": f"https://127.0.0.1:{port}",
        "RUNG_OIDC_CLIENT_ID": "rung",
        "RUNG_OIDC_CLIENT_SECRET": _OIDC,
        "RUNG_OIDC_ROLES": "*=viewer",
    }
    made = Prey(tmp_path_factory.mktemp("planted"), database, f"redis://:{_REDIS}@127.0.0.1:1/0", port, settings)
    made.apply()
    made.start("web", "worker", "clock")
    yield made
    made.end()


def _token(prey: Prey) -> str:
    engine = connect(prey.database_url)
    try:
        new = NewToken(name="reader", role=Role.ADMIN, person="", any_person=True, life=timedelta(days=1), by="a test")
        return SqlAccess(engine).create_token(new)[1]
    finally:
        engine.dispose()


def _kept(prey: Prey) -> str:
    """All rows of all tables."""
    with psycopg.connect(prey.database_url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        told = []
        for (name,) in names:
            rows = connection.execute(sql.SQL("SELECT row_to_json(t)::text FROM {} t").format(sql.Identifier(name)))
            told += [row[0] for row in rows]
    return "\n".join(told)


def _visited(prey: Prey, token: str) -> str:
    """What every page and call answers, headers and all."""
    bearer = {"Authorization": f"Bearer {token}"}
    told = []
    for path in (*_PAGES, *(f"api/v1/{one}" for one in _CALLS), "api/v1/platforms/snow/fields", "webhooks/scripts/no"):
        answer = requests.get(f"{prey.url}/{path}", headers=bearer, timeout=30)
        told.append(f"{path}: {answer.status_code} {dict(answer.headers)} {answer.text}")
    return "\n".join(told)


def _said(prey: Prey, monkeypatch: pytest.MonkeyPatch) -> str:
    """What every command prints, and what one prints that cannot reach its database."""
    away = {"RUNG_DATABASE_URL": f"postgresql://rung:{_DATABASE}@127.0.0.1:1/rung"}
    for name, value in prey.environment.items():
        monkeypatch.setenv(name, value)
    told = []
    for command, more in [("status", away), *((one, {}) for one in _COMMANDS)]:
        answer = CliRunner().invoke(rung, command.split(), prog_name="rung", env=more)
        told.append(f"{command}: {answer.exit_code} {answer.output} {answer.exception!s}")
    return "\n".join(told)


def _forms(secret: str) -> set[str]:
    """What a secret may look like where it should not be."""
    pairs = {f"{user}:{secret}" for user in ("rung", "rung@example.com", "kibana")}
    return {secret, quote(secret, safe=""), *(base64.b64encode(one.encode()).decode() for one in {secret, *pairs})}


def _found(text: str, secrets: Mapping[str, str]) -> list[str]:
    """Which of the secrets stand in a text, each with what stands around it."""
    found = []
    for name, secret in secrets.items():
        for form in _forms(secret):
            at = text.find(form)
            if at >= 0:
                found.append(f"{name}: ...{text[max(0, at - 200) : at + 100]}...")
    return found


def test_no_secret_is_told_shown_or_kept(planted: Prey, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    token = _token(planted)
    secrets = {
        **{name: value.rpartition("/")[2] for name, value in SECRETS.items()},
        "database": _DATABASE,
        "redis": _REDIS,
        "key": planted.environment["RUNG_SECRET_KEY"],
        "issuer": _OIDC,
        "heartbeat": _HEARTBEAT,
        "token": token.rpartition("_")[2],
    }
    body = json.dumps(alert()).encode()
    for source in senders.SOURCES:
        headers = {"Content-Type": "application/json", **senders.proof(source, body)}
        for more in ({}, {"X-Api-Key": PATH_SECRET, "Cookie": PATH_SECRET, "Authorization": "Bearer wrong"}):
            requests.post(f"{planted.url}{senders.path(source)}", data=body, headers={**headers, **more}, timeout=30)
    used = ("HOSTILE_SNOW", "HOSTILE_WAY", "heartbeat")
    wait_for(
        "each was used", lambda: not _unused(mirror, secrets, used), 40, lambda: str(_unused(mirror, secrets, used))
    )
    time.sleep(1)  # for what comes of it to be written down
    everything = {
        "pages": _visited(planted, token),
        "commands": _said(planted, monkeypatch),
        "database": _kept(planted),
        **{role: process.said() for role, process in planted.started.items()},
    }
    assert "PaymentsFail" in everything["database"]
    assert "Redis is away" in everything["worker"]
    assert "tickets show 1: 0" in everything["commands"]
    assert {place: _found(text, secrets) for place, text in everything.items() if _found(text, secrets)} == {}


def _unused(mirror: Mirror, secrets: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Which of those never reached the other side."""
    heard = "".join(mirror.asked)
    return [name for name in names if not any(form in heard for form in _forms(secrets[name]))]


def test_a_wrong_setting_is_named_without_its_value(tmp_path: Path) -> None:
    wrong = {
        "RUNG_DATABASE_URL": f"postgres//rung:{_DATABASE}@db/rung",
        "RUNG_REDIS_URL": f"rediss:{_REDIS}@cache",
        "RUNG_HEARTBEAT_URL": f"ftp://{_HEARTBEAT}",
        "RUNG_SECRET_KEY": "planted-too-short",
        "RUNG_OIDC_ISSUER": f"http://rung:{_OIDC}@issuer.example.com",
    }
    for name, value in wrong.items():
        process = Process.python(tmp_path, f"{name}.log", "rung", "status", **{name: value, "RUNG_HOME": str(tmp_path)})
        process.start()
        assert process.running.wait(60) != 0
        assert name in process.said()
        assert "planted" not in process.said()

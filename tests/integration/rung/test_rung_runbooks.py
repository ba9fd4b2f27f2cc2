"""What the runbooks tell people to type at night works, over a Rung whose night is bad."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rung import wiring
from rung.applying import apply_documents
from rung.cli.main import rung
from rung.parts import App
from rung.settings import Settings
from rung.timesource import wall
from rung.web import flask_app
from sandbox.alerts import Alert, alertmanager

ROOT = Path(__file__).resolve().parents[3]
_MARKED = re.compile(r"<!-- run by tests/integration/rung/test_rung_runbooks\.py -->\n```sh\n(.*?)```", re.DOTALL)
_FOUND = {0, 1, 4}
"""It worked; it found something wrong, which at night it does."""


def lines() -> list[tuple[str, str]]:
    """Every line that the runbooks leave to this test, with its page."""
    pages = [ROOT / "docs/runbooks.md", *sorted((ROOT / "docs/runbooks").glob("*.md"))]
    return [
        (page.stem, line)
        for page in pages
        for block in _MARKED.findall(page.read_text())
        for line in block.splitlines()
    ]


@dataclass(frozen=True, slots=True)
class Night:
    """A Rung without stand-ins: no platform answers, no mail server is there, one delivery is beyond understanding."""

    app: App
    examples: dict[str, str]
    """The ids of the pages' examples, and those that there are here."""

    def type(self, line: str) -> Result:
        words = [self.examples.get(word, word) for word in shlex.split(line)]
        return CliRunner().invoke(rung, words[1:], catch_exceptions=True)


def told(app: App, body: object) -> int:
    """Have a body applied as Alertmanager's; returns its delivery."""
    kept = app.inbox.accept(
        "alertmanager", key=None, content_type="application/json", headers={}, body=json.dumps(body).encode()
    )
    app.intake.drain()
    return kept.id


@pytest.fixture
def night(postgres_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    for name in [one for one in os.environ if one.startswith("RUNG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RUNG_DATABASE_URL", postgres_url)
    monkeypatch.setenv("RUNG_REDIS_URL", redis_url)
    monkeypatch.setenv("RUNG_HOME", str(tmp_path))
    settings = Settings.from_environment()
    apply_documents(settings, ROOT / "rung/demo/config", "a test")
    app = wiring.build(settings)
    labels = {"alertname": "PaymentsFail", "service": "payments-api", "severity": "critical"}
    told(app, alertmanager([Alert(labels, {"summary": "Payments fail"}, wall(), None)]))
    odd = told(app, {"hello": "world"})
    app.deliverer.drain()
    dead = [row.id for row in app.desk.actions() if row.status.value == "dead"]
    yield Night(app, {"7": "1", "17": str(odd), "42": str(dead[0])})
    app.parts.database.dispose()


def test_every_line_of_the_runbooks_works(night: Night) -> None:
    commands = [(page, line) for page, line in lines() if not line.startswith("curl")]
    assert len(commands) > 40
    wrong, seen = [], {}
    for page, line in commands:
        result = seen.get(line) or night.type(line)
        seen[line] = result
        broke_off = result.exception and not isinstance(result.exception, SystemExit)
        if result.exit_code not in _FOUND or broke_off:
            wrong.append(f"{page}: {line}: {result.exit_code}: {result.output} {result.exception}")
    assert not wrong


def test_what_is_asked_over_http_answers(night: Night) -> None:
    client = flask_app(night.app, wall=wall, redis_check=lambda: None).test_client()
    paths = [re.sub(r".*127\.0\.0\.1:8321", "", line) for _, line in lines() if line.startswith("curl")]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)

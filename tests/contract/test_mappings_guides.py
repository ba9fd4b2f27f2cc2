"""What every source's guide promises, through the real door: who follows it is let in, and nobody else."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.types import WSGIApplication

import pytest
from mappings_fixtures import BODIES, FOLDERS, bound, headers
from mappings_guides import ALL, Documented, documented, guide
from mappings_proofs import KNOWN, proof
from werkzeug.test import Client

import webhooks
from core.store.documents import Document
from rung import live

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "the-secret-of-this-test"
WAYS = [pytest.param(way, id=way.name) for way in ALL if way.kind in KNOWN]


@dataclass(frozen=True, slots=True)
class Stored:
    """`core.ports.Accepted`."""

    id: int
    repeat: bool = False


@dataclass(slots=True)
class Kept:
    """An inbox in memory."""

    all: list[dict[str, object]] = field(default_factory=list)

    def accept(
        self, source: str, *, key: str | None, content_type: str, headers: Mapping[str, str], body: bytes
    ) -> Stored:
        self.all.append({"source": source, "key": key, "type": content_type, "headers": dict(headers), "body": body})
        return Stored(len(self.all))

    def heard(self, source: str) -> None:
        """It is the `Attendance` too, which nothing here asks."""


@dataclass(frozen=True, slots=True)
class Door:
    """The real door with one source as a guide documents it."""

    way: Documented
    inbox: Kept
    app: WSGIApplication
    source: webhooks.Source

    def post(self, body: Path, secret: str, raw: bytes | None = None) -> int:
        """Send a fixture as its tool would that holds that secret; `raw` is what arrives in its place."""
        sent = body.read_bytes()
        told, path = proof(self.way, bound(self.way.folder), secret, sent, NOW)
        return self.send(path, sent if raw is None else raw, {**headers(body), **told})

    def send(self, path: str, body: bytes, said: Mapping[str, str]) -> int:
        return Client(self.app).post(f"/webhooks/tested{path}", data=body, headers=dict(said)).status_code


@pytest.fixture
def door(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setenv("TESTED", SECRET)
    way: Documented = request.param
    text = {"platforms.yaml": Document("platforms.yaml", 1, way.document)}
    source = live.load(text, lambda _: None).sources["tested"]
    inbox = Kept()
    return Door(way, inbox, webhooks.application(inbox, {"tested": source}, lambda: NOW, inbox), source)


def fixtures(folder: Path) -> list[Path]:
    return [body for body in BODIES if body.parent.parent == folder]


@pytest.mark.parametrize("door", WAYS, indirect=True)
def test_who_follows_the_guide_is_let_in(door: Door) -> None:
    for body in fixtures(door.way.folder):
        assert door.post(body, SECRET) == 202, body.name
    assert len(door.inbox.all) == len(fixtures(door.way.folder))


@pytest.mark.parametrize("door", WAYS, indirect=True)
def test_nobody_else_is_let_in(door: Door) -> None:
    body = fixtures(door.way.folder)[0]
    assert door.post(body, "another-secret") == 401
    assert door.send("", body.read_bytes(), headers(body)) == 401
    if door.way.kind.endswith("signature"):
        assert door.post(body, SECRET, raw=body.read_bytes() + b" ") == 401
    assert door.inbox.all == []


@pytest.mark.parametrize("door", WAYS, indirect=True)
def test_a_secret_is_neither_kept_nor_told(
    door: Door, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    body = fixtures(door.way.folder)[0]
    answers = [door.post(body, SECRET), door.post(body, "another-secret"), door.send(f"/{SECRET}", b"{", {})]
    assert answers[0] == 202
    printed = capsys.readouterr()
    told = [repr(door.source), repr(door.inbox.all), repr(bound(door.way.folder))]
    for text in (caplog.text, printed.out, printed.err, *told):
        assert SECRET not in text
        assert "another-secret" not in text


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_guide_documents_how_its_source_proves_itself(folder: Path) -> None:
    ways = {way.kind for way in documented(folder).values()}
    assert ways, "README.md shows no `sources:` with an `auth`"
    if bound(folder).signature:
        assert ways & {"signature", "hub_signature", "grafana_signature"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_guide_names_every_option_that_its_mapping_reads(folder: Path) -> None:
    options = set(re.findall(r"\$option\.(\w+)", (folder / "mapping.yaml").read_text()))
    told = guide(folder)
    assert [name for name in sorted(options) if f"`{name}`" not in told and f"{name}:" not in told] == []

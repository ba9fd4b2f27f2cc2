"""`rung tokens` over the real database, and the API that takes them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from core.model import Role
from core.store import documents as stored
from core.store.database import connect
from core.work.access import SqlAccess
from rung.cli.main import rung

ROSTER = 'people: {dana: {name: Dana Reyes, notify: ["mailto://dana@example.com"]}}\nteams: {}\n'


@pytest.fixture(autouse=True)
def _named(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNG_DATABASE_URL", postgres_url)
    engine = connect(postgres_url)
    with engine.begin() as connection:
        stored.put(connection, "roster.yaml", ROSTER, "")
    engine.dispose()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rung, ["tokens", *arguments], prog_name="rung")


def test_a_token_is_made_used_listed_and_revoked(postgres_url: str) -> None:
    made = run("create", "deploy-bot", "--role", "responder", "--person", "dana", "--by", "lee")
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert "not shown again" in made.stderr
    assert secret not in made.stderr
    engine = connect(postgres_url)
    found = SqlAccess(engine).token(secret)
    assert found is not None
    listed = run("list")
    assert secret.rpartition("_")[2] not in listed.output
    for word in (found.id, "deploy-bot", "responder", "dana", "lee"):
        assert word in listed.output
    (row,) = json.loads(run("list", "--json").stdout)
    assert (row["role"], row["person"], row["any_person"], row["revoked_at"]) == ("responder", "dana", False, None)
    assert "deploy-bot" in run("revoke", found.id).output
    assert SqlAccess(engine).token(secret) is None
    assert "revoked" in run("list").output
    engine.dispose()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("bot", "--role", "boss"), "is not one of"),
        (("bot",), "--role"),
        (("bot", "--role", "viewer", "--person", "danna"), "Did you mean 'dana'?"),
        (("bot", "--role", "viewer", "--person", "dana", "--any-person"), "exclude each other"),
        (("bot", "--role", "viewer", "--days", "0"), "range"),
        (("b\x07t", "--role", "viewer"), "can be printed"),
        ((" ", "--role", "viewer"), "can be printed"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(arguments: tuple[str, ...], told: str) -> None:
    answer = run("create", *arguments)
    assert answer.exit_code != 0
    assert told in answer.output + str(answer.exception)
    assert run("list").output.strip() == "There are no tokens."


def test_sessions_are_listed_and_ended(postgres_url: str) -> None:
    engine = connect(postgres_url)
    access = SqlAccess(engine)
    for name in ("dana", "lee", "sam"):
        address = f"{name}@example.com"
        access.begin(subject=name, email=address, name=name.title(), role=Role.MANAGER, life=timedelta(hours=1))
    engine.dispose()
    listed = CliRunner().invoke(rung, ["sessions", "list"], prog_name="rung").output
    assert "lee@example.com" in listed
    assert "manager" in listed
    assert CliRunner().invoke(rung, ["sessions", "end"], prog_name="rung", standalone_mode=False).exception
    assert CliRunner().invoke(rung, ["sessions", "end", "LEE@example.com"]).output == "1 session ended.\n"
    rows = json.loads(CliRunner().invoke(rung, ["sessions", "list", "--json"]).stdout)
    assert {row["email"] for row in rows} == {"dana@example.com", "sam@example.com"}
    assert CliRunner().invoke(rung, ["sessions", "end", "--all"]).output == "2 sessions ended.\n"

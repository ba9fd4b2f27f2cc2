"""`rung recover`, over a database."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from core.work.recovery import InUseError
from rung.cli.errors import tell
from rung.cli.main import rung
from rung.settings import Settings
from rung.up import _prepare


def test_it_says_what_it_made_of_the_database_and_that_rung_can_be_started(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNG_DATABASE_URL", postgres_url)
    said = CliRunner().invoke(rung, ["recover"])
    assert said.exit_code == 0, said.output
    assert "The next ticket gets the number 11000." in said.stdout
    assert said.stdout.rstrip().endswith("Rung can be started.")
    again = CliRunner().invoke(rung, ["recover", "--json", "--skip", "0", "--until", "2026-03-07T03:00"])
    told = json.loads(again.stdout)
    assert (told["first"], told["writes"], told["notices"], told["behind"]) == (1000, 0, 0, {})
    assert told["until"].startswith("2026-03-0")


def test_it_refuses_while_somebody_else_uses_the_database(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUNG_DATABASE_URL", postgres_url)
    with psycopg.connect(postgres_url):
        refused = CliRunner().invoke(rung, ["recover"])
        assert CliRunner().invoke(rung, ["recover", "--anyway"]).exit_code == 0
    assert refused.exception is not None
    assert tell(refused.exception) == 1
    assert "The database is in use (other sessions: 1)" in capsys.readouterr().err


def test_up_recovers_before_any_role_runs_where_it_is_told_to(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings.from_environment({"RUNG_DATABASE_URL": postgres_url, "RUNG_HOME": str(tmp_path)})
    said: list[str] = []
    _prepare(settings, lambda _, line: said.append(line), recover=True)
    assert "The next ticket gets the number 11000." in said
    with psycopg.connect(postgres_url):
        with pytest.raises(InUseError):
            _prepare(settings, lambda _, line: said.append(line), recover=True)
        _prepare(settings, lambda _, line: said.append(line), recover=False)

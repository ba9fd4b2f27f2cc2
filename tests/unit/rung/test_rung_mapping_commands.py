"""`rung mapping`, over folders of documents: what it prints, what it refuses, and with which status it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import mappings
from rung.cli import desk as desk_module
from rung.cli.main import rung
from rung.runfile import NothingRunsError

PLATFORMS = """\
platforms: {}
sources:
  watch: {mapping: watcher, auth: {bearer: {secrets: ["${WATCH}"]}}}
  prom: {mapping: alertmanager, auth: {bearer: {secrets: ["${PROM}"]}}}
"""
WATCHER = """\
title: Watcher
shapes:
  - name: alarm
    kind: {is: alert}
    key: id
    state: {from: state, table: {down: new, up: resolved}}
    title: "{host} is {state}"
"""


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise NothingRunsError("Nothing runs here: start `rung up`.")

    monkeypatch.setattr(desk_module, "settings", none)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "platforms.yaml").write_text(PLATFORMS)
    (tmp_path / "mappings" / "watcher").mkdir(parents=True)
    (tmp_path / "mappings" / "watcher" / "mapping.yaml").write_text(WATCHER)
    return tmp_path


def run(*arguments: object, typed: bytes | None = None) -> Result:
    return CliRunner().invoke(rung, [str(one) for one in arguments], prog_name="rung", input=typed)


def test_a_folders_mappings_are_listed_with_what_uses_them(folder: Path) -> None:
    found = {one["name"]: one for one in json.loads(run("mapping", "list", "--config", folder, "--json").stdout)}
    assert found["watcher"] | {"own": True, "replaces": False, "sources": ["watch"]} == found["watcher"]
    assert found["alertmanager"] | {"own": False, "sources": ["prom"]} == found["alertmanager"]
    assert found["jira"]["both_ways"]
    lines = run("mapping", "list", "--config", folder).stdout.splitlines()
    assert ["watcher", "own", "watch"] in [line.split() for line in lines]


def test_without_anything_that_runs_the_packaged_mappings_are_told_alone() -> None:
    result = run("mapping", "list")
    assert result.exit_code == 0
    assert "packaged mappings alone" in result.stderr
    assert "alertmanager" in result.stdout


def test_a_mappings_text_is_printed_as_it_stands() -> None:
    text = (mappings.PACKAGED / "jira" / "mapping.yaml").read_text()
    for extra in ((), ("--version", "0")):
        assert run("mapping", "show", "jira", *extra).stdout == text


def test_a_wrong_name_is_answered_with_the_near_one(folder: Path) -> None:
    result = run("mapping", "show", "watchr", "--config", folder)
    assert (result.exit_code, str(result.exception)) == (1, "There is no mapping “watchr”. Did you mean “watcher”?")
    assert "Did you mean “rollback”?" in run("mapping", "rolback").stderr


def test_a_document_that_is_broken_is_told_with_its_line(folder: Path) -> None:
    (folder / "mappings" / "watcher" / "mapping.yaml").write_text("shapes: [\n  - name: {")
    result = run("mapping", "list", "--config", folder)
    assert result.exit_code == 1
    assert str(result.exception).startswith("mappings/watcher/mapping.yaml:")


def test_saving_without_a_database_says_what_to_do(folder: Path) -> None:
    result = run("mapping", "save", "watcher", folder / "mappings" / "watcher" / "mapping.yaml")
    assert isinstance(result.exception, NothingRunsError)


def test_an_empty_file_is_not_saved(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(" \n")
    result = run("mapping", "save", "jira", tmp_path / "new.yaml")
    assert result.exit_code == 2
    assert "rung mapping rollback jira 0" in result.stderr


def with_fixture(folder: Path, body: object, expected: object) -> None:
    beside = folder / "mappings" / "watcher" / "fixtures"
    beside.mkdir(exist_ok=True)
    (beside / "down.json").write_text(json.dumps(body))
    (beside / "down.expected.json").write_text(json.dumps(expected))


DOWN = {"id": "a1", "host": "web-1", "state": "down"}
EVENT = {"source": "watcher", "kind": "alert", "key": "a1", "state": "new", "title": "web-1 is down",
         "ticket_kind": "incident"}  # fmt: skip


def test_fixtures_of_packaged_and_own_mappings_are_run(folder: Path) -> None:
    with_fixture(folder, DOWN, {"events": [EVENT]})
    result = run("mapping", "test", "watcher", "cloudevents", "--folder", folder)
    assert result.exit_code == 0, result.stdout
    assert "fixtures of 2 mappings give what stands beside them" in result.stdout
    told = json.loads(run("mapping", "test", "watcher", "--folder", folder, "--json").stdout)
    assert [one["file"] for one in told["fixtures"]] == ["mappings/watcher/fixtures/down.json"]


def test_a_fixture_that_does_not_hold_is_told_with_both_values(folder: Path) -> None:
    with_fixture(folder, DOWN, {"events": [EVENT | {"state": "resolved", "link": "http://x"}]})
    result = run("mapping", "test", "watcher", "--folder", folder)
    assert result.exit_code == 1
    assert "watcher: down  mappings/watcher/fixtures/down.json" in result.stdout
    assert "  events[0].state\n    - resolved\n    + new\n" in result.stdout
    assert "  events[0].link\n    - http://x\n    + (nothing)\n" in result.stdout
    assert "0 of 1 fixtures of 1 mappings" in result.stdout


def test_fixtures_that_cannot_be_run_are_told_and_the_others_run(folder: Path) -> None:
    with_fixture(folder, DOWN, {"events": [EVENT]})
    beside = folder / "mappings" / "watcher" / "fixtures"
    (beside / "alone.json").write_text("{}")
    (beside / "odd.json").write_text("{")
    (beside / "odd.expected.json").write_text("{")
    (beside / "worse.json").write_text("{}")
    (beside / "worse.headers.json").write_text("[1]")
    (beside / "worse.expected.json").write_text("{}")
    result = run("mapping", "test", "watcher", "--folder", folder)
    assert result.exit_code == 1
    assert "nothing stands beside it" in result.stdout
    assert "is not JSON" in result.stdout
    assert "cannot be used" in result.stdout
    assert "1 of 4 fixtures" in result.stdout


def test_a_mapping_without_fixtures_is_named(folder: Path) -> None:
    result = run("mapping", "test", "watcher", "--folder", folder)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "Without fixtures: watcher.")
    assert run("mapping", "test", "watchr", "--folder", folder).exit_code == 1


def test_a_diff_of_what_is_no_mapping_is_refused(tmp_path: Path) -> None:
    for path, told in ((tmp_path, "holds no mapping"), (tmp_path / "missing.yaml", "No such file")):
        result = run("mapping", "diff", path)
        assert result.exit_code == 1
        assert told in str(result.exception)

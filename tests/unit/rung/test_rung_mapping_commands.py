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


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "body.json"
    path.write_text(json.dumps(DOWN))
    return path


def test_a_body_is_tried_and_each_field_tells_its_line(folder: Path, body: Path) -> None:
    result = run("mapping", "try", "watch", body, "--config", folder)
    assert result.exit_code == 0, result.output
    assert "The body has the shape “alarm” (watcher:3)." in result.stdout
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["state", "new", "watcher:6", "state", "=", "down"] in lines
    assert ["title", "web-1", "is", "down", "watcher:7", "{host}", "is", "{state}"] in lines


def test_a_trial_is_told_as_json_for_scripts(folder: Path, body: Path) -> None:
    told = json.loads(run("mapping", "try", "watch", body, "--config", folder, "--json").stdout)
    (item,) = told["tried"]["items"]
    assert told["understood"]
    assert item["event"]["title"] == "web-1 is down"
    state = next(one for one in item["fields"] if one["name"] == "state")
    assert (state["value"], state["read"], state["line"], state["rule"]) == ("new", "down", 6, "state")


def test_a_packaged_mapping_is_tried_by_its_name_without_anything_that_runs(tmp_path: Path) -> None:
    fixture = mappings.PACKAGED / "alertmanager" / "fixtures"
    one = next(path for path in sorted(fixture.glob("*.json")) if path.name.count(".") == 1)
    result = run("mapping", "try", "alertmanager", one)
    assert result.exit_code == 0, result.output
    assert "alertmanager:" in result.stdout


def test_a_file_that_is_not_in_force_is_tried_in_its_place(folder: Path, body: Path) -> None:
    new = folder / "drafts" / "watcher.yaml"
    new.parent.mkdir()
    new.write_text(WATCHER.replace("{host} is {state}", "{host}!"))
    result = run("mapping", "try", new, body, "--config", folder)
    assert "web-1!" in result.stdout
    new.write_text(WATCHER.replace("kind: {is: alert}", "kind: {is: alarm}"))
    result = run("mapping", "try", new, body, "--config", folder)
    assert result.exit_code == 1
    assert str(result.exception).startswith("mappings/watcher/mapping.yaml:4")


def test_what_is_not_understood_ends_with_1_and_says_why(folder: Path) -> None:
    result = run("mapping", "try", "watch", "-", "--config", folder, typed=b'{"id": "a1", "state": "sideways"}')
    assert result.exit_code == 1
    assert "Not understood: mappings/watcher/mapping.yaml:6: state does not know" in result.stdout
    result = run("mapping", "try", "watch", "-", "--config", folder, typed=b"{broken")
    assert (result.exit_code, "Not understood: The body is not JSON" in result.stdout) == (1, True)


HEADERS = ['{"X-Host": "web-9"}', "X-Host: web-9\n\nAccept: a:b\n"]


@pytest.mark.parametrize("said", HEADERS)
def test_headers_are_read_as_json_or_as_lines(folder: Path, body: Path, said: str) -> None:
    document = folder / "mappings" / "watcher" / "mapping.yaml"
    document.write_text(WATCHER.replace("{host} is {state}", "{$header.x-host} is {state}"))
    headers = folder / "headers.txt"
    headers.write_text(said)
    assert "web-9 is down" in run("mapping", "try", "watch", body, "--headers", headers, "--config", folder).stdout
    (folder / "body.headers.json").write_text('{"x-host": "web-8"}')
    assert "web-8 is down" in run("mapping", "try", "watch", body, "--config", folder).stdout


@pytest.mark.parametrize("said", ["[1]", "no header", '{"a": 1}', "a b: c", "\xff"])
def test_headers_that_are_none_are_refused_with_what_to_write(folder: Path, body: Path, said: str) -> None:
    headers = folder / "headers.txt"
    headers.write_text(said, encoding="latin-1")
    result = run("mapping", "try", "watch", body, "--headers", headers, "--config", folder)
    assert result.exit_code == 1
    assert "headers.txt" in str(result.exception)


def test_odd_files_and_names_are_told_in_a_sentence(folder: Path, body: Path, tmp_path: Path) -> None:
    result = run("mapping", "try", "wach", body, "--config", folder)
    assert "Did you mean “watch" in str(result.exception)
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    assert "is larger than 16384 KiB" in str(run("mapping", "try", "watch", large, "--config", folder).exception)
    assert "is no regular file" in str(run("mapping", "try", "watch", tmp_path, "--config", folder).exception)
    assert run("mapping", "try", "watch", "--config", folder).exit_code == 2
    assert run("mapping", "try", "watch", body, "--delivery", "1", "--config", folder).exit_code == 2


def test_a_hostile_body_cannot_command_the_terminal(folder: Path) -> None:
    raw = json.dumps({"id": "a1", "host": "\x1b[2J", "state": "down"}).encode()
    assert "\x1b" not in run("mapping", "try", "watch", "-", "--config", folder, typed=raw).stdout

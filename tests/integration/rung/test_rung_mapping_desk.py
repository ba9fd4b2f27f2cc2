"""The desk for mappings on the real database: versions, who and why, and two who change one mapping at once."""

from __future__ import annotations

import json
import threading
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine

from core.desk import NotFoundError, NotPossibleError
from core.mapdesk import Edit, MistakesError
from core.store import deliveries
from core.store import documents as stored
from rung import applying
from rung.cli import desk as desk_module
from rung.cli.main import rung
from rung.live import Live
from rung.mapping.sql import SqlMappingDesk
from rung.settings import Settings

WATCHER = """\
title: Watcher
shapes: [{name: alarm, kind: {is: alert}, key: id, state: {is: new}, title: TITLE}]
"""
PLATFORMS = """\
sources: {watch: {mapping: watcher, auth: {bearer: {secrets: ["${WATCH}"]}}}}
"""
DANA = Edit(by="dana", note="the new host names")


@pytest.fixture
def desk(database: Engine) -> SqlMappingDesk:
    return SqlMappingDesk(database)


def text(title: str = "host") -> str:
    return WATCHER.replace("TITLE", title)


def test_a_mapping_that_is_saved_is_in_force_with_who_when_and_why(desk: SqlMappingDesk, database: Engine) -> None:
    saved = desk.save("watcher", text(), DANA)
    assert (saved.new, saved.version.version, saved.version.in_force) == (True, 1, True)
    row = next(one for one in desk.mappings() if one.name == "watcher")
    assert (row.own, row.version, row.by, row.note) == (True, 1, "dana", "the new host names")
    assert row.at is not None
    with database.begin() as connection:
        stored.put(connection, "platforms.yaml", PLATFORMS, "dana")
    assert "watch" in Live(database)().mappings.by_source
    assert desk.mapping("watcher").row.sources == ("watch",)


def test_the_same_text_makes_no_new_version(desk: SqlMappingDesk) -> None:
    desk.save("watcher", text(), DANA)
    again = desk.save("watcher", text(), DANA)
    assert (again.new, again.version.version) == (False, 1)


def test_a_rollback_is_a_new_version_that_says_so(desk: SqlMappingDesk) -> None:
    desk.save("watcher", text("one"), DANA)
    desk.save("watcher", text("two"), DANA)
    saved = desk.roll_back("watcher", 1, Edit(by="lee", note="it was better"))
    page = desk.mapping("watcher")
    assert (saved.version.version, saved.version.note) == (3, "back to version 1: it was better")
    assert page.text == text("one")
    assert [(one.version, one.by, one.in_force) for one in page.versions] == [
        (3, "lee", True), (2, "dana", False), (1, "dana", False),
    ]  # fmt: skip
    assert desk.text("watcher", 2) == text("two")


def test_the_packaged_mapping_comes_back_when_ours_is_withdrawn(desk: SqlMappingDesk, database: Engine) -> None:
    packaged = desk.mapping("grafana")
    desk.save("grafana", text(), DANA)
    assert desk.mapping("grafana").row.replaces
    assert desk.roll_back("grafana", 0, Edit(by="lee")).version.withdrawn
    page = desk.mapping("grafana")
    assert (page.text, page.row.own, page.row.version) == (packaged.text, False, 0)
    assert Live(database)().versions["mappings/grafana/mapping.yaml"] == 2
    with pytest.raises(NotPossibleError, match="in force already"):
        desk.roll_back("jira", 0, DANA)


def test_a_mapping_that_a_source_needs_is_not_withdrawn(desk: SqlMappingDesk, database: Engine) -> None:
    desk.save("watcher", text(), DANA)
    with database.begin() as connection:
        stored.put(connection, "platforms.yaml", PLATFORMS, "dana")
    with pytest.raises(MistakesError, match="watcher"):
        desk.roll_back("watcher", 0, DANA)
    assert desk.mapping("watcher").row.version == 1


def test_a_change_that_began_from_an_older_version_is_refused(desk: SqlMappingDesk) -> None:
    desk.save("watcher", text("one"), Edit(by="dana", edited=0))
    desk.save("watcher", text("two"), Edit(by="lee", note="for the audit", edited=1))
    with pytest.raises(NotPossibleError, match=r"Version 2 .* began from version 1\. lee made it: for the audit\."):
        desk.save("watcher", text("three"), Edit(by="dana", edited=1))
    assert desk.mapping("watcher").text == text("two")


def test_of_many_who_change_it_at_once_one_is_taken(desk: SqlMappingDesk) -> None:
    taken: list[int] = []

    def change(number: int) -> None:
        with suppress(NotPossibleError):
            taken.append(desk.save("watcher", text(f"t{number}"), Edit(by="dana", edited=0)).version.version)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert taken == [1]


def test_mistakes_are_told_with_their_lines_and_nothing_is_stored(desk: SqlMappingDesk) -> None:
    with pytest.raises(MistakesError) as caught:
        desk.save("watcher", text("host").replace("kind: {is: alert}", "kind: {is: alarm}"), DANA)
    (first, *_) = caught.value.mistakes
    assert (first.file, first.line) == ("mappings/watcher/mapping.yaml", 2)
    assert "alert" in first.hint
    with pytest.raises(NotFoundError):
        desk.mapping("watcher")


@pytest.mark.parametrize("name", ["", "A", "a/b", "../a", "a" * 80, "a\nb", "\ud800"])
def test_a_name_that_no_mapping_can_have_is_refused(desk: SqlMappingDesk, name: str) -> None:
    assert "cannot be a mapping's name" in str(desk.check(name, text())[0])


@pytest.mark.parametrize(
    "broken", ["a: [", "\x00", "title: \ud800\nshapes: []", "x" * 1_100_000, "- " * 3000, "&a [*a]"]
)
def test_hostile_texts_are_mistakes_and_no_accident(desk: SqlMappingDesk, broken: str) -> None:
    assert desk.check("watcher", broken)


def test_a_name_that_nothing_bears_offers_the_near_one(desk: SqlMappingDesk) -> None:
    with pytest.raises(NotFoundError, match="Did you mean “alertmanager”"):
        desk.mapping("alertmanger")
    with pytest.raises(NotFoundError, match="has no version 7"):
        desk.text("jira", 7)


def test_names_and_notes_hold_nothing_that_a_terminal_acts_upon(desk: SqlMappingDesk) -> None:
    saved = desk.save("watcher", text(), Edit(by="dana\x1b[2J", note="a\nb" + "c" * 900))
    assert saved.version.by == "dana [2J"
    assert saved.version.note.startswith("a bc")
    assert len(saved.version.note) == 500


def test_what_is_applied_as_a_folder_has_its_reason_too(
    postgres_url: str, desk: SqlMappingDesk, tmp_path: Path
) -> None:
    (tmp_path / "mappings" / "watcher").mkdir(parents=True)
    (tmp_path / "mappings" / "watcher" / "mapping.yaml").write_text(text())
    applying.apply_documents(
        replace(Settings.from_environment(), database_url=postgres_url), tmp_path, "dana", "as agreed"
    )
    assert desk.mapping("watcher").row.note == "as agreed"


BOTH = """\
sources:
  watch: {mapping: watcher, auth: {bearer: {secrets: ["${WATCH}"]}}}
  other: {mapping: watcher, auth: {bearer: {secrets: ["${WATCH}"]}}}
  grafana: {mapping: grafana, auth: {bearer: {secrets: ["${WATCH}"]}}}
"""


@pytest.fixture
def received(desk: SqlMappingDesk, database: Engine) -> SqlMappingDesk:
    """Two sources of one mapping with deliveries, and one of another."""
    desk.save("watcher", text("host"), DANA)
    with database.begin() as connection:
        stored.put(connection, "platforms.yaml", BOTH, "dana")
        for number in range(30):
            body = {"id": f"a{number}", "host": f"web-{number % 3}", "area": "shop" if number % 2 else None}
            receive(connection, "watch", json.dumps(body).encode())
        receive(connection, "other", b"broken")
        receive(connection, "grafana", b"{}")
    return desk


def receive(connection: Connection, source: str, body: bytes) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    deliveries.store(
        connection, source, key=None, received_at=at, content_type="application/json", headers={}, body=body
    )


def test_a_new_mapping_is_set_beside_the_one_in_force(received: SqlMappingDesk) -> None:
    done: list[tuple[int, int]] = []
    found = received.compare({"watcher": text('["{area}: {host}", host]')}, told=lambda *told: done.append(told))
    assert found.mappings == ("watcher",)
    assert dict(found.sources) == {"watch": (30, 15), "other": (1, 0)}
    assert dict(found.fields) == {"title": 15}
    assert (found.understood, found.complete, found.more) == ((30, 30), True, 0)
    (change,) = found.deliveries[0].differences
    assert (change.event, change.path, change.before, change.after) == ("alert a29", "title", "web-2", "shop: web-2")
    assert done[-1] == (31, 31)
    assert received.mapping("watcher").row.version == 1


def test_nothing_would_change_where_only_words_differ(received: SqlMappingDesk) -> None:
    found = received.compare({"watcher": "# The same.\n" + text("host")})
    assert found.mappings == ("watcher",)
    assert not found.changes
    assert not received.compare({"watcher": text("host")}).mappings


def test_events_that_one_mapping_alone_makes_are_told(received: SqlMappingDesk) -> None:
    other = text("host").replace("key: id", "key: host")
    found = received.compare({"watcher": other}, limit=1)
    lost, made = found.deliveries[0].differences
    assert (lost.event, lost.before, lost.after) == ("alert a29", "new, web-2", None)
    assert (made.event, made.before, made.after) == ("alert web-2", None, "new, web-2")
    assert dict(found.sources) == {"watch": (1, 1), "other": (1, 0)}


def test_a_comparison_ends_when_its_time_is_up(received: SqlMappingDesk) -> None:
    found = received.compare({"watcher": text("id")}, seconds=0)
    assert not found.complete
    assert dict(found.sources) == {"watch": (0, 0), "other": (0, 0)}


def test_a_mapping_that_cannot_be_used_is_not_compared(received: SqlMappingDesk) -> None:
    with pytest.raises(MistakesError, match=r"mappings/watcher/mapping\.yaml:1"):
        received.compare({"watcher": "shapes: 1"})
    with pytest.raises(MistakesError, match="cannot be a mapping's name"):
        received.compare({"Watcher new": text()})


def test_what_the_way_out_would_write_otherwise_is_told(received: SqlMappingDesk) -> None:
    jira = received.mapping("jira").text
    found = received.compare({"jira": jira.replace("SEV1: {name: Highest}", "SEV1: {name: Blocker}")})
    assert found.out == ("jira: severity",)
    assert found.changes


def test_the_comparison_is_told_on_the_command_line(
    received: SqlMappingDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(desk_module, "mapping_desk", lambda: received)
    new = tmp_path / "watcher.yaml"
    new.write_text(text('["{area}: {host}", host]'))
    result = CliRunner().invoke(rung, ["mapping", "diff", str(new), "--show", "1"])
    assert result.exit_code == 4
    assert "  alert a29\n    title: web-2 → shop: web-2\n" in result.stdout
    assert "watch: 15 of the last 30 deliveries would change." in result.stdout
    assert "... and 14 more deliveries" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    new.write_text(text("host"))
    result = CliRunner().invoke(rung, ["mapping", "diff", str(new), "--json"])
    assert (result.exit_code, json.loads(result.stdout)["changes"]) == (0, False)


def test_what_changes_below_is_compared_for_those_that_extend_it(received: SqlMappingDesk, database: Engine) -> None:
    received.save("base", text("host"), DANA)
    received.save("watcher", "extends: base\ntitle: Watcher\n", DANA)
    row = received.mapping("watcher").row
    assert (row.extends, row.sources) == ("base", ("other", "watch"))
    found = received.compare({"base": text("id")})
    assert found.mappings == ("base", "watcher")
    assert dict(found.sources) == {"watch": (30, 30), "other": (1, 0)}
    assert dict(found.fields) == {"title": 30}
    with pytest.raises(MistakesError, match="no mapping “base”"):
        received.roll_back("base", 0, DANA)


def test_documents_that_this_rung_cannot_use_are_told_as_mistakes(desk: SqlMappingDesk, database: Engine) -> None:
    with database.begin() as connection:
        stored.put(connection, "mappings/watcher/mapping.yaml", "shapes: 1", "a newer one")
    with pytest.raises(MistakesError, match=r"mappings/watcher/mapping\.yaml:1"):
        desk.mappings()
    assert desk.save("watcher", text(), DANA).version.version == 2
    assert desk.mapping("watcher").row.version == 2


def test_large_deliveries_are_compared_a_few_at_a_time(received: SqlMappingDesk, database: Engine) -> None:
    with database.begin() as connection:
        for number in range(100):
            body = {"id": f"b{number}", "host": "web", "padding": "x" * 500_000}
            receive(connection, "other", json.dumps(body).encode())
    tracemalloc.start()
    found = received.compare({"watcher": text("id")})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert dict(found.sources)["other"] == (101, 100)
    assert peak < 40 * 1024 * 1024

"""`rung tickets export` and `rung export`: everything, and nothing that lets somebody in."""

from __future__ import annotations

import base64
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text

from core.desk import NotFoundError
from core.store.export import LEFT_OUT, TABLES
from core.store.tables import metadata
from rung import export
from rung.cli.main import rung
from rung.embedded import Postgres
from tests.integration.world import World, world


@pytest.fixture(scope="module")
def here(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One ticket with a record, which was escalated and taken, and another."""
    url = postgres_server.make_database("export", template="migrated")
    with world(url, tmp_path_factory.mktemp("export"), reads_journal=True) as made:
        made.poll()
        made.alert()
        made.jump(5)
        (incident,) = made.box.incidents()
        made.box.act("servicenow", "comment", who="lee.park", number=incident["number"], text="It is DNS.")
        made.settle()
        made.jump(1)
        made.alert(source="jira-alerts")
        made.poll()
        yield made


@pytest.fixture
def named(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address = here.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("RUNG_DATABASE_URL", address)


@pytest.mark.usefixtures("named")
def test_a_ticket_is_exported_whole_by_its_number_and_by_its_records_key(here: World) -> None:
    (incident,) = here.box.incidents()
    by_number = json.loads(CliRunner().invoke(rung, ["tickets", "export", "1"]).stdout)
    by_key = json.loads(CliRunner().invoke(rung, ["tickets", "export", incident["number"]]).stdout)
    assert {**by_key, "at": ""} == {**by_number, "at": ""}
    assert by_number["tickets"][0]["body"]["records"][0]["ref"]["key"] == incident["number"]
    for table in ("timeline", "actions", "records", "alerts"):
        column = metadata.tables[table].c.ticket_id
        with here.database.begin() as connection:
            count = connection.execute(select(func.count()).where(column == 1)).scalar_one()
        assert len(by_number[table]) == count > 0, table
    assert any("alertname" in one["body"] for one in by_number["deliveries"])
    assert all(one["source"] != "jira-alerts" for one in by_number["deliveries"])
    assert [one["comment_id"] for one in by_number["heard_comments"]]


def test_a_ticket_that_is_not_there_is_said_so(here: World) -> None:
    for key in ("99", "INC404", "9" * 30):
        with pytest.raises(NotFoundError, match=f"There is no ticket {key}"):
            export.ticket(here.database, key)


@pytest.mark.usefixtures("named")
def test_everything_is_exported_row_by_row_and_says_when_it_is_whole(here: World) -> None:
    lines = [json.loads(line) for line in CliRunner().invoke(rung, ["export"]).stdout.splitlines()]
    head, *rows, end = lines
    assert head["rung"]
    assert head["schema"]
    with here.database.begin() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in TABLES
        }
    assert end == {"rows": counts}
    assert {name: sum(row["table"] == name for row in rows) for name in TABLES} == counts
    assert {name for name, count in counts.items() if count} >= {"tickets", "deliveries", "actions", "watermarks"}


@pytest.mark.usefixtures("named")
def test_chosen_tables_alone_are_exported_and_an_unknown_one_is_refused() -> None:
    said = CliRunner().invoke(rung, ["export", "--only", "tickets"]).stdout.splitlines()
    assert json.loads(said[-1]) == {"rows": {"tickets": 2}}
    refused = CliRunner().invoke(rung, ["export", "--only", "tokens"])
    assert refused.exit_code == 2
    assert "there is no tokens" in refused.output


def test_whatever_is_stored_is_exported_or_named_as_left_out() -> None:
    new = set(metadata.tables) - set(TABLES) - LEFT_OUT
    assert not new, f"say in core/store/export.py whether {new} is exported: never what lets somebody in"
    assert set(TABLES) | LEFT_OUT == set(metadata.tables)
    of_texts = {"documents", "heard_comments"}
    assert {name for name in TABLES if "digest" in metadata.tables[name].c} == of_texts


def test_a_body_that_is_no_text_keeps_its_bytes() -> None:
    told: Any = json.loads(export.line({"body": b"\xff\x00"}))
    assert base64.b64decode(told["body"]["base64"]) == b"\xff\x00"
    assert json.loads(export.line({"body": "Größe".encode()})) == {"body": "Größe"}


def test_memory_does_not_grow_with_what_is_stored(postgres_url: str, tmp_path: Path) -> None:
    from core.store.database import connect

    engine = connect(postgres_url, pool_size=1)
    with engine.begin() as connection:
        connection.execute(
            text("""
                INSERT INTO deliveries (source, received_at, content_type, headers, body)
                SELECT 'kept', now(), 'text/plain', '{}', convert_to(repeat('x', 4096), 'UTF8')
                FROM generate_series(1, 4000)
            """)
        )
    tracemalloc.start()
    try:
        size = sum(len(line) for line in export.everything(engine, ["deliveries"]))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        engine.dispose()
    assert size > 16_000_000
    assert most < 8_000_000

"""Every migration, down and up again, over what a real run has left: rows stay what they are, and Rung goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Table, func, insert, inspect, literal_column, select, text
from sqlalchemy import table as table_

from core.policy import MajorRule
from core.store import migrating, schema
from core.store.tables import metadata
from rung.readiness import database_check
from tests.integration.world import World, world

GOES_BACK = {"0003": {"timers"}, "0008": {"actions"}}
"""Steps whose way back changes rows that stay: the schema before them has no room for what they say."""
_VALUES = {"text": "a", "bigint": 1, "smallint": 1, "integer": 1, "boolean": False, "jsonb": {}, "bytea": b"a"}


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        made.policy = replace(made.policy, major=MajorRule(like=("service",), at=3))
        made.loaded = replace(made.loaded, policy=made.policy, at_version=lambda _: made.policy)
        yield made


def lived(here: World) -> None:
    """A storm that is gathered, a level that does not answer, polling, somebody who changes a record."""
    for number in range(4):
        here.alert(alertname=f"Payments {number}")
    here.jump(20)
    here.poll()
    here.alert(over=True, alertname="Payments 0")


def filled(here: World) -> None:
    """A row in every table that the run has left empty."""
    with here.database.begin() as connection:
        for table in metadata.sorted_tables:
            if not connection.execute(select(func.count()).select_from(table)).scalar_one():
                connection.execute(insert(table), {one.name: _value(one, connection) for one in table.columns})


def _value(column: Column[Any], connection: Connection) -> object:
    """Something that a row may say there."""
    if column.foreign_keys:
        return connection.execute(text("SELECT min(id) FROM tickets")).scalar_one()
    kind = column.type.compile(dialect=connection.dialect).lower()
    return _VALUES[kind] if kind in _VALUES else connection.execute(text("SELECT now()")).scalar_one()


def rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in no order that means anything."""
    found = {}
    for name in inspect(connection).get_table_names():
        if name not in {"alembic_version", "compatibility"}:
            every = select(func.to_jsonb(literal_column("one"))).select_from(table_(name).alias("one"))
            told = connection.execute(every).scalars()
            found[name] = sorted(told, key=lambda one: json.dumps(one, sort_keys=True))
    return found


def kept(rows_: list[dict[str, Any]], columns: set[str]) -> list[str]:
    """The rows by those columns alone."""
    return sorted(json.dumps({name: row[name] for name in columns}, sort_keys=True) for row in rows_)


def stays(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]], apart: set[str]) -> None:
    """What both schemas have room for is there afterwards as it was before."""
    for name in (before.keys() & after.keys()) - apart:
        one, other = before[name], after[name]
        assert len(one) == len(other), name
        if one:
            columns = set(one[0]) & set(other[0])
            assert kept(one, columns) == kept(other, columns), name


def moved(here: World, to: str) -> dict[str, list[dict[str, Any]]]:
    url = here.database.url.render_as_string(hide_password=False)
    assert migrating.migrate(url, to=to, stopped=True) == to
    with here.database.connect() as connection:
        return rows(connection)


def test_every_migration_goes_down_and_up_again_over_what_a_run_has_left(here: World) -> None:
    lived(here)
    filled(here)
    with here.database.connect() as connection:
        first = now = rows(connection)
    assert {table for table, found in now.items() if not found} == set()
    revisions = [step.revision for step in schema.steps()]
    for revision, before in zip(reversed(revisions), reversed(revisions[:-1]), strict=False):
        down = moved(here, before)
        stays(now, down, GOES_BACK.get(revision, set()))
        now = down
    for revision in revisions[1:]:
        up = moved(here, revision)
        stays(now, up, {"timers"} if revision == "0003" else set())
        now = up
    for table in ("tickets", "timeline", "records", "alerts", "deliveries", "documents"):
        columns = _first_columns(metadata.tables[table])
        assert kept(first[table], columns) == kept(now[table], columns)
    assert kept(first["timers"], {"ticket_id", "kind", "name"}) == kept(now["timers"], {"ticket_id", "kind", "name"})
    assert database_check(here.database) is None


def _first_columns(table: Table) -> set[str]:
    """What the first schema had room for; what later ones have added begins anew."""
    later = {"owner", "shadow", "standing", "likeness", "gathers", "parent", "gathered", "note"}
    return set(table.columns.keys()) - later


def test_a_run_goes_on_after_the_way_back_to_the_first_release_and_up_again(here: World) -> None:
    lived(here)
    moved(here, schema.BASELINE)
    moved(here, schema.newest_revision())
    told = len(here.messages.sent)
    here.jump(20)
    assert len(here.messages.sent) > told
    here.alert(over=True, alertname="Payments 1")
    assert here.page(1).entries
    assert here.app.desk.tickets()

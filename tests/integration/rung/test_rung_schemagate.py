"""Roles on a schema that does not fit: they take no work, say so once, and go on by themselves."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from core.store import schema
from core.store.database import connect
from rung import schemagate
from rung.readiness import database_check
from rung.schemagate import SchemaGate


@pytest.fixture(autouse=True)
def asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemagate, "_KEPT_SECONDS", 0)
    monkeypatch.setattr(schemagate, "_SHUT_SECONDS", 0)


def test_no_work_is_taken_while_the_schema_does_not_fit(postgres_url: str) -> None:
    database = connect(postgres_url)
    rounds = []

    def at(revision: str, oldest: str) -> None:
        with database.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": revision})
            connection.execute(text("UPDATE compatibility SET oldest = :oldest"), {"oldest": oldest})

    def work(stopping: bool) -> int:
        rounds.append(stopping)
        return 7

    guarded = SchemaGate(database).guards(work)
    with capture_logs() as logs:
        assert guarded(False) == 7
        at("0015", "0015")  # before the migration
        assert guarded(False) == 0
        assert (
            database_check(database) == f"The schema is at 0015, not at {schema.newest_revision()}: run `rung migrate`."
        )
        at(schema.newest_revision(), "0015")
        assert guarded(False) == 7
        at("9001", "0015")  # upgraded, and it serves this code
        assert guarded(False) == 7
        assert database_check(database) is None
        at("9002", "9001")  # upgraded further, and it does not
        assert [guarded(False), guarded(False)] == [0, 0]
    database.dispose()
    assert len(rounds) == 3
    assert [(one["log_level"], one["event"]) for one in logs] == [
        ("warning", "no work is taken until the schema fits"),
        ("info", "the schema fits; work is taken"),
        ("warning", "no work is taken until the schema fits"),
    ]


def test_a_database_that_is_away_does_not_shut_it() -> None:
    database = connect("postgresql://rung@127.0.0.1:1/rung")
    assert SchemaGate(database).problem() is None
    database.dispose()

"""This version beside a newer one on one database: on a later schema, among rows that only the newer one can read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.store import deliveries
from core.store.database import connect
from core.work.failures import is_lasting
from rung.readiness import database_check
from tests.integration.core.expanding import expand
from tests.integration.world import World, world


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def execute(here: World, statement: str) -> None:
    with here.database.begin() as connection:
        connection.execute(text(statement))


def test_a_ticket_lives_on_over_an_upgrade_of_the_schema_under_running_processes(here: World) -> None:
    here.alert()
    expand(here.database)  # while connections are open and statements prepared
    assert database_check(here.database) is None
    assert requests.get(f"{here.url}/readyz", timeout=10).status_code == 200
    here.jump(20)
    here.poll()
    here.alert(over=True)
    here.alert(alertname="Another")
    assert "lee.park" in here.messages.told, "the next level was asked"
    assert [row.id for row in here.app.desk.tickets()]
    assert here.app.desk.deliveries()
    assert all(one.status.value != "dead" for one in here.app.desk.actions())


def test_what_a_newer_version_has_noted_on_a_ticket_survives_a_step_of_this_one(here: World) -> None:
    here.alert()
    execute(here, """UPDATE tickets SET body = body || '{"later": {"seen": 1}, "title": "Payments fail"}'""")
    here.jump(20)
    with here.database.connect() as connection:
        body = connection.execute(text("SELECT body FROM tickets")).scalar_one()
    assert body["later"] == {"seen": 1}
    assert "acknowledged_by" not in body, "what has its usual value is left out, as before"


def test_rows_that_only_a_newer_version_can_read_are_left_to_it_and_hold_up_nothing(here: World) -> None:
    here.alert()
    told = len(here.messages.sent)
    later = "INSERT INTO {table} SELECT (jsonb_populate_record(one, '{change}')).* FROM {table} AS one LIMIT 1"
    written = {"status": "pending", "verb": "write_record"}
    for table, change in (
        ("timers", {"kind": "later", "due_at": "2026-01-01T00:00:00Z"}),
        ("actions", {**written, "id": 901, "operation_id": "a", "lane": "a", "verb": "later"}),
        ("actions", {**written, "id": 902, "operation_id": "b", "lane": "b", "body": {"verb": "later"}}),
    ):
        execute(here, later.format(table=table, change=json.dumps(change).replace(":", "\\:")))
    execute(here, "INSERT INTO signals (ticket_id, kind, body) VALUES (1, 'later', '{}')")
    execute(here, """INSERT INTO shift_changes (ticket_id, body) VALUES (1, '{"later": 1}')""")
    here.jump(20)
    assert len(here.messages.sent) > told, "its own timers fire, and what they decide is sent"
    with here.database.connect() as connection:
        left = connection.execute(text("SELECT status, attempts FROM actions WHERE id IN (901, 902)")).all()
        assert [tuple(row) for row in left] == [("pending", 1), ("pending", 1)]
        assert connection.execute(text("SELECT status FROM signals")).scalar_one() == "waiting"
        assert connection.execute(text("SELECT count(*) FROM timers WHERE kind = 'later'")).scalar_one() == 1
        assert connection.execute(text("SELECT count(*) FROM shift_changes")).scalar_one() == 1


def test_a_ticket_that_only_a_newer_version_can_read_is_left_to_it_and_nothing_is_lost(here: World) -> None:
    here.alert()
    execute(here, """UPDATE tickets SET body = body || '{"state": "later"}'""")
    here.alert(over=True)
    here.alert(alertname="Another")
    with here.database.connect() as connection:
        waiting = connection.execute(text("SELECT error FROM deliveries WHERE status = 'received'")).scalars().all()
    assert waiting == ["left to a newer version of Rung: a stored Ticket that this version of Rung cannot read"]
    execute(here, """UPDATE tickets SET body = body || '{"state": "new"}'""")
    here.hurry()
    assert here.page().ticket.state.value == "resolved"
    assert here.page(2).ticket.title


def test_a_statement_that_was_prepared_before_a_migration_fails_once_and_nothing_is_given_up_over_it(
    here: World,
) -> None:
    def claim() -> None:
        with here.database.begin() as connection:
            deliveries.claim(connection, timedelta(seconds=5))

    for _ in range(8):  # psycopg prepares what is asked often
        claim()
    newer = connect(here.database.url.render_as_string(hide_password=False))
    assert expand(newer)
    newer.dispose()
    with pytest.raises(DBAPIError) as caught:
        claim()
    assert not is_lasting(caught.value)
    claim()

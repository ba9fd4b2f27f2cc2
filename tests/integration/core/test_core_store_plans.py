"""What the store asks for often costs what is found, not what is kept: shown by PostgreSQL's own plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, text

from core.model import ActionStatus
from core.store import claims, decided, deliveries, views, workload
from core.store.database import connect
from tests.integration.core.statements import statements

LEASE = timedelta(seconds=60)
_KEPT = """
    INSERT INTO tickets (id, uid, state, is_open, severity, service, team, acknowledged, exhausted, opened_at,
        updated_at, body)
    SELECT n, 'u' || n, 'new', true, 1, '', '', false, false, now(), now(), '{}' FROM generate_series(1, 3000) AS n;
    INSERT INTO actions (operation_id, ticket_id, verb, lane, platform, severity, body, status, created_at)
    SELECT 'o' || n, n, 'write_record', n || '/snow', 'snow', n % 4 + 1,
        '{"operation_id": "o", "ticket_id": 1, "verb": "write_record", "lane": "l",
          "reason": {"code": "repeated", "facts": {"source": "kept"}}}',
        CASE WHEN n % 2 = 0 THEN 'pending' ELSE 'done' END, now()
    FROM generate_series(1, 3000) AS n;
    INSERT INTO deliveries (source, received_at, content_type, headers, body, attempt_at)
    SELECT 'snow', now(), '', '{}', '', now() + n * interval '1 hour' FROM generate_series(-5, 3000) AS n;
    UPDATE tickets SET owner = 'p' || id % 300, is_open = id % 10 <> 0;
    INSERT INTO turns (person, shadow) SELECT 'p' || n % 300, false FROM generate_series(1, 3000) AS n;
    INSERT INTO breakers (platform) VALUES ('snow'), ('jira');
"""


@pytest.fixture
def full(postgres_url: str) -> Iterator[Engine]:
    """A database that holds some thousands of everything, and knows it."""
    engine = connect(postgres_url)
    with engine.begin() as connection:
        connection.execute(text(_KEPT))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    yield engine
    engine.dispose()


def plan(engine: Engine, work: Callable[[Connection], object]) -> str:
    """How PostgreSQL goes about the last statement of that work."""
    with engine.connect() as connection:
        said = statements(connection, work)
        connection.rollback()
        statement, parameters = said[-1]
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", parameters)
        return "\n".join(row[0] for row in rows)


def test_taking_up_actions_walks_each_platforms_turns_and_stops_at_the_last_that_is_taken(full: Engine) -> None:
    told = plan(full, lambda connection: claims.claim(connection, LEASE, room=4))
    assert "Index Scan using actions_turn on actions candidate (actual rows=4" in told, told
    assert "Index Only Scan using actions_turn on actions next" in told, told
    assert "Seq Scan on actions" not in told, told


def test_what_waits_for_a_platform_that_is_cut_off_is_not_read(full: Engine) -> None:
    with full.begin() as connection:
        connection.execute(text("UPDATE breakers SET open_until = now() + interval '1 hour' WHERE platform = 'snow'"))
    told = plan(full, lambda connection: claims.claim(connection, LEASE, room=4))
    assert "on actions candidate (never executed)" in told, told


def test_the_list_of_confirmed_actions_does_not_read_those_that_are_not(full: Engine) -> None:
    told = plan(full, lambda connection: views.action_rows(connection, status=ActionStatus.CONFIRMED))
    assert "Index Scan Backward using actions_confirmed" in told, told


def test_taking_up_deliveries_does_not_read_those_that_were_put_off(full: Engine) -> None:
    told = plan(full, lambda connection: deliveries.claim(connection, LEASE, 10))
    assert "Index Cond: (attempt_at <= statement_timestamp())" in told, told


def test_looking_whether_work_waits_does_not_read_what_was_put_off(full: Engine) -> None:
    assert "Index Cond: (attempt_at <= statement_timestamp())" in plan(full, deliveries.are_waiting)


def test_confirming_a_write_reads_the_tickets_own_actions_only(full: Engine) -> None:
    told = plan(full, lambda connection: decided.confirm(connection, [(7, "7/snow")]))
    assert "Index Scan using actions_ticket" in told, told
    assert "Seq Scan" not in told, told


def test_weighing_peoples_work_reads_their_open_tickets_from_the_index_alone(full: Engine) -> None:
    told = plan(full, lambda connection: workload.load(connection, ["p1", "p2", "p3"], but=7))
    assert "Index Only Scan using tickets_load" in told, told
    assert "Heap Fetches: 0" in told, told


def test_whose_turn_it_was_is_read_from_the_index_alone(full: Engine) -> None:
    told = plan(full, lambda connection: workload.latest_turns(connection, ["p1", "p2", "p3"]))
    assert "Index Only Scan using turns_person" in told, told

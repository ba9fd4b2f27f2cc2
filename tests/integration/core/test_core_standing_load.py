"""Many open tickets: what the clock and the pages cost goes by what is due and what is shown, not by what is open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection, Engine

from bench import crowd, lives
from bench.intake import composed
from bench.lives import PRESENT
from bench.sameness import differences
from core.desk import COUNTED_TO
from core.model import State
from core.store import polling, timers, views
from core.store.database import connect
from core.store.standing import standing
from rung.embedded import Postgres
from rung.parts import App
from tests.integration.core.statements import statements

MANY = range(10_001, 12_001)
DUE = range(20_001, 20_101)
EXACT = range(30_001, 30_008)
BIG = ("tickets", "alerts", "records", "timers", "timeline", "actions")


@dataclass(frozen=True)
class Crowd:
    engine: Engine
    app: App
    originals: Mapping[str, int]


@pytest.fixture(scope="module")
def many(postgres_server: Postgres) -> Iterator[Crowd]:
    url = postgres_server.make_database("standing_load", template="migrated")
    engine, clock = connect(url), lives.HandClock()
    app = composed(engine, url, clock)
    originals = lives.all_lived(app, engine, clock)
    with psycopg.connect(url, autocommit=True) as connection:
        patterns = {name: crowd.pattern(connection, number) for name, number in originals.items()}
        exact = [(one, range(number, number + 1)) for number, one in zip(EXACT, patterns.values(), strict=True)]
        due = lives.about_to_be_due(patterns, DUE, per_second=500)
        crowd.write(connection, [*lives.crowd_of(patterns, MANY), *due, *exact])
    yield Crowd(engine, app, originals)
    engine.dispose()
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier("standing_load")))


def plans(engine: Engine, work: Callable[[Connection], object]) -> str:
    """How PostgreSQL goes about all statements of that work."""
    with engine.connect() as connection:
        said = statements(connection, work)
        explain = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) "
        told = [connection.exec_driver_sql(explain + statement, parameters) for statement, parameters in said]
        lines = [row[0] for rows in told for row in rows]
        connection.rollback()
    return "\n".join(lines)


def pages(told: str) -> int:
    """How many pages of the tables and their indexes one statement touched."""
    found = re.search(r"Buffers: shared (.*)", told)
    return sum(int(count) for count in re.findall(r"(?:hit|read)=(\d+)", found[1])) if found else 0


def reads_everything(told: str) -> list[str]:
    return [table for table in BIG if re.search(rf"Seq Scan on {table}\b", told)]


def test_a_copied_ticket_steps_as_the_one_that_it_was_copied_from(many: Crowd) -> None:
    with many.engine.connect() as connection:
        for original, copy in zip(many.originals.values(), EXACT, strict=True):
            assert differences(connection, many.app.parts.policies, original, copy) == []


def test_looking_for_due_timers_reads_no_more_than_what_is_due(many: Crowd) -> None:
    told = plans(many.engine, lambda connection: timers.due(connection, PRESENT - lives.DUE_AFTER, 200))
    assert "Index Scan using timers_due" in told, told
    assert pages(told) <= 3, told


@pytest.mark.parametrize(
    "look",
    [
        lambda connection: views.board(connection, 100),
        lambda connection: views.tally(connection, PRESENT),
        lambda connection: views.newest_tickets(connection, None, 100),
        lambda connection: views.newest_tickets(connection, State.NEW, 100),
        lambda connection: views.entries(connection, MANY[7]),
        lambda connection: views.action_rows(connection, ticket_id=MANY[7]),
        lambda connection: views.write_backs(connection, MANY[:100]),
        lambda connection: polling.places(connection, 0, 200),
        lambda connection: polling.records(connection, "servicenow", "incident", 0, 20),
        lambda connection: standing(connection, PRESENT),
    ],
    ids=[
        *("board", "tally", "open tickets", "new tickets", "timeline", "actions", "write-backs"),
        *("where records are", "records to look for", "metrics"),
    ],
)
def test_a_page_is_found_by_indexes_alone(many: Crowd, look: Callable[[Connection], object]) -> None:
    assert reads_everything(told := plans(many.engine, look)) == [], told


def test_the_board_says_of_all_that_is_open_how_much_needs_someone(many: Crowd) -> None:
    board = many.app.desk.board(limit=10)
    counted = "SELECT count(*) FROM tickets WHERE standing < 2 OR deadline <= %s"
    with many.engine.connect() as connection:
        needing = connection.exec_driver_sql(counted, (PRESENT,)).scalar_one()
    assert (board.total, board.needing) == (len(MANY) + len(DUE) + len(EXACT) + len(many.originals), needing)
    assert len(board.rows) == 10


def test_the_board_counts_no_further_than_it_must(many: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "COUNTED_TO", 50)
    told = plans(many.engine, lambda connection: views.tally(connection, PRESENT))
    assert all(int(rows.partition(".")[0]) <= 50 for rows in re.findall(r"tickets \(actual rows=([\d.]+)", told)), told
    board = many.app.desk.board(limit=10)
    assert (board.total, board.needing, board.late) == (50, 50, 50)
    assert COUNTED_TO > 50


def test_where_open_tickets_have_records_is_looked_up_in_parts(many: Crowd) -> None:
    last, found, looks = 0, set(), 0
    with many.engine.connect() as connection:
        while looks == 0 or last:
            part = polling.places(connection, last, 500)
            last, looks = part.last, looks + 1
            found |= part.found
        assert polling.newest_places(connection, 10) == found == {("servicenow", "incident")}
    assert looks == (len(MANY) + len(DUE) + len(EXACT) + len(many.originals)) // 500 + 1


def test_looking_for_records_that_are_rare_goes_on_where_the_last_look_ended(many: Crowd) -> None:
    with many.engine.connect() as connection:
        first = polling.records(connection, "servicenow", "incident", 0, 20)
        assert (len(first.found), first.last) == (20, first.found[-1][0])
        rare = polling.records(connection, "jira", "OPS", MANY[0], 20, 300)
        assert (rare.found, rare.last) == ([], MANY[0] + 300)
        assert polling.records(connection, "jira", "OPS", EXACT[-2], 20).last == 0

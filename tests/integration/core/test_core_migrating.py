"""`rung migrate` on a real database: what there is to do, several at once, locks, and schemas newer than the code."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from core.store import migrating, schema
from core.store.database import connect
from core.store.migrating import MigrationError, Patience
from rung.embedded import Postgres

HURRIED = Patience(lock=0.1, tries=0.3, pause=0.05, others=0.2)


@pytest.fixture(scope="module")
def empty_url(postgres_server: Postgres) -> str:
    """A database without a schema, for the tests of this file in their order."""
    return postgres_server.make_database("to_be_migrated")


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    made = connect(postgres_url)
    yield made
    made.dispose()


def look(engine: Engine) -> schema.Schema:
    with engine.connect() as connection:
        return schema.look(connection)


def pretend(engine: Engine, at: str, oldest: str = "") -> None:
    """Have the schema be one that this code does not know, as after a newer Rung's `rung migrate`."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": at})
        connection.execute(text("UPDATE compatibility SET oldest = :oldest"), {"oldest": oldest or at})


def test_many_that_start_at_once_migrate_an_empty_database_once(empty_url: str) -> None:
    done: list[str] = []
    with ThreadPoolExecutor(3) as pool:
        runs = [
            pool.submit(migrating.migrate, empty_url, done=lambda step: done.append(step.revision)) for _ in range(3)
        ]
        assert {run.result() for run in runs} == {schema.newest_revision()}
    assert done == [step.revision for step in schema.steps()]


def test_the_steps_number_through_from_the_first_and_each_says_what_it_does() -> None:
    revisions = [step.revision for step in schema.steps()]
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    assert all(step.does.endswith(".") for step in schema.steps())


def test_the_database_keeps_the_oldest_schema_whose_code_it_serves(engine: Engine) -> None:
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT oldest FROM compatibility")).scalars().all()
    assert kept == [schema.oldest_served(schema.newest_revision())]


def test_what_is_to_be_done_is_told_before_it_is_done(engine: Engine, postgres_url: str) -> None:
    with engine.connect() as connection:
        assert migrating.plan(connection).steps == ()
    migrating.migrate(postgres_url, to="0015", stopped=True)
    assert look(engine).problem == f"The schema is at 0015, not at {schema.newest_revision()}: run `rung migrate`."
    with engine.connect() as connection:
        planned = migrating.plan(connection)
    assert [step.revision for step in planned.steps] == [s.revision for s in schema.steps() if s.revision > "0015"]
    assert not planned.is_down
    assert planned.stops is None
    assert migrating.migrate(postgres_url) == schema.newest_revision()


def test_a_newer_schema_that_serves_this_code_is_fit_for_it_and_left_alone(engine: Engine, postgres_url: str) -> None:
    pretend(engine, "9001", oldest=schema.newest_revision())
    assert look(engine).problem is None
    assert migrating.migrate(postgres_url) == "9001"


def test_a_newer_schema_that_does_not_serve_this_code_is_refused(engine: Engine, postgres_url: str) -> None:
    pretend(engine, "9002", oldest="9001")
    expected = (
        f"The schema is at 9002 and serves Rung from 9001 on; this Rung was written for {schema.newest_revision()}: "
        "run a newer one."
    )
    assert look(engine).problem == expected
    with pytest.raises(MigrationError, match="run a newer one"):
        migrating.migrate(postgres_url)


def test_a_schema_of_something_else_is_refused(engine: Engine, postgres_url: str) -> None:
    pretend(engine, "a1b2c3")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE compatibility"))
    with pytest.raises(MigrationError, match="The schema is at a1b2c3; this Rung was written for"):
        migrating.migrate(postgres_url)


def test_going_back_wants_everything_to_be_stopped(postgres_url: str) -> None:
    with pytest.raises(MigrationError, match="Stop every role, then say --stopped"):
        migrating.migrate(postgres_url, to="0015")


def test_a_step_that_running_code_could_not_bear_wants_everything_to_be_stopped(
    engine: Engine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrating.migrate(postgres_url, to="0015", stopped=True)
    newest = schema.newest_revision()
    taken = (*schema.steps()[:-1], schema.Step(newest, "Takes a column away.", serves=newest))
    monkeypatch.setattr(schema, "steps", lambda: taken)
    with pytest.raises(MigrationError, match=r"\(Takes a column away\) serves Rung from schema \d+ on only"):
        migrating.migrate(postgres_url)
    assert migrating.migrate(postgres_url, stopped=True) == newest


def test_an_unknown_revision_is_refused(postgres_url: str) -> None:
    with pytest.raises(MigrationError, match=r"There is no schema 0abc; there are 0001 to \d+\."):
        migrating.migrate(postgres_url, to="0abc")


def holding(engine: Engine, statement: str, then: Callable[[], None]) -> None:
    """Do something while another transaction holds what the statement takes."""
    with engine.connect() as other:
        other.execute(text(statement))
        then()
        other.rollback()


def test_a_step_that_gets_no_lock_gives_up_after_a_while_and_says_who_may_hold_it(
    engine: Engine, postgres_url: str
) -> None:
    def give_up() -> None:
        with engine.connect() as one:
            one.execute(text("SELECT pg_sleep(1.1)"))  # a transaction is told of from its first second on
            with pytest.raises(MigrationError) as refused:
                migrating.migrate(postgres_url, to="0015", stopped=True, patience=HURRIED)
        assert "could not get its locks for" in str(refused.value)
        assert "the longest transactions are of process" in str(refused.value)

    holding(engine, "LOCK TABLE compatibility IN ACCESS SHARE MODE", give_up)
    assert look(engine).at == "0018", "it stands at the step that it could not take back"


def test_a_step_that_gets_no_lock_at_once_lets_the_others_pass_and_tries_again(
    engine: Engine, postgres_url: str
) -> None:
    patience = Patience(lock=0.1, tries=20, pause=0.05)
    with ThreadPoolExecutor(1) as pool:
        migrated = threading.Event()

        def migrate() -> str:
            at = migrating.migrate(postgres_url, to="0015", stopped=True, patience=patience)
            migrated.set()
            return at

        with engine.connect() as other:
            other.execute(text("LOCK TABLE compatibility IN ACCESS SHARE MODE"))
            run = pool.submit(migrate)
            assert not migrated.wait(0.5)
            with engine.connect() as third:  # would wait behind the migration's lock if that waited on and on
                third.execute(text("SET statement_timeout = '5s'"))
                third.execute(text("SELECT * FROM compatibility"))
            other.rollback()
        assert run.result(20) == "0015"


def test_another_process_that_migrates_for_too_long_is_told(engine: Engine, postgres_url: str) -> None:
    def wait() -> None:
        with pytest.raises(MigrationError, match="Another process has been migrating for 0 seconds"):
            migrating.migrate(postgres_url, patience=HURRIED)

    holding(engine, f"SELECT pg_advisory_lock({0x52756E67})", wait)
    engine.dispose()

"""Every step of the migrations either leaves everything as older code knows it, or says whom it still serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core.store import migrating, schema
from core.store.database import connect
from core.store.schema import Step
from rung.embedded import Postgres
from tests.integration.core.expanding import Catalogue, breaches, locks, look

_INDEX_STEP = '''"""An index for a test."""

from core.store.migrations.indexes import add_index

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index("tickets_of_a_test", "tickets (team, id) WHERE is_open")


def downgrade() -> None:
    pass
'''


@pytest.fixture(scope="module")
def database(postgres_server: Postgres) -> Iterator[Engine]:
    made = connect(postgres_server.make_database("expanded", template="migrated"))
    yield made
    made.dispose()


def url(database: Engine) -> str:
    return database.url.render_as_string(hide_password=False)


@dataclass(frozen=True)
class Done:
    """A step that was done: what there was before, what after, and why it is no expanding one."""

    step: Step
    before: Catalogue
    after: Catalogue
    told: list[str]


@pytest.fixture(scope="module")
def way_up(database: Engine) -> list[Done]:
    """Every step from the first release's schema on, done."""
    migrating.migrate(url(database), to=schema.BASELINE, stopped=True)
    return [one_step(database, step) for step in schema.steps() if step.revision > schema.BASELINE]


def one_step(database: Engine, step: Step) -> Done:
    held: set[tuple[str, str]] = set()

    def under_way(_: Step) -> None:
        with database.connect() as watching:
            held.update(locks(watching))

    before = catalogue(database)
    migrating.migrate(url(database), to=step.revision, stopped=True, done=under_way)
    after = catalogue(database)
    assert held, "the step was seen while it was under way"
    return Done(step, before, after, breaches(before, after, held))


def catalogue(database: Engine) -> Catalogue:
    with database.connect() as connection:
        return look(connection)


def test_every_step_leaves_all_as_older_code_knows_it_or_says_whom_it_serves(way_up: list[Done]) -> None:
    told = [f"{one.step.revision}: {breach}" for one in way_up if not one.step.serves for breach in one.told]
    assert told == [], "docs/upgrade.md tells how to do it otherwise"


def test_going_back_leaves_no_trace_of_a_step(way_up: list[Done], database: Engine) -> None:
    for one in reversed(way_up):
        before = schema.steps()[schema.steps().index(one.step) - 1].revision
        migrating.migrate(url(database), to=before, stopped=True)
        found = catalogue(database)
        assert (found.columns, found.rules) == (one.before.columns, one.before.rules), one.step.revision
    migrating.migrate(url(database))
    assert catalogue(database).columns == way_up[-1].after.columns


def test_a_step_serves_at_least_the_schema_before_it() -> None:
    before = ""
    for step in schema.steps():
        assert step.serves <= before, f"{step.revision} cannot serve {step.serves} alone: that is no older one"
        assert step.serves == "" or step.serves >= schema.BASELINE
        before = step.revision


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("ALTER TABLE tickets DROP COLUMN owner", "tickets.owner is gone"),
        ("ALTER TABLE tickets RENAME owner TO keeper", "tickets.owner is gone"),
        ("ALTER TABLE turns RENAME TO rounds", "turns.person is gone"),
        ("ALTER TABLE tickets ALTER COLUMN severity TYPE integer", "tickets.severity was smallint and is integer"),
        ("ALTER TABLE tickets ALTER COLUMN severity TYPE integer", "tickets is rewritten"),
        ("ALTER TABLE tickets ALTER COLUMN likeness SET NOT NULL", "tickets.likeness must be given now"),
        ("ALTER TABLE tickets ALTER COLUMN owner DROP DEFAULT", "tickets.owner must be given now"),
        ("ALTER TABLE surges ADD COLUMN why text NOT NULL", "surges.why is new and must be given"),
        ("ALTER TABLE tickets ADD COLUMN at timestamptz DEFAULT clock_timestamp()", "tickets is rewritten"),
        ("ALTER TABLE tickets ADD CHECK (severity > 0)", "tickets has a new rule: CHECK ((severity > 0))"),
        ("ALTER TABLE timers DROP CONSTRAINT timers_pkey", "timers has lost a rule: PRIMARY KEY"),
        ("DROP INDEX deliveries_key", "deliveries has lost a rule: CREATE UNIQUE INDEX deliveries_key"),
        ("CREATE INDEX slow ON timeline (kind)", "an index of timeline is not built CONCURRENTLY"),
        ("UPDATE tickets SET owner = owner", "rows of tickets are written"),
    ],
)
def test_what_older_code_could_not_bear_is_found(database: Engine, statement: str, reason: str) -> None:
    assert any(one.startswith(reason) for one in done(database, statement)), reason


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE tickets ADD COLUMN region text",
        "ALTER TABLE tickets ADD COLUMN region text NOT NULL DEFAULT ''",
        "ALTER TABLE tickets ADD CHECK (severity > 0) NOT VALID",
        "CREATE TABLE regions (id bigint REFERENCES tickets (id)); CREATE INDEX ON regions (id)",
        "ALTER TABLE tickets ALTER COLUMN service DROP NOT NULL",
        "DROP INDEX tickets_state",
    ],
)
def test_what_older_code_can_bear_is_let_through(database: Engine, statement: str) -> None:
    assert done(database, statement) == []


def done(database: Engine, statement: str) -> list[str]:
    """What is amiss with a statement, which is undone again."""
    with database.connect() as connection:
        before = look(connection)
        connection.rollback()
        connection.execute(text(statement))
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        told = breaches(before, look(connection), locks(connection, pid))
        connection.rollback()
    return told


def test_an_index_is_built_beside_those_who_write_also_after_a_build_that_broke_off(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for path in schema.MIGRATIONS.rglob("*.py"):
        (folder / path.relative_to(schema.MIGRATIONS)).write_text(path.read_text())
    later = _INDEX_STEP.format(revision="9001", before=schema.newest_revision())
    (folder / "versions" / "9001_index.py").write_text(later)
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    schema.steps.cache_clear()
    engine = connect(postgres_url)
    try:
        with engine.connect() as writing:
            # What a build that broke off leaves bears the name and is not valid.
            writing.execute(text("CREATE INDEX tickets_of_a_test ON tickets (uid)"))
            writing.commit()
            writing.execute(text("UPDATE documents SET note = note"))  # somebody is at work on another table
            assert migrating.migrate(postgres_url) == "9001"
        with engine.connect() as connection:
            made = connection.execute(
                text("SELECT indexdef FROM pg_indexes WHERE indexname = 'tickets_of_a_test'")
            ).scalar_one()
        assert made.endswith("USING btree (team, id) WHERE is_open")
    finally:
        engine.dispose()
        schema.steps.cache_clear()

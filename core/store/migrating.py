"""The schema brought from one revision to another while everything runs.

Only one process migrates at a time. Every step is a transaction of its own, so a lock is held for one step and what was
done stays done. A step waits a few seconds at most for a lock, because whoever comes after it waits behind it; then it
lets everybody pass, and tries again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from psycopg import errors
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from core.store import schema
from core.store.database import connect
from core.store.schema import Schema, Step

_MIGRATION_LOCK = 0x52756E67  # "Rung": two that start at once migrate one after the other

_HOLDERS = text(
    "SELECT pid, application_name, state, extract(epoch FROM now() - xact_start)::int AS seconds FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - interval '1 second'"
    " ORDER BY xact_start LIMIT 3"
)


class MigrationError(Exception):
    """The schema was left where it was, or at the last step that was done. The message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """For how many seconds a step waits for a lock at once, how long it is tried, how long it pauses in between, how
    long one statement may take, and how long another process that migrates is waited for.
    """

    lock: float = 3.0
    tries: float = 120.0
    pause: float = 2.0
    statement: float = 1800.0
    others: float = 1800.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: `steps` in their order, each up, or down where `is_down`, and the schema as it stands."""

    schema: Schema
    steps: tuple[Step, ...]
    is_down: bool = False

    @property
    def stops(self) -> Step | None:
        """The step that code which runs on the present schema could not bear; None where all can run on meanwhile."""
        if not self.schema.at:
            return None
        if self.is_down:
            return self.steps[0]
        return next((one for one in self.steps if one.serves > max(self.schema.at, schema.BASELINE)), None)


def plan(connection: Connection, to: str = "") -> Plan:
    """What leads to that revision, the newest one by default; raises `MigrationError` where there is none of it.

    A newer schema that serves this code is left alone.
    """
    found = schema.look(connection)
    known = [one.revision for one in schema.steps()]
    if to and to not in known:
        raise MigrationError(f"There is no schema {to}; there are {known[0]} to {known[-1]}.")
    if found.at and found.at not in known:
        if to or not found.serves:
            raise MigrationError(found.problem or f"The schema is at {found.at}: the Rung that made it takes it back.")
        return Plan(found, ())
    target = to or known[-1]
    if target < found.at:
        return Plan(found, tuple(one for one in reversed(schema.steps()) if target < one.revision <= found.at), True)
    return Plan(found, tuple(one for one in schema.steps() if found.at < one.revision <= target))


def migrate(
    url: str,
    *,
    to: str = "",
    stopped: bool = False,
    patience: Patience | None = None,
    done: Callable[[Step], None] = lambda _: None,
) -> str:
    """Bring the schema to that revision, up to date by default, and return where it stands. Safe to be run by many at
    once; `done` hears of each step.

    Raises `MigrationError`, also for steps that what runs now could not bear, unless everything is `stopped`.
    """
    patience = patience or Patience()
    engine = connect(url, pool_size=1)
    try:
        with engine.connect() as connection:
            _alone(connection, patience)
            planned = plan(connection, to)
            connection.rollback()
            if planned.stops and not stopped:
                raise MigrationError(_unbearable(planned, planned.stops))
            if planned.steps:
                _limit(connection, patience)
                _carry_out(connection, planned, patience, done)
            return schema.revision(connection)
    finally:
        engine.dispose()


def _unbearable(planned: Plan, step: Step) -> str:
    if planned.is_down:
        return (
            f"Going back from {planned.schema.at} removes what the steps since have kept, and what runs now needs it. "
            "Stop every role, then say --stopped."
        )
    return (
        f"Step {step.revision} ({step.does.rstrip('.')}) serves Rung from schema {step.serves} on only, and what runs "
        f"now may have been written for {planned.schema.at}. Upgrade to a version between first, or stop every role "
        "and say --stopped."
    )


def _alone(connection: Connection, patience: Patience) -> None:
    """Have this connection be the only one that migrates, until it is closed."""
    deadline = time.monotonic() + patience.others
    while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _MIGRATION_LOCK}).scalar_one():
        connection.rollback()
        if time.monotonic() > deadline:
            raise MigrationError(f"Another process has been migrating for {patience.others:.0f} seconds: look at it.")
        time.sleep(0.2)
    connection.rollback()


def _limit(connection: Connection, patience: Patience) -> None:
    for name, seconds in (("lock_timeout", patience.lock), ("statement_timeout", patience.statement)):
        connection.execute(
            text("SELECT set_config(:name, :value, false)"), {"name": name, "value": f"{seconds * 1000:.0f}ms"}
        )
    connection.commit()


def _carry_out(connection: Connection, planned: Plan, patience: Patience, done: Callable[[Step], None]) -> None:
    """Do the steps; those that met a lock are tried again, from the first that is not done."""
    by_revision = {one.revision: one for one in schema.steps()}
    deadline = time.monotonic() + patience.tries

    def applied(revision: str) -> None:
        nonlocal deadline
        deadline = time.monotonic() + patience.tries
        done(by_revision[revision])

    config = _config(connection, applied)
    while True:
        try:
            if planned.is_down:
                command.downgrade(config, _before(planned.steps[-1]))
            else:
                command.upgrade(config, planned.steps[-1].revision)
        except OperationalError as error:
            connection.rollback()
            if isinstance(error.orig, errors.QueryCanceled):
                raise MigrationError(_told(connection, f"took longer than {patience.statement:.0f} seconds")) from None
            if not isinstance(error.orig, errors.LockNotAvailable | errors.DeadlockDetected):
                raise
            if time.monotonic() > deadline:
                reason = f"could not get its locks for {patience.tries:.0f} seconds{_holders(connection)}"
                raise MigrationError(_told(connection, reason)) from None
            time.sleep(patience.pause)
        else:
            return


def _before(step: Step) -> str:
    """The revision before a step, in Alembic's word for none."""
    revisions = [one.revision for one in schema.steps()]
    number = revisions.index(step.revision)
    return revisions[number - 1] if number else "base"


def _told(connection: Connection, what: str) -> str:
    at = schema.revision(connection) or "nothing"
    return f"The step that follows schema {at} {what}. It was undone, everything runs on: try again at a quieter time."


def _holders(connection: Connection) -> str:
    """Who has been in a transaction for longest, and may hold the lock. No statement is told: it could hold data."""
    rows = connection.execute(_HOLDERS).all()
    told = [f"process {row.pid} ({row.application_name or 'nameless'}, {row.state}, {row.seconds} s)" for row in rows]
    return f"; the longest transactions are of {', '.join(told)}" if told else ""


def _config(connection: Connection, applied: Callable[[str], None]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.attributes.update(connection=connection, applied=applied)
    return config

"""The connection to PostgreSQL, and bringing its schema up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text

_MIGRATION_LOCK = 0x52756E67  # "Rung": two roles that start at once migrate one after the other


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """An engine with a small pool; nothing is connected yet.

    A connection that died with its server is noticed before use, and a statement that waits for more than 30 seconds
    is cancelled rather than left hanging.
    """
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={"connect_timeout": 5, "options": "-c statement_timeout=30s -c timezone=UTC"},
    )


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(url: str) -> str:
    """Bring the schema up to date and return its revision. Safe to be run by many at once."""
    engine = connect(url, pool_size=1)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            command.upgrade(_config(connection), "head")
            return revision(connection)
    finally:
        engine.dispose()


def revision(connection: Connection) -> str:
    """The schema's revision, "" before the first migration."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def newest_revision() -> str:
    """The revision that this code was written for."""
    script = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    return script.get_current_head() or ""

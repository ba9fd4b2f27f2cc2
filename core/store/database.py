"""The connection to PostgreSQL, its transactions, and its schema brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.ports import StorageUnavailableError
from core.store.schema import newest_revision, revision

__all__ = ["connect", "migrate", "newest_revision", "revision", "transaction"]


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """An engine with a small pool; nothing is connected yet.

    A connection that died with its server is noticed before use, and a statement that waits for more than 30 seconds
    is cancelled rather than left hanging. The values of a statement that fails, which can be anything that anybody
    wrote into a ticket, do not stand in the error.
    """
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "fallback_application_name": "rung",
            "options": "-c statement_timeout=30s -c timezone=UTC",
        },
    )


@contextmanager
def transaction(database: Engine) -> Iterator[Connection]:
    """A transaction for a desk; a database that is away is told in the ports' word: `StorageUnavailableError`."""
    try:
        with database.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise StorageUnavailableError(type(error).__name__) from error


def migrate(url: str) -> str:
    """Bring the schema up to date and return its revision; `core.store.migrating` tells how. Raises as that does."""
    from core.store import migrating

    return migrating.migrate(url)

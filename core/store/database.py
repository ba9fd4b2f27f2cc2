"""The connection to PostgreSQL, its transactions, and its schema brought up to date."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from core.ports import StorageUnavailableError
from core.store.schema import newest_revision, revision

__all__ = ["connect", "migrate", "newest_revision", "revision", "transaction"]

_TRUSTED_SECONDS = 1.0
_LIVED = "rung.lived"
_KEEPALIVE = {"idle": 10, "interval": 5, "count": 3}
"""When either side of a connection asks whether the other is still there, in seconds, and how often in vain."""
_OPTIONS = " ".join(
    f"-c {one}"
    for one in (
        "statement_timeout=30s",
        # A process that was stopped, or cut off, in the middle of a transaction holds its locks no longer than this.
        "idle_in_transaction_session_timeout=30s",
        *(f"tcp_keepalives_{name}={value}" for name, value in _KEEPALIVE.items()),
        "timezone=UTC",
    )
)
_GIVEN_UP = {"tcp_user_timeout": 15_000, **{f"keepalives_{name}": value for name, value in _KEEPALIVE.items()}}
"""A server that is gone without a word (its machine lost power, an address moved on) is given up after some 25 seconds,
not after TCP's quarter of an hour: libpq's connection parameters, the first in milliseconds, the others in seconds."""


def connect(url: str, *, pool_size: int = 5) -> Engine:
    """An engine with a small pool; nothing is connected yet.

    A connection that died with its server is noticed before use, unless it was used within the last second: to ask the
    server each time whether it lives is a third of what a small transaction costs. The connection that was used last is
    used next, so that most of them know their statements already. A statement that waits for more than 30 seconds is
    cancelled rather than left hanging. The values of a statement that fails, which can be anything that anybody wrote
    into a ticket, do not stand in the error.
    """
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_use_lifo=True,
        pool_timeout=10,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            **_GIVEN_UP,
            "fallback_application_name": "rung",
            "options": _OPTIONS,
        },
    )
    event.listen(engine, "checkin", _left)
    event.listen(engine, "checkout", partial(_taken, engine.dialect))
    return engine


def _left(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    """A connection goes back to the pool: it lived just now."""
    record.info[_LIVED] = time.monotonic()


def _taken(dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
    """A connection is taken from the pool; one that rested is asked whether it lives, and replaced if it does not."""
    lived = record.info.get(_LIVED)
    if lived is None or time.monotonic() - lived < _TRUSTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


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

"""The real PostgreSQL and Redis, one of each per test process, started by the first test that asks."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
import structlog
from psycopg import sql
from sqlalchemy import Engine

from core.store.database import connect, migrate
from rung.embedded import Place, Postgres, Redis, running

_NUMBERS = itertools.count(1)

# What is logged before `rung.logging.configure` is as structlog has it, but for tracebacks: with the variables of every
# frame, as it has them, one takes seconds.
_AS_BEFORE = structlog.get_config()["processors"][:-1]
structlog.configure(
    processors=[*_AS_BEFORE, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
)


@pytest.fixture(scope="session")
def server_place() -> Iterator[Place]:
    """A folder with a short path that the servers' own user can enter, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="rung-"))
    folder.chmod(0o711)
    yield Place.under(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server(server_place: Place) -> Iterator[Postgres]:
    """The server, with a migrated database called "migrated" to be copied."""
    server = Postgres(server_place, durable=False)
    with running(server):
        migrate(server.make_database("migrated"))
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """A fresh migrated database of the test's own, thrown away afterwards."""
    name = f"test_{next(_NUMBERS)}"
    yield postgres_server.make_database(name, template="migrated")
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(postgres_url: str) -> Iterator[Engine]:
    """An engine over that database."""
    engine = connect(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def redis_server(server_place: Place) -> Iterator[Redis]:
    """The server."""
    server = Redis(server_place, durable=False)
    with running(server):
        yield server


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    """The Redis of this test process, empty."""
    with redis.Redis.from_url(redis_server.url()) as client:
        client.flushall()
    return redis_server.url()

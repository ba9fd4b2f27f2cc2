"""PostgreSQL and Redis over TLS: the authority that an address names is believed, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tls_front import Authority, authority, front

from core.store import database
from rung import redisurl
from rung.bell import RqBell, queue
from rung.cli.errors import UNREACHABLE, tell
from rung.readiness import redis_check


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("strange"))


@pytest.fixture
def postgres_port(postgres_url: str, ours: Authority) -> Iterator[int]:
    folder = parse_qs(urlsplit(postgres_url).query)["host"][0]
    with front(Path(folder) / ".s.PGSQL.5432", ours, postgres=True) as port:
        yield port


@pytest.fixture
def redis_port(redis_url: str, ours: Authority) -> Iterator[int]:
    with front(Path(urlsplit(redis_url).path), ours) as port:
        yield port


def address(postgres_url: str, port: int, ca: Authority, host: str = "localhost") -> str:
    name = urlsplit(postgres_url).path
    return f"postgresql://postgres:hush@{host}:{port}{name}?sslmode=verify-full&sslrootcert={ca.ca}"


def test_postgresql_is_spoken_to_over_tls_that_is_verified_in_full(
    postgres_url: str, postgres_port: int, ours: Authority
) -> None:
    url = address(postgres_url, postgres_port, ours)
    assert database.migrate(url) == database.newest_revision()
    engine = database.connect(url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
        used = connection.connection.dbapi_connection
        assert used is not None
        assert used.pgconn.ssl_in_use  # type: ignore[attr-defined] # psycopg's own
    engine.dispose()


@pytest.mark.parametrize(
    ("host", "believed", "reason"),
    [("localhost", "strange", "verify failed"), ("127.0.0.1", "ours", "does not match")],
)
def test_a_database_that_does_not_prove_itself_is_refused_in_a_sentence(
    postgres_url: str,
    postgres_port: int,
    ours: Authority,
    strange: Authority,
    capsys: pytest.CaptureFixture[str],
    host: str,
    believed: str,
    reason: str,
) -> None:
    url = address(postgres_url, postgres_port, ours if believed == "ours" else strange, host)
    with pytest.raises(OperationalError) as refused:
        database.migrate(url)
    assert tell(refused.value) == UNREACHABLE
    told = capsys.readouterr().err
    assert reason in told
    assert "hush" not in told
    assert told.count("\n") == 1


def test_rings_go_over_tls_that_is_verified(redis_url: str, redis_port: int, ours: Authority) -> None:
    url = f"rediss://localhost:{redis_port}/0?ssl_ca_certs={ours.ca}"
    assert redis_check(url) is None
    RqBell(url).ring("delivery")
    with redisurl.client(redis_url) as client:
        assert queue(client, "delivery").count == 1


def test_a_redis_that_does_not_prove_itself_is_told_as_away(redis_port: int, strange: Authority) -> None:
    told = redis_check(f"rediss://:hush@localhost:{redis_port}/0?ssl_ca_certs={strange.ca}")
    assert told is not None
    assert "ConnectionError" in told
    assert "hush" not in told

"""The pool of connections: what rested is asked whether it lives, what was used just now is trusted."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from core.store import database as store


@pytest.fixture
def pings(database: Engine, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    asked: list[object] = []
    ask = database.dialect.do_ping
    monkeypatch.setattr(database.dialect, "do_ping", lambda one: (asked.append(one), ask(one))[1])
    return asked


def backend(database: Engine) -> int:
    with database.connect() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def cut(database: Engine, pid: int) -> None:
    url = database.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_connection_that_was_used_just_now_is_trusted_and_used_again(database: Engine, pings: list[object]) -> None:
    assert len({backend(database) for _ in range(3)}) == 1
    assert pings == []


def test_a_connection_that_rested_is_asked_and_replaced_where_it_was_cut(
    database: Engine, pings: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_TRUSTED_SECONDS", 0.0)
    first = backend(database)
    assert backend(database) == first
    cut(database, first)
    assert backend(database) != first
    assert len(pings) == 2


def test_a_cut_connection_that_nobody_asked_fails_once_and_takes_the_others_with_it(database: Engine) -> None:
    with database.connect() as one, database.connect() as other:
        pids = [int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one()) for connection in (one, other)]
    for pid in pids:
        cut(database, pid)
    with pytest.raises(OperationalError):
        backend(database)
    assert backend(database) not in pids

"""What arrives at once is stored at once, and nobody suffers for a neighbour."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine, text

from core.ports import Accepted, StorageUnavailableError
from core.store import arrivals
from core.store.arrivals import Arrival
from core.work.inbox import SqlInbox

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Rings:
    def __init__(self) -> None:
        self.rung = 0

    def ring(self, work: str) -> None:
        self.rung += 1


def arrival(key: str | None = None, body: bytes = b"{}", **given: object) -> Arrival:
    told = {"source": "jira", "received_at": NOON, "content_type": "application/json", "headers": {"x-a": "ü"}}
    return Arrival(**{**told, **given}, key=key, body=body)  # type: ignore[arg-type]


def accepted(inbox: SqlInbox, key: str | None, body: bytes = b"{}") -> Accepted:
    return inbox.accept("jira", key=key, content_type="application/json", headers={}, body=body)


def count(database: Engine) -> int:
    with database.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM deliveries")).scalar_one())


def held_back(database: Engine) -> Callable[[], None]:
    """Have whoever stores wait, until this is called."""
    connection = database.connect()
    connection.execute(text("LOCK TABLE deliveries IN EXCLUSIVE MODE"))
    return connection.close


def waiting_in(inbox: SqlInbox, number: int) -> bool:
    return len(inbox._together._queue) == number


def together(database: Engine, inbox: SqlInbox, *works: Callable[[], Accepted]) -> list[Accepted | type[BaseException]]:
    """The first is at it while the others, in their order, come: so these are one group."""
    release = held_back(database)
    tick = threading.Event()
    with ThreadPoolExecutor(len(works)) as pool:
        futures = []
        for number, work in enumerate(works):
            futures.append(pool.submit(work))
            while not (inbox._together._busy and waiting_in(inbox, number)):
                tick.wait(0.001)
        release()
        return [type(error) if (error := one.exception()) else one.result() for one in futures]


def test_many_are_stored_as_they_came_whatever_they_hold(database: Engine) -> None:
    bodies = [b"", b"\x00\xff\n", "ü\u2028".encode(), b'{"a": "\\u0000"}', b"x" * 100_000]
    with database.begin() as connection:
        ids = [one.id for one in arrivals.store(connection, [arrival(None, body) for body in bodies])]
        rows = connection.execute(text("SELECT id, body, headers, received_at, status FROM deliveries ORDER BY id"))
        found = [(row.id, bytes(row.body), row.headers, row.received_at, row.status) for row in rows]
    assert found == [(id_, body, {"x-a": "ü"}, NOON, "received") for id_, body in zip(ids, bodies, strict=True)]


def test_equal_keys_are_told_as_repeats_within_a_group_and_between_groups(database: Engine) -> None:
    with database.begin() as connection:
        first = arrivals.store(connection, [arrival("a"), arrival("b"), arrival("a"), arrival(None), arrival(None)])
        again = arrivals.store(connection, [arrival("c"), arrival("b"), arrival("a"), arrival("b", source="other")])
    assert [one.repeat for one in first] == [False, False, True, False, False]
    assert first[2].id == first[0].id
    assert [one.repeat for one in again] == [False, True, True, False]
    assert [again[1].id, again[2].id] == [first[1].id, first[0].id]


def test_of_two_doors_that_get_one_key_at_once_only_one_stores_it(database: Engine) -> None:
    doors = [SqlInbox(database, lambda: NOON, Rings()) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(accepted, doors[n % 2], f"key-{n // 4 % 20}") for n in range(160)]
        answers = [one.result() for one in futures]
    assert count(database) == 20
    assert sum(not one.repeat for one in answers) == 20
    assert len({one.id for one in answers}) == 20


def test_who_comes_while_another_is_stored_is_stored_with_the_others_and_rung_for_once(database: Engine) -> None:
    bell = Rings()
    inbox = SqlInbox(database, lambda: NOON, bell)
    answers = together(database, inbox, *[lambda: accepted(inbox, None)] * 6)
    assert len({one.id for one in answers if not isinstance(one, type)}) == count(database) == 6
    assert bell.rung == 2, "for the first, and for all others"


def test_a_repeat_rings_for_nobody(database: Engine) -> None:
    bell = Rings()
    inbox = SqlInbox(database, lambda: NOON, bell)
    assert [accepted(inbox, "a").repeat, accepted(inbox, "a").repeat] == [False, True]
    assert bell.rung == 1


def test_what_the_database_refuses_fails_alone(database: Engine) -> None:
    inbox = SqlInbox(database, lambda: NOON, Rings())

    def bad() -> Accepted:
        return inbox.accept("jira", key=None, content_type="text/plain\x00", headers={}, body=b"{}")

    answers = together(database, inbox, lambda: accepted(inbox, "a"), lambda: accepted(inbox, "b"), bad, bad)
    assert [one is StorageUnavailableError for one in answers] == [False, False, True, True]
    assert count(database) == 2


def test_a_database_that_is_away_is_told_to_all() -> None:
    engine = create_engine("postgresql+psycopg://127.0.0.1:1/nowhere")
    inbox = SqlInbox(engine, lambda: NOON, Rings())
    with ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(accepted, inbox, None) for _ in range(12)]
    assert {type(one.exception()) for one in futures} == {StorageUnavailableError}
    engine.dispose()


def test_a_connection_that_was_cut_costs_nobody_a_delivery(database: Engine) -> None:
    inbox = SqlInbox(database, lambda: NOON, Rings())
    accepted(inbox, None)
    with database.connect() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{cut} AND pid <> pg_backend_pid()"))
    assert not accepted(inbox, None).repeat
    with pytest.raises(StorageUnavailableError):
        inbox.accept("jira\x00", key=None, content_type="text/plain", headers={}, body=b"")
    assert count(database) == 2

"""What was kept for long enough is removed; what is open, waits, or tells a repeat from news is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from core.access import NewToken
from core.model import Role
from core.store import retention as stored
from core.store.tables import metadata, tickets
from core.work.access import SqlAccess
from core.work.retention import Keep, Retention
from rung.embedded import Postgres
from tests.integration.world import World, world

DAY = 24 * 60
KEEP = Keep(
    deliveries=timedelta(days=90),
    failed=timedelta(days=365),
    tickets=timedelta(days=400),
    unknowns=timedelta(days=365),
    tokens=timedelta(days=365),
)


@pytest.fixture(scope="module")
def shared(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = postgres_server.make_database("retention", template="migrated")
    with world(url, tmp_path_factory.mktemp("retention")) as made:
        yield made


@pytest.fixture
def here(shared: World) -> World:
    """The same world with an empty database: making one takes seconds."""
    _change(shared, f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
    return shared


def _retention(here: World, keep: Keep = KEEP) -> Retention:
    return Retention(here.database, lambda: here.now, keep)


def _closed_ticket(here: World, **labels: str) -> None:
    """One that fired, was resolved, and closed by itself."""
    here.alert(**labels)
    here.jump(1)
    here.alert(over=True, **labels)
    here.jump(30 * DAY)


def _count(here: World, table: str) -> int:
    with here.database.begin() as connection:
        return connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()


def _change(here: World, statement: str, **values: Any) -> None:
    with here.database.begin() as connection:
        connection.execute(text(statement), values)


def test_what_is_over_for_long_enough_goes_and_what_is_younger_stays(here: World) -> None:
    _closed_ticket(here, pod="old")
    here.jump(380 * DAY)
    _closed_ticket(here, pod="young")
    assert _count(here, "tickets") == 2
    before = {one.table: one.removable for one in _retention(here).look()}
    removed = _retention(here).sweep()
    assert {name: removed[name] for name in before} == before
    assert removed["tickets"] == 1
    assert removed["deliveries"] > 0
    with here.database.begin() as connection:
        assert connection.execute(select(tickets.c.id)).scalars().all() == [2]
    for table in ("timeline", "actions", "records", "alerts"):
        with here.database.begin() as connection:
            of_others = select(func.count()).where(metadata.tables[table].c.ticket_id != 2)
            assert connection.execute(of_others).scalar_one() == 0, table
    assert set(_retention(here).sweep().values()) == {0}


def test_nothing_is_removed_by_a_look_or_where_it_is_kept_for_ever(here: World) -> None:
    _closed_ticket(here)
    here.jump(500 * DAY)
    assert any(one.removable for one in _retention(here).look())
    counts = {name: _count(here, name) for name in metadata.tables}
    _retention(here).look()
    _retention(here, Keep()).sweep()
    assert {name: _count(here, name) for name in metadata.tables} == counts


def test_an_open_ticket_and_a_delivery_that_waits_stay_whatever_their_age(here: World) -> None:
    here.alert()
    _change(here, "UPDATE deliveries SET status = 'received', attempt_at = 'infinity'")
    here.now += timedelta(days=4000)
    assert sum(_retention(here).sweep().values()) == 0
    assert _count(here, "tickets") == 1
    assert _count(here, "deliveries") > 0


def test_a_delivery_that_failed_waits_longer_to_be_replayed(here: World) -> None:
    assert here.post("alertmanager", b"[]").status_code == 202
    here.settle()
    here.now += timedelta(days=100)
    assert _retention(here).sweep()["deliveries"] == 0
    here.now += timedelta(days=300)
    assert _retention(here).sweep()["deliveries"] == 1


@pytest.mark.parametrize(
    "waits",
    [
        "UPDATE actions SET status = 'pending', attempt_at = 'infinity' WHERE id = (SELECT max(id) FROM actions)",
        "UPDATE actions SET status = 'held', held_until = 'infinity' WHERE id = (SELECT max(id) FROM actions)",
        "INSERT INTO signals (ticket_id, kind, body) VALUES (1, 'like_count', '{}')",
        "INSERT INTO shift_changes (ticket_id, body) VALUES (1, '{}')",
        "INSERT INTO timers (ticket_id, kind, name, due_at, token) VALUES (1, 'close', '', 'infinity', 1)",
        "INSERT INTO surges (ticket_id, count, began_at) VALUES (1, 9, now())",
        """UPDATE tickets SET body = jsonb_set(body, '{alerts,0,firing}', 'true')""",
        """INSERT INTO tickets (uid, state, is_open, severity, service, team, acknowledged, exhausted, opened_at,
            updated_at, body, parent) SELECT 'other', 'new', true, 1, '', '', false, false, now(), now(), '{}', 1""",
    ],
)
def test_a_ticket_of_which_anything_waits_stays(here: World, waits: str) -> None:
    _closed_ticket(here)
    _change(here, waits)
    here.now += timedelta(days=500)
    _retention(here).sweep()
    with here.database.begin() as connection:
        assert 1 in connection.execute(select(tickets.c.id)).scalars().all()


def test_what_an_open_major_incident_gathered_stays_with_it(here: World) -> None:
    _closed_ticket(here, pod="child")
    here.alert(pod="major")
    _change(here, "UPDATE tickets SET parent = 2, gathered = true WHERE id = 1")
    here.now += timedelta(days=500)
    _retention(here).sweep()
    assert _count(here, "tickets") == 2
    _change(here, "UPDATE tickets SET is_open = false WHERE id = 2")
    _retention(here).sweep()
    assert _count(here, "tickets") == 1


def test_an_alert_that_is_repeated_after_its_ticket_was_removed_opens_one_new_ticket(here: World) -> None:
    _closed_ticket(here)
    here.now += timedelta(days=500)
    here.tell_time()
    _retention(here).sweep()
    assert _count(here, "tickets") == 0
    here.alert()
    here.alert()
    assert _count(here, "tickets") == 1


def test_many_pages_are_worked_off_and_a_stop_is_heard(here: World) -> None:
    _change(
        here,
        """INSERT INTO deliveries (source, received_at, content_type, headers, body, status)
           SELECT 'alertmanager', :at, 'application/json', '{}', '', 'applied' FROM generate_series(1, 2500)""",
        at=here.now,
    )
    here.now += timedelta(days=100)
    assert set(_retention(here).sweep(lambda: True).values()) == {0}
    assert _retention(here).sweep()["deliveries"] == 2500


def test_one_sweeper_works_at_a_time(here: World) -> None:
    _closed_ticket(here)
    here.now += timedelta(days=500)
    with here.database.begin() as connection:
        assert stored.alone(connection)
        assert sum(_retention(here).sweep().values()) == 0
    assert sum(_retention(here).sweep().values()) > 0


def test_a_ticket_that_is_being_stepped_is_left_for_the_next_time(here: World) -> None:
    _closed_ticket(here)
    here.now += timedelta(days=500)
    with here.database.begin() as connection:
        connection.execute(text("SELECT id FROM tickets FOR NO KEY UPDATE"))
        assert _retention(here).sweep()["tickets"] == 0
    assert _retention(here).sweep()["tickets"] == 1


def test_the_clock_looks_once_an_hour(here: World) -> None:
    _closed_ticket(here)
    here.now += timedelta(days=500)
    keeping = _retention(here)
    assert keeping.drain() > 0
    _change(here, "INSERT INTO unknowns (kind, place, name, count, first_at, last_at) VALUES ('value', '', 'x', 1, "
            "'2020-01-01', '2020-01-01')")  # fmt: skip
    assert keeping.drain() == 0
    assert replace(keeping, every=0.0).drain() == 1


def test_what_polling_may_still_meet_is_known_and_what_it_has_passed_is_forgotten(here: World) -> None:
    here.poll()
    _change(here, "INSERT INTO heard (platform, record_id, at) VALUES ('servicenow', 'x', now() - interval '15 days')")
    _change(here, "UPDATE watermarks SET at = now() - interval '20 days'")
    assert _retention(here).sweep()["heard"] == 0
    _change(here, "UPDATE watermarks SET at = now()")
    assert _retention(here).sweep()["heard"] == 1


def test_whatever_refers_to_a_ticket_goes_with_it_or_keeps_it() -> None:
    referring = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "tickets"
    } | {table.name for table in metadata.tables.values() if "ticket_id" in table.c}
    gone = {table.name for table in stored._OF_TICKETS}
    assert referring == gone | {"timers", "shift_changes"}


def test_a_token_goes_a_while_after_it_ended_and_a_session_when_it_has_ended(here: World) -> None:
    access = SqlAccess(here.database)
    wanted = [
        NewToken(name=name, role=Role.VIEWER, life=timedelta(days=30), by="lee")
        for name in ("works", "new", "old", "left")
    ]
    made = {one.name: access.create_token(one)[0].id for one in wanted}
    _change(here, "UPDATE tokens SET expires_at = now() - interval '364 days' WHERE name = 'new'")
    _change(here, "UPDATE tokens SET expires_at = now() - interval '366 days' WHERE name = 'old'")
    _change(here, "UPDATE tokens SET revoked_at = now() - interval '366 days' WHERE name = 'left'")
    for who, life in (("dana", timedelta(hours=1)), ("lee", timedelta(seconds=-1))):
        access.begin(subject=who, email=f"{who}@example.com", name=who, role=Role.VIEWER, life=life)
    assert {one.table: one.removable for one in _retention(here).look()}["tokens"] == 2
    removed = _retention(here).sweep()
    assert (removed["tokens"], removed["sessions"]) == (2, 1)
    assert {one.id for one in access.tokens()} == {made["works"], made["new"]}
    assert [one.subject for one in access.sessions()] == ["dana"]
    assert "tokens" not in _retention(here, Keep()).sweep()

"""Tickets that are stepped at the same time, on the real database."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from core.model import LikeCount
from core.store import signals, tickets
from core.store.database import connect
from tests.integration.core.test_core_store import opened
from tests.unit.core.conftest import an_alert


def test_what_a_ticket_is_told_is_taken_up_in_one_go_up_to_what_must_wait(postgres_url: str) -> None:
    database = connect(postgres_url)
    lease = timedelta(seconds=30)
    with database.begin() as first:
        one, other = opened(first, an_alert(key="one")), opened(first, an_alert(key="other"))
        for count in (1, 2, 3, 4):
            signals.send(first, one.id, LikeCount(count))
        signals.send(first, other.id, LikeCount(5))
        first.execute(text("UPDATE signals SET attempt_at = clock_timestamp() + interval '1 hour' WHERE id = 3"))
    with database.begin() as first, database.begin() as second:
        mine = signals.claim(first, lease, 10)
        assert [told.read() for told in mine] == [LikeCount(1), LikeCount(2), LikeCount(5)]
        assert signals.claim(second, lease, 10) == [], "nobody has a part of what another has"
    with database.begin() as first:
        assert signals.strike(first, mine) == {told.id for told in mine}
        assert signals.claim(first, lease, 10) == [], "the fourth waits for the third"
        signals.give_back(first, mine, timedelta(0))
    database.dispose()


def test_two_tickets_whose_steps_tell_each_other_something_do_not_wait_for_each_other(postgres_url: str) -> None:
    database = connect(postgres_url)
    with database.begin() as first:
        one, other = opened(first, an_alert(key="one")), opened(first, an_alert(key="other"))
    with database.begin() as first, database.begin() as second:
        for connection in (first, second):
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
        tickets.get(first, one.id, lock=True)
        tickets.get(second, other.id, lock=True)
        signals.send(first, other.id, LikeCount(2))
        signals.send(second, one.id, LikeCount(2))
    with database.begin() as first:
        assert signals.are_waiting(first)
    database.dispose()

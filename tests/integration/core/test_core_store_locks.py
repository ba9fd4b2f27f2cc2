"""Tickets that are stepped at the same time, on the real database."""

from __future__ import annotations

from sqlalchemy import text

from core.model import LikeCount
from core.store import signals, tickets
from core.store.database import connect
from tests.integration.core.test_core_store import opened
from tests.unit.core.conftest import an_alert


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

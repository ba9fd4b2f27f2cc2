"""The store on the real database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from core.engine import step
from core.model import (
    Acknowledge,
    ActionStatus,
    Changes,
    Comment,
    Event,
    Receipt,
    Report,
    Ticket,
    TimerDue,
    Unopened,
    Verb,
)
from core.store import breakers, claims, decided, deliveries, documents, saving, tickets, timers, views
from core.store.database import migrate, newest_revision, revision
from core.store.tables import metadata
from tests.unit.core.conftest import NOON, REF, a_policy, an_alert

LEASE = timedelta(seconds=30)
NO_TIME = timedelta(0)


def claim_one(connection: Connection, lease: timedelta) -> claims.Claimed | None:
    return next(iter(claims.claim(connection, lease, limit=1)), None)


@pytest.fixture
def connection(database: Engine) -> Iterator[Connection]:
    with database.begin() as connection:
        yield connection


def opened(connection: Connection, event: Event | None = None) -> Ticket:
    outcome = step(tickets.reserve(connection, 1)[0], event or an_alert(), a_policy(), NOON)
    saving.save(connection, None, outcome)
    assert outcome.ticket is not None
    return outcome.ticket


def stepped(connection: Connection, ticket: Ticket, stimulus: object, minutes: float = 0) -> Ticket:
    outcome = step(ticket, stimulus, a_policy(), NOON + timedelta(minutes=minutes))  # type: ignore[arg-type]
    saving.save(connection, ticket, outcome)
    assert outcome.ticket is not None
    return outcome.ticket


def test_the_migrations_make_exactly_the_tables_that_the_code_expects(database: Engine) -> None:
    with database.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert revision(connection) == newest_revision()


def test_migrating_twice_changes_nothing(postgres_url: str) -> None:
    assert migrate(postgres_url) == newest_revision()


def test_a_ticket_comes_back_as_it_was_saved(connection: Connection) -> None:
    ticket = opened(connection)
    assert tickets.get(connection, ticket.id) == ticket
    assert next(entry.reason.name for entry in views.entries(connection, ticket.id)) == "opened_by_alert"


def test_an_alert_finds_its_ticket_and_a_stranger_none(connection: Connection) -> None:
    ticket = opened(connection)
    assert tickets.find(connection, an_alert()) == ticket.id
    assert tickets.find(connection, an_alert(key="other")) is None


def test_our_own_record_is_found_by_its_operation_before_the_answer_came(connection: Connection) -> None:
    from tests.unit.core.conftest import a_record_event

    ticket = opened(connection)
    echo = a_record_event(own=True, operation_id=f"{ticket.uid}-1")
    assert tickets.find(connection, echo) == ticket.id


def test_a_timer_is_due_when_the_policys_time_has_come(connection: Connection) -> None:
    ticket = opened(connection)
    assert timers.due(connection, NOON + timedelta(minutes=4), 10) == []
    assert timers.due(connection, NOON + timedelta(minutes=5), 10) == [
        (ticket.id, TimerDue(ticket.timers[0].kind, ticket.timers[0].token), ticket.timers[0].due_at)
    ]
    timers.put_off(connection, ticket.id, TimerDue(ticket.timers[0].kind, ticket.timers[0].token), "it broke")
    assert timers.due(connection, NOON + timedelta(minutes=5), 10) == []


def test_a_delivery_key_is_stored_once(connection: Connection) -> None:
    def store(key: str | None) -> deliveries.Stored:
        return deliveries.store(
            connection, "jira", key=key, received_at=NOON, content_type="application/json", headers={}, body=b"{}"
        )

    first, second, other = store("a"), store("a"), store(None)
    assert (first.id, False, True) == (second.id, first.repeat, second.repeat)
    assert other.id != store(None).id


def test_a_claimed_delivery_is_nobody_elses_until_its_lease_runs_out(database: Engine) -> None:
    with database.begin() as connection:
        deliveries.store(
            connection, "jira", key=None, received_at=NOON, content_type="text/plain", headers={}, body=b"\x00\xff"
        )
    with database.begin() as connection:
        ((delivery, attempts),) = deliveries.claim(connection, LEASE)
        assert (delivery.body, attempts) == (b"\x00\xff", 1)
    with database.begin() as connection:
        assert deliveries.claim(connection, LEASE) == []
        connection.execute(text("UPDATE deliveries SET attempt_at = clock_timestamp()"))
        ((again, attempts),) = deliveries.claim(connection, LEASE)
        assert (again.id, attempts) == (delivery.id, 2)


def test_one_lane_is_worked_off_in_order_and_one_at_a_time(database: Engine) -> None:
    with database.begin() as connection:
        ticket = opened(connection)
        stepped(connection, ticket, TimerDue(ticket.timers[0].kind, ticket.timers[0].token), 5)
    with database.begin() as connection:
        create = claim_one(connection, LEASE)
        assert create is not None
        assert create.action.verb is Verb.CREATE_RECORD
    with database.begin() as connection:
        others = [claim_one(connection, LEASE), claim_one(connection, LEASE)]
        assert [one.action.verb for one in others if one] == [Verb.NOTIFY]
        claims.finish(connection, create.id, ActionStatus.DONE)
        write = claim_one(connection, LEASE)
        assert write is not None
        assert write.action.verb is Verb.WRITE_RECORD


def test_two_workers_never_take_up_the_same_action(database: Engine) -> None:
    with database.begin() as connection:
        for number in range(20):
            opened(connection, an_alert(key=f"f{number}"))
    taken: list[int] = []

    def work() -> None:
        while True:
            with database.begin() as connection:
                claimed = claim_one(connection, LEASE)
            if claimed is None:
                return
            taken.append(claimed.id)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(taken) == 40
    assert len(set(taken)) == 40


def test_an_action_whose_worker_died_is_taken_up_with_care(database: Engine) -> None:
    with database.begin() as connection:
        opened(connection)
        first = claim_one(connection, NO_TIME)
        assert first is not None
        assert not first.look_first
    with database.begin() as connection:
        second = claim_one(connection, LEASE)
        assert second is not None
        assert (second.id, second.look_first) == (first.id, True)
        assert not claims.is_still_claimed(connection, first)
        assert claims.is_still_claimed(connection, second)


def test_a_newer_assignment_supersedes_one_not_yet_sent_but_no_note_is_lost(connection: Connection) -> None:
    ticket = opened(connection)
    create = claim_one(connection, LEASE)
    assert create is not None
    ticket = stepped(connection, ticket, TimerDue(ticket.timers[0].kind, ticket.timers[0].token), 5)
    stepped(connection, ticket, Acknowledge("ines", "here"), 6)
    rows = views.action_rows(connection, ticket_id=ticket.id)
    writes = [row for row in rows if row.verb is Verb.WRITE_RECORD]
    assert [row.summary for row in writes] == ["state in progress, assignee ines, a note", "team pay, a note"]


def test_an_older_write_with_nothing_left_is_superseded(connection: Connection) -> None:
    from core.model import Action, Reason, ReasonCode

    ticket = opened(connection)
    reason = Reason(ReasonCode.ECHO, {"platform": "snow"})

    def write(number: int, changes: Changes) -> Action:
        return Action(
            operation_id=f"op-{number}",
            ticket_id=ticket.id,
            verb=Verb.WRITE_RECORD,
            lane="lane",
            platform="snow",
            reason=reason,
            changes=changes,
        )

    decided.add(connection, [write(1, Changes(assignee="dana"))], ticket.severity, NOON)
    decided.add(connection, [write(2, Changes(assignee="lee", comments=(Comment("why"),)))], ticket.severity, NOON)
    rows = {row.operation_id: row.status for row in views.action_rows(connection)}
    assert rows["op-1"] is ActionStatus.SUPERSEDED
    assert rows["op-2"] is ActionStatus.PENDING


def test_an_acknowledgement_withdraws_the_notices_that_wait(connection: Connection) -> None:
    ticket = opened(connection)
    stepped(connection, ticket, Acknowledge("dana", "here"))
    notices = [row for row in views.action_rows(connection) if row.verb is Verb.NOTIFY]
    assert [row.status for row in notices] == [ActionStatus.SUPERSEDED]


def test_a_confirmed_write_is_shown_as_such(connection: Connection) -> None:
    from tests.unit.core.conftest import a_record_event

    ticket = opened(connection)
    create = claim_one(connection, LEASE)
    assert create is not None
    claims.finish(connection, create.id, ActionStatus.DONE)
    ticket = stepped(connection, ticket, Report(create.action, Receipt(REF, 0)))
    stepped(connection, ticket, a_record_event(own=True))
    assert views.action_rows(connection, status=ActionStatus.CONFIRMED)[0].id == create.id


def test_five_failures_in_a_row_open_the_breaker_and_one_success_closes_it(database: Engine) -> None:
    with database.begin() as connection:
        opened(connection)
    for number in range(breakers.TRIPS_AFTER):
        with database.begin() as connection:
            is_open = breakers.failed(connection, "snow", "it does not answer", NO_TIME)
            assert is_open is (number == breakers.TRIPS_AFTER - 1)
    with database.begin() as connection:
        claimed = [claim_one(connection, LEASE), claim_one(connection, LEASE)]
        assert [one.action.verb for one in claimed if one] == [Verb.NOTIFY]
        assert views.health(connection, ["snow"])[0].since is not None
        breakers.succeeded(connection, "snow")
        assert claim_one(connection, LEASE) is not None
        assert views.health(connection, ["snow"])[0].since is None


def test_when_the_pause_is_over_one_worker_tries_and_the_others_wait(database: Engine) -> None:
    with database.begin() as connection:
        opened(connection, an_alert(key="f1"))
        opened(connection, an_alert(key="f2"))
        connection.execute(text("DELETE FROM actions WHERE verb = 'notify'"))
        for _ in range(breakers.TRIPS_AFTER):
            breakers.failed(connection, "snow", "it does not answer", NO_TIME)
        connection.execute(text("UPDATE breakers SET open_until = clock_timestamp()"))
    with database.begin() as connection:
        probe = claim_one(connection, LEASE)
        assert probe is not None
    with database.begin() as connection:
        assert claim_one(connection, LEASE) is None


def test_a_document_gets_a_new_version_only_when_it_differs(connection: Connection) -> None:
    assert documents.put(connection, "policy", "a", "me") == (1, True)
    assert documents.put(connection, "policy", "a", "me") == (1, False)
    assert documents.put(connection, "policy", "b", "me") == (2, True)
    assert documents.newest(connection)["policy"].content == "b"
    first = documents.get(connection, "policy", 1)
    assert first is not None
    assert first.content == "a"
    assert documents.versions(connection) == {"policy": 2}


def test_the_version_of_the_board_changes_with_a_commit_and_not_without(database: Engine) -> None:
    def version() -> str:
        with database.begin() as connection:
            return views.version(connection)

    before = version()
    assert version() == before
    with database.begin() as connection:
        opened(connection)
    assert version() != before


def test_an_identity_is_never_given_twice(connection: Connection) -> None:
    identities = tickets.reserve(connection, 50)
    assert len({one.uid for one in identities} | {str(one.id) for one in identities}) == 100
    assert all(isinstance(one, Unopened) for one in identities)

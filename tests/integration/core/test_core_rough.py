"""What hostile input, dying workers and a database in trouble do to the work: to their own part of it only."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.model import (
    Action,
    Changes,
    Comment,
    EventKind,
    Party,
    Reason,
    ReasonCode,
    Receipt,
    RecordRef,
    Report,
    Severity,
    State,
    Verb,
)
from core.policy import Policy
from core.store import breakers, decided, deliveries, tickets
from core.store.codec import from_json
from core.work import intake
from core.work.apply import apply_event, apply_to
from core.work.failures import is_away, is_lasting, told
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import BEGIN, World, world
from tests.unit.core.conftest import a_record_event, an_alert

LEASE = timedelta(seconds=30)
NO_TIME = timedelta(0)


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


class Troubled:
    """Policies that fail as often as told, and then are those of the world."""

    def __init__(self, here: World, error: Exception, times: int = 1) -> None:
        self.here, self.error, self.times = here, error, times

    def newest(self) -> Policy:
        return self.version(1)

    def version(self, version: int) -> Policy:
        del version
        self.times -= 1
        if self.times >= 0:
            raise self.error
        return self.here.policy


def stored(here: World, *alerts: Alert) -> None:
    """Alertmanager's delivery, stored and not yet looked at."""
    assert here.post("alertmanager", json.dumps(alertmanager(list(alerts))).encode()).status_code == 202


def an_alert_of(name: str) -> Alert:
    return Alert({"alertname": name, "service": "payments-api", "severity": "critical"}, {"summary": name}, BEGIN, None)


def status(here: World) -> str:
    return here.app.desk.deliveries()[0].status.value


def test_a_pool_without_a_free_connection_puts_a_delivery_off(here: World) -> None:
    stored(here, an_alert_of("One"))
    replace(here.app.intake, policies=Troubled(here, PoolTimeout("all connections are in use"))).drain()
    assert status(here) == "received"
    with here.database.begin() as connection:
        connection.execute(text("UPDATE deliveries SET attempt_at = clock_timestamp()"))
    here.settle()
    assert status(here) == "applied"


def test_a_stream_that_never_ends_does_not_keep_waiting_what_was_taken_up_often(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_BATCH", 1)
    monkeypatch.setattr(intake, "_TURN", 2)
    for name in ("Often", "One", "Two", "Three"):
        stored(here, Alert({"alertname": name}, {"summary": name}, BEGIN, None))
    with here.database.begin() as connection:
        connection.execute(text("UPDATE deliveries SET attempts = 5 WHERE id = 1"))
    here.app.intake.drain()
    assert [here.page(number).ticket.title for number in range(1, 5)] == ["One", "Often", "Two", "Three"]


def test_a_pool_without_a_free_connection_does_not_end_an_action(here: World) -> None:
    stored(here, an_alert_of("One"))
    here.app.intake.drain()
    with pytest.raises(PoolTimeout):
        replace(here.app.deliverer, policies=Troubled(here, PoolTimeout("in use"), times=3), threads=1).drain()
    assert {row.status.value for row in here.app.desk.actions()} == {"pending"}


class Gone:
    """A clock that a database which is away breaks off: the next time that it is asked, or never."""

    def __init__(self, here: World) -> None:
        self.here, self.times = here, 1

    def __call__(self) -> datetime:
        self.times -= 1
        if self.times >= 0:
            raise OperationalError("COMMIT", {}, psycopg.OperationalError("server closed the connection"))
        return self.here.now


def test_what_was_done_is_noted_when_a_database_that_went_away_is_back(here: World) -> None:
    stored(here, an_alert_of("One"))
    here.app.intake.drain()
    replace(here.app.deliverer, clock=Gone(here), threads=1).drain()
    assert {row.status.value for row in here.app.desk.actions()} <= {"done", "confirmed"}
    assert here.messages.told == ["dana.reyes"]
    assert len(here.box.calls("servicenow", "POST", "*/table/incident")) == 1


def test_what_a_database_that_went_away_broke_off_is_taken_up_soon_not_when_its_lease_runs_out(here: World) -> None:
    stored(here, an_alert_of("One"))
    replace(here.app.intake, clock=Gone(here)).drain()
    assert status(here) == "received"
    deadline = time.monotonic() + 10
    while status(here) == "received" and time.monotonic() < deadline:
        here.app.intake.drain()
    assert status(here) == "applied"


def test_a_ticket_whose_step_takes_too_long_does_not_hold_up_the_clock(here: World) -> None:
    stored(here, an_alert_of("One"), an_alert_of("Two"))
    here.settle()
    here.now += timedelta(minutes=6)
    slow = OperationalError("SELECT", {}, psycopg.errors.QueryCanceled("statement timeout"))
    # Together with the other, as half of them, and alone.
    assert replace(here.sweeper, policies=Troubled(here, slow, times=3)).sweep() == 1
    assert sorted(here.page(number).ticket.level for number in (1, 2)) == [1, 2]


def test_what_takes_longer_than_its_lease_counts_once(here: World) -> None:
    stored(here, an_alert_of("One"))
    with here.database.begin() as connection:
        ((delivery, attempts),) = deliveries.claim(connection, NO_TIME)
    here.settle()
    entries = len(here.page().entries)
    here.app.intake._take(delivery, attempts)
    assert len(here.page().entries) == entries
    assert status(here) == "applied"


def test_a_delivery_over_which_workers_die_is_given_up_and_can_be_replayed(here: World) -> None:
    stored(here, an_alert_of("One"))
    with here.database.begin() as connection:
        connection.execute(text("UPDATE deliveries SET attempts = 12"))
    here.settle()
    assert status(here) == "failed"
    here.app.desk.replay_delivery(1)
    here.settle()
    assert status(here) == "applied"


def test_an_action_over_which_workers_die_is_given_up_and_said(here: World) -> None:
    stored(here, an_alert_of("One"))
    here.app.intake.drain()
    with here.database.begin() as connection:
        connection.execute(text("UPDATE actions SET attempts = 12 WHERE verb = 'create_record'"))
    here.settle()
    assert ReasonCode.WRITE_REFUSED in here.reasons()


def test_what_others_died_over_is_taken_up_alone(here: World) -> None:
    stored(here, an_alert_of("One"))
    stored(here, an_alert_of("Two"))
    with here.database.begin() as connection:
        connection.execute(text("UPDATE deliveries SET attempts = 4"))
    assert len(here.app.intake._claim()) == 1


def test_a_key_longer_than_an_index_takes_is_found_again(here: World) -> None:
    alert = an_alert(source="alertmanager", key=secrets.token_hex(6000))
    ref = RecordRef("servicenow", "incident", secrets.token_hex(6000), secrets.token_hex(6000))
    record = a_record_event(source="servicenow", kind=EventKind.CREATED, record=ref)
    for event in (alert, record):
        for expected in (ReasonCode.LEVEL_BEGUN, ReasonCode.REPEATED):
            with here.database.begin() as connection:
                outcome = apply_event(connection, event, here.app.intake.policies, here.now)
            assert expected in [entry.reason.code for entry in outcome.entries]


def test_a_copy_of_our_record_is_a_ticket_of_its_own(here: World) -> None:
    with here.database.begin() as connection:
        policies = here.app.intake.policies
        ticket = apply_event(connection, an_alert(source="alertmanager"), policies, here.now).ticket
        assert ticket is not None
        operation = f"{ticket.uid}-1"
        query = "SELECT body FROM actions WHERE operation_id = :id"
        create = from_json(connection.execute(text(query), {"id": operation}).scalar_one(), Action)
        original = RecordRef("servicenow", "incident", "a1", "INC1")
        apply_to(connection, ticket.id, Report(create, Receipt(original, 1)), policies, here.now)
        copy = a_record_event(
            source="servicenow",
            kind=EventKind.CREATED,
            record=replace(original, id="b2", key="INC2"),
            operation_id=operation,
            assignee=Party(email="lee.park@example.com"),
        )
        other = apply_event(connection, copy, policies, here.now).ticket
        assert other is not None
        assert other.id != ticket.id
        same = tickets.get(connection, ticket.id)
        assert same is not None
        assert same.records[0].ref == original
        assert not same.is_acknowledged


def test_a_record_that_nobody_may_read_is_not_created_anew(here: World) -> None:
    body = {"table": "incident", "number": "INC0999999", "operation": "insert", "state": "1", "short_description": "x"}
    here.post("servicenow", json.dumps(body).encode())
    here.settle()
    assert here.box.incidents() == []
    assert status(here) == "received"
    assert "INC0999999" in here.app.desk.deliveries()[0].error


def test_a_replayed_write_leaves_alone_what_a_newer_one_says(here: World) -> None:
    stored(here, an_alert_of("One"))
    here.settle()
    reason = Reason(ReasonCode.ALERT_CLEARED, {"source": "test"})

    def write(number: int, **changes: object) -> Action:
        return Action(
            operation_id=f"test-{number}",
            ticket_id=1,
            verb=Verb.WRITE_RECORD,
            lane="1/servicenow",
            platform="servicenow",
            reason=reason,
            changes=Changes(**changes),  # type: ignore[arg-type] # a test's own words
        )

    with here.database.begin() as connection:
        decided.add(connection, [write(1, assignee="dana.reyes", comments=(Comment("a note"),))], Severity.SEV1, BEGIN)
        connection.execute(text("UPDATE actions SET status = 'dead' WHERE operation_id = 'test-1'"))
        decided.add(connection, [write(2, assignee="lee.park")], Severity.SEV1, BEGIN)
    here.settle()
    (dead,) = [row for row in here.app.desk.actions() if row.status.value == "dead"]
    here.app.desk.replay_action(dead.id)
    here.settle()
    (incident,) = here.box.incidents()
    assert incident["fields"]["assigned_to"] == here.person("lee.park")["sys_id"]
    assert any("a note" in str(note) for note in incident["work_notes"])


def test_a_probe_that_is_refused_lets_the_next_one_try_at_once(here: World) -> None:
    with here.database.begin() as connection:
        for _ in range(breakers.TRIPS_AFTER):
            breakers.failed(connection, "servicenow", "no answer", NO_TIME)
        connection.execute(text("UPDATE breakers SET open_until = clock_timestamp()"))
    here.box.fault("servicenow", kind="status", status=403, method="POST", path="*/table/incident", times=1)
    stored(here, an_alert_of("One"), an_alert_of("Two"))
    here.settle()
    assert len(here.box.incidents()) == 1


def test_an_error_is_told_without_the_statement_and_its_values(here: World) -> None:
    with pytest.raises(OperationalError) as caught, here.database.begin() as connection:
        connection.execute(
            text("INSERT INTO alerts VALUES ('a', :key, 1)"), {"key": "very-secret" + secrets.token_hex(9000)}
        )
    assert is_lasting(caught.value)
    assert not is_away(caught.value)
    assert told(caught.value).startswith("ProgramLimitExceeded: index row")
    assert "very-secret" not in told(caught.value)
    assert told(ValueError("a\udc80b\x00\nmore")) == "ValueError: a?b?"


def test_a_database_that_is_away_is_told_from_one_that_refuses() -> None:
    gone = OperationalError("SELECT", {}, psycopg.OperationalError("connection refused"))
    locked = OperationalError("SELECT", {}, psycopg.errors.DeadlockDetected("deadlock"))
    assert is_away(gone)
    assert not is_away(locked)
    assert not is_lasting(gone)
    assert not is_lasting(locked)
    assert is_away(PoolTimeout("in use"))
    assert is_lasting(ValueError("a defect"))


def test_a_closed_ticket_whose_alert_fires_anew_is_another_piece_of_work(here: World) -> None:
    stored(here, an_alert_of("One"))
    here.settle()
    with here.database.begin() as connection:
        ticket = tickets.get(connection, 1, lock=True)
        assert ticket is not None
        (alert,) = ticket.alerts
        policies = here.app.intake.policies
        event = an_alert(source=alert.source, key=alert.key)
        apply_event(connection, replace(event, state=State.RESOLVED), policies, here.now)
    here.now += timedelta(days=2)
    here.sweeper.sweep()
    stored(here, an_alert_of("One"))
    here.settle()
    assert here.page(1).ticket.state is State.CLOSED
    assert len(here.app.desk.tickets()) == 1


def test_what_a_person_decided_while_a_write_waited_is_left_alone(here: World) -> None:
    stored(here, an_alert_of("One"))
    here.settle()
    here.now += timedelta(minutes=6)
    here.sweeper.sweep()
    (incident,) = here.box.incidents()
    sam = here.person("sam.okafor")["sys_id"]
    here.box.act("servicenow", "assign", who="sam.okafor", number=incident["number"], to="sam.okafor")
    here.box.settle()
    here.app.intake.drain()
    assert here.page().row.acknowledged_by == "Sam Okafor"
    here.settle()
    assert here.box.incidents()[0]["fields"]["assigned_to"] == sam


def test_people_can_be_told_while_the_platforms_are_left_to_others(here: World) -> None:
    stored(here, an_alert_of("One"))
    here.app.intake.drain()
    assert here.app.deliverer.drain_notices() == 1
    assert here.messages.told == ["dana.reyes"]
    assert here.box.incidents() == []


def test_the_one_whom_we_assigned_in_jira_is_known_there_without_an_e_mail(here: World) -> None:
    fields = {"summary": "Refunds are slow", "priority": {"name": "High"}}
    key = here.box.act("jira", "create", who="ines.moreau", project="OPS", fields=fields)["key"]
    here.settle()
    here.box.act("jira", "comment", who="ines.moreau", key=key, text="Any news?")
    here.settle()
    assert here.page().row.owner == "Dana Reyes"
    assert here.page().row.acknowledged_by == ""
    assert here.page().ticket.records[0].people


def test_a_creation_whose_outcome_cannot_be_known_yet_is_not_given_up_over_the_waiting(here: World) -> None:
    here.box.fault("jira", kind="close", method="POST", path="*/issue")
    here.post("jira-alerts", json.dumps(alertmanager([an_alert_of("One")])).encode())
    here.settle()
    with here.database.begin() as connection:
        connection.execute(text("UPDATE actions SET attempts = 11 WHERE verb = 'create_record'"))
    for _ in range(3):
        here.hurry()
    (creation,) = [row for row in here.app.desk.actions() if row.verb.value == "create_record"]
    assert creation.status.value == "pending"
    assert "its search lags behind" in creation.error


def test_workers_that_died_over_a_message_are_not_taken_for_its_reader_being_out_of_reach(here: World) -> None:
    here.post("alertmanager", json.dumps(alertmanager([an_alert_of("One")])).encode())
    here.app.intake.drain()
    with here.database.begin() as connection:
        died = "UPDATE actions SET status = 'sent', attempts = 3, attempt_at = clock_timestamp() WHERE verb = 'notify'"
        connection.execute(text(died))
    here.settle()
    assert [row.status.value for row in here.app.desk.actions() if row.verb.value == "notify"] == ["done"]
    assert here.messages.told == ["dana.reyes"]

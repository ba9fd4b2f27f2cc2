"""The main job, from webhook to write-back, with time that jumps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.desk import NotFoundError
from core.model import Acknowledge, ReasonCode, State
from sandbox.alerts import Alert, alertmanager
from tests.integration.world import World, world


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def test_an_alert_becomes_an_incident_is_escalated_taken_and_resolved(here: World) -> None:
    assert here.alert().status_code == 202
    (incident,) = here.box.incidents()
    assert incident["fields"]["impact"] == "1"
    assert incident["fields"]["urgency"] == "1"
    assert incident["fields"]["priority"] == "1"
    assert incident["fields"]["assigned_to"] == here.person("dana.reyes")["sys_id"]
    assert len(incident["work_notes"]) == 1
    assert "SEV1 because impact is high and urgency is high." in str(incident["work_notes"][0])
    assert here.messages.told == ["dana.reyes"]

    here.jump(5)
    (incident,) = here.box.incidents()
    assert incident["fields"]["assigned_to"] == here.person("lee.park")["sys_id"]
    assert len(incident["work_notes"]) == 2
    assert here.messages.told == ["dana.reyes", "lee.park"]

    here.box.act("servicenow", "state", who="lee.park", number=incident["number"], state="in_progress")
    here.settle()
    assert here.page().ticket.acknowledged_by == "Lee Park"
    here.jump(60)
    assert here.messages.told == ["dana.reyes", "lee.park"]

    here.alert(over=True)
    (incident,) = here.box.incidents()
    assert incident["fields"]["state"] == "6"
    assert incident["fields"]["close_code"]
    assert incident["fields"]["close_notes"] == "Resolved because alertmanager reports that it is over."
    assert here.page().ticket.state is State.RESOLVED
    assert len(incident["work_notes"]) == 3


def test_a_jira_issue_that_a_person_opens_is_assigned_escalated_taken_and_resolved(here: World) -> None:
    fields = {"summary": "Payments fail", "priority": "Highest"}
    key = here.box.act("jira", "create", who="ines.moreau", project="OPS", fields=fields)["key"]
    here.settle()
    issue = here.box.issue(key)
    assert issue["assignee"] == "dana.reyes"
    assert len(issue["comments"]) == 1
    assert here.page().ticket.severity.value == "SEV1"

    here.jump(5)
    issue = here.box.issue(key)
    assert issue["assignee"] == "lee.park"
    assert len(issue["comments"]) == 2

    here.box.act("jira", "transition", who="lee.park", key=key, to="In Progress")
    here.settle()
    assert here.page().ticket.acknowledged_by == "Lee Park"
    here.box.act("jira", "transition", who="lee.park", key=key, to="Done")
    here.settle()
    assert here.page().ticket.state in {State.RESOLVED, State.CLOSED}
    assert len(here.box.issue(key)["comments"]) == 2
    assert here.reasons()[-1] in {ReasonCode.RESOLVED_BY_PERSON, ReasonCode.CLOSED_BY_PERSON}


def test_an_alert_becomes_a_jira_issue_is_taken_by_link_and_resolved(here: World) -> None:
    here.alert(source="jira-alerts")
    (issue,) = here.box.issues()
    assert issue["assignee"] == "dana.reyes"
    assert issue["priority"] == "Highest"
    link = here.messages.sent[0][2].removeprefix("http://rung.example")
    assert here.flask.test_client().get(link).status_code == 200
    assert not here.page().ticket.is_acknowledged
    answer = here.flask.test_client().post(link, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code < 400, answer.text
    here.settle()
    (issue,) = here.box.issues()
    assert issue["status"] == "In Progress"
    here.alert(over=True, source="jira-alerts")
    (issue,) = here.box.issues()
    assert issue["status"] == "Done"


def test_our_own_writes_come_back_as_confirmations_and_change_nothing(here: World) -> None:
    here.alert()
    here.jump(5)
    ticket = here.page().ticket
    assert not ticket.is_acknowledged
    assert here.reasons().count(ReasonCode.ECHO) == 2
    writes = [row for row in here.page().actions if row.verb.value != "notify"]
    assert {row.status.value for row in writes} == {"confirmed"}
    assert len(here.app.desk.tickets()) == 1


@pytest.mark.parametrize("kind", ["webhook_twice", "webhook_out_of_order"])
def test_doubled_and_reordered_webhooks_change_nothing(here: World, kind: str) -> None:
    here.box.fault("servicenow", kind=kind, times=20)
    here.alert()
    here.jump(5)
    (incident,) = here.box.incidents()
    here.box.act("servicenow", "state", who="lee.park", number=incident["number"], state="in_progress")
    here.settle()
    here.alert(over=True)
    (incident,) = here.box.incidents()
    assert incident["fields"]["state"] == "6"
    assert len(incident["work_notes"]) == 3
    assert here.page().ticket.acknowledged_by == "Lee Park"


@pytest.mark.parametrize(("platform", "source"), [("servicenow", "alertmanager"), ("jira", "jira-alerts")])
def test_a_creation_whose_answer_was_lost_is_found_and_not_repeated(here: World, platform: str, source: str) -> None:
    here.box.fault(platform, kind="commit_then_drop", method="POST", path="*", times=1)
    here.alert(source=source)
    for _ in range(6):
        here.hurry()
    found = here.box.incidents() if platform == "servicenow" else here.box.issues()
    assert len(found) == 1
    assert here.page().row.write_back == "in step"
    assert len(here.app.desk.tickets()) == 1


@pytest.mark.parametrize("fault", [{"kind": "commit_then_drop"}, {"kind": "status", "status": 500}])
def test_a_note_whose_answer_was_lost_is_written_once(here: World, fault: dict[str, object]) -> None:
    here.alert()
    here.box.fault("servicenow", method="PATCH", path="*/incident/*", times=1, **fault)
    here.jump(5)
    here.hurry()
    (incident,) = here.box.incidents()
    assert len(incident["work_notes"]) == 2
    assert incident["fields"]["assigned_to"] == here.person("lee.park")["sys_id"]
    assert here.page().row.write_back == "in step"


def test_a_jira_comment_whose_answer_was_lost_is_written_once(here: World) -> None:
    here.box.fault("jira", kind="commit_then_drop", method="POST", path="*/comment", times=1)
    here.alert(source="jira-alerts")
    for _ in range(3):
        here.hurry()
    (issue,) = here.box.issues()
    assert len(issue["comments"]) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "retry_after": 1},
        {"kind": "status", "status": 429},
        {"kind": "status", "status": 502},
        {"kind": "accepted"},
        {"kind": "html"},
        {"kind": "close"},
    ],
    ids=str,
)
def test_a_platform_that_misbehaves_for_a_while_gets_everything_in_the_end(
    here: World, fault: dict[str, object]
) -> None:
    here.box.fault("servicenow", method="*", path="*/table/incident*", times=7, **fault)
    here.alert()
    for _ in range(10):
        here.hurry()
    here.box.heal()
    here.hurry()
    (incident,) = here.box.incidents()
    assert incident["fields"]["assigned_to"] == here.person("dana.reyes")["sys_id"]
    assert len(incident["work_notes"]) == 1
    assert here.page().row.write_back == "in step"


def test_a_refused_write_is_dead_lettered_shown_and_can_be_replayed(here: World) -> None:
    here.box.fault("servicenow", kind="status", status=403, method="POST", path="*/table/incident", times=1)
    here.alert()
    (dead,) = [row for row in here.app.desk.actions() if row.status.value == "dead"]
    assert dead.error
    assert here.page().row.write_back == "failed"
    here.app.desk.replay_action(dead.id)
    here.settle()
    assert len(here.box.incidents()) == 1
    assert here.page().row.write_back == "in step"
    assert here.page().row.key.startswith("INC")


def test_what_cannot_be_understood_is_kept_shown_and_replayed(here: World) -> None:
    answer = here.post("alertmanager", b'{"alerts": "none of your business"}')
    assert answer.status_code == 202
    here.settle()
    (row,) = here.app.desk.deliveries()
    assert row.status.value == "unmapped"
    assert row.error
    here.app.desk.replay_delivery(row.id)
    here.settle()
    assert here.app.desk.deliveries()[0].status.value == "unmapped"


def test_a_person_whom_no_message_reaches_is_passed_over(here: World) -> None:
    here.messages.refuses = {("dana.reyes", 0), ("dana.reyes", 1)}
    here.alert()
    assert here.messages.told == ["lee.park"]
    assert here.page().ticket.level == 2
    (incident,) = here.box.incidents()
    assert incident["fields"]["assigned_to"] == here.person("lee.park")["sys_id"]


def test_a_rule_that_says_only_a_number_has_the_record_read_again(here: World) -> None:
    made = here.box.act("servicenow", "create", who="ines.moreau", fields={"short_description": "Slow", "impact": "1"})
    here.box.targets("servicenow", [])
    body = f'{{"number": "{made["number"]}", "short_description": "Slow", "ci_name": "payments-api"}}'
    here.post("servicenow", body.encode())
    here.settle()
    assert here.page().row.key == made["number"]
    assert here.page().ticket.impact == 1


def test_nobody_left_to_ask_marks_the_ticket_and_tells_the_last_resort(here: World) -> None:
    here.alert()
    here.jump(5)
    here.jump(5)
    assert here.page().ticket.exhausted
    assert here.messages.told[-1] == "ines.moreau"
    assert here.app.desk.board().rows[0].exhausted


def test_an_alert_that_ends_by_itself_closes_the_issue_that_nobody_began(here: World) -> None:
    here.alert(source="jira-alerts")
    here.alert(over=True, source="jira-alerts")
    (issue,) = here.box.issues()
    assert issue["status"] == "Done"


def test_one_bad_alert_of_a_batch_does_not_silence_the_others(here: World) -> None:
    labels = {"alertname": "PaymentsFail", "service": "payments-api", "severity": "critical"}
    body = alertmanager([Alert(labels, {"summary": "Payments fail"})])
    body["alerts"].insert(0, {"status": 17, "labels": {"alertname": "Nonsense"}})
    here.post("alertmanager", json.dumps(body).encode())
    here.settle()
    assert here.page().ticket.title == "Payments fail"
    (row,) = [one for one in here.app.desk.deliveries() if one.source == "alertmanager"]
    assert row.status.value == "unmapped"
    assert row.error.startswith("1 of 2 items were not understood.")


@pytest.mark.parametrize("number", [999, 10**30])
def test_what_is_not_there_is_told_whatever_its_number(here: World, number: int) -> None:
    desk = here.app.desk
    for ask in (
        lambda: desk.ticket(number),
        lambda: desk.delivery(number),
        lambda: desk.action(number),
        lambda: desk.command(number, Acknowledge("dana.reyes", "here")),
        lambda: desk.replay_action(number),
        lambda: desk.replay_delivery(number),
    ):
        with pytest.raises(NotFoundError):
            ask()


def test_what_waits_for_a_platform_that_is_down_is_not_given_up(here: World) -> None:
    here.box.fault("servicenow", kind="close", method="GET", path="*/table/*", times=500)
    here.box.act("servicenow", "create", who="ines.moreau", fields={"short_description": "Slow", "impact": "1"})
    here.settle()
    with here.database.begin() as connection:
        connection.execute(text("UPDATE deliveries SET attempts = 11"))
    for _ in range(3):
        here.hurry()
    (row,) = here.app.desk.deliveries()
    assert row.status.value == "received"
    here.box.heal()
    here.hurry()
    assert here.page().ticket.title == "Slow"


def test_a_notice_whose_worker_died_does_not_go_out_after_somebody_took_the_ticket(here: World) -> None:
    here.post("alertmanager", json.dumps(alertmanager([Alert({"alertname": "PaymentsFail"})])).encode())
    here.app.intake.drain()
    with here.database.begin() as connection:
        sent = "UPDATE actions SET status = 'sent', attempts = 1, attempt_at = clock_timestamp() WHERE verb = 'notify'"
        connection.execute(text(sent))
    here.app.desk.command(1, Acknowledge("lee.park", "here"))
    here.settle()
    assert here.messages.told == []
    (notice,) = [row for row in here.page().actions if row.verb.value == "notify"]
    assert notice.status.value == "superseded"


def test_a_message_that_a_dead_worker_may_have_sent_says_so_to_its_reader(here: World) -> None:
    here.post("alertmanager", json.dumps(alertmanager([Alert({"alertname": "PaymentsFail"})])).encode())
    here.app.intake.drain()
    with here.database.begin() as connection:
        sent = "UPDATE actions SET status = 'sent', attempts = 1, attempt_at = clock_timestamp() WHERE verb = 'notify'"
        connection.execute(text(sent))
    here.settle()
    ((_, notice, _),) = here.messages.sent
    assert notice.headline.startswith("Possible repeat: SEV")


def test_a_worker_that_is_asked_to_stop_takes_up_nothing_more(here: World) -> None:
    for number in range(3):
        here.post("alertmanager", json.dumps(alertmanager([Alert({"alertname": f"A{number}"})])).encode())
    assert here.app.intake.drain(lambda: True) == 0
    assert here.app.deliverer.drain(lambda: True) == 0
    assert here.app.intake.drain() == 3

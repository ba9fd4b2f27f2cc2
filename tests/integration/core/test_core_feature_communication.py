"""Communication from end to end: who is told what, when, on which channel, on the real database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.notify import build as build_notifier
from core.desk import ActionRow
from core.model import Acknowledge, ActionStatus, ChangeSeverity, Notice, ReasonCode, Severity, Verb
from core.orders import order
from core.policy import Policy
from rung.documents.policy.communication import CommunicationSchema, communication
from tests.integration.world import BEGIN, World, world

CHANNELS = {
    "execs": {"ways": ["mailto://execs"], "audience": "executive"},
    "status": {"ways": ["mailto://status"], "audience": "customer", "language": "de"},
    "room": {"ways": ["mailto://room"], "audience": "internal", "asks": "true"},
}
MOMENTS = ["opened", "escalated", "acknowledged", "resolved"]
EVERYONE = {"name": "everyone", "moments": MOMENTS, "audience": ["executive", "customer", "internal"]}

Build = Callable[..., World]


@pytest.fixture
def build(postgres_url: str, tmp_path: Path) -> Iterator[Build]:
    made: list[Any] = []

    def start(**section: object) -> World:
        data = CommunicationSchema().load({"channels": CHANNELS, "tell": [EVERYONE], **section})

        def change(policy: Policy) -> Policy:
            dana = replace(policy.roster.people["dana.reyes"], accounts={"servicenow": "dana.reyes"})
            roster = replace(policy.roster, people={**policy.roster.people, dana.id: dana})
            return replace(policy, communication=communication(data), roster=roster)

        here = world(postgres_url, tmp_path, change=change)
        made.append(here)
        return here.__enter__()

    yield start
    for one in made:
        one.__exit__(None, None, None)


def told(here: World, reader: str) -> list[Notice]:
    return [notice for to, notice, _ in here.messages.sent if to == reader]


def says(here: World, who: str, **journal: str) -> None:
    """Somebody writes on the record in ServiceNow, and its Business Rule tells of it."""
    incident = here.box.incident(here.page().ticket.records[0].ref.key)
    changes = int(here.page().ticket.records[0].version or 0) + 1
    about = {name: incident[name] for name in ("table", "sys_id", "number")}
    fields = {name: incident["fields"][name] for name in ("short_description", "state", "impact", "urgency")}
    body = {**about, "operation": "update", "sys_mod_count": str(changes), "sys_updated_by": who}
    here.post("servicenow", json.dumps({**body, "fields": {**fields, **journal}}).encode())
    here.settle()


def test_every_audience_is_told_in_its_own_words_and_language(build: Build) -> None:
    here = build()
    here.alert()
    assert [one.headline for one in told(here, "execs")] == ["SEV1 Payments: Payments fail. 5 minutes to acknowledge."]
    status = told(here, "status")[0]
    assert status.headline == "Payments: Wir untersuchen eine Störung (SEV1)."
    assert "Payments fail" not in status.text
    assert here.messages.told.count("dana.reyes") == 1
    assert {row.target for row in here.page().actions if row.verb.value == "notify"} == {
        "Dana Reyes",
        "execs",
        "status",
        "room",
    }


def test_a_channel_that_asks_gets_the_link_and_no_other_channel_does(build: Build) -> None:
    here = build()
    here.alert()
    links = {to: link for to, _, link in here.messages.sent}
    assert links["room"].startswith("http")
    assert (links["execs"], links["status"]) == ("", "")


def test_customers_hear_again_when_their_cadence_says_so(build: Build) -> None:
    here = build(tell=[], cadence={"customer": {"SEV1": "30m"}})
    here.alert()
    here.jump(29)
    assert told(here, "status") == []
    here.jump(1)
    here.jump(30)
    assert [one.moment for one in told(here, "status")] == ["update_due", "update_due"]
    here.alert(over=True)
    here.jump(60)
    assert len(told(here, "status")) == 2


def test_a_public_comment_by_the_owner_goes_to_the_customers_and_restarts_the_cadence(build: Build) -> None:
    here = build(tell=[], cadence={"customer": {"SEV1": "30m"}}, public_comments=["servicenow"])
    here.alert()
    here.jump(20)
    says(here, "dana.reyes", work_notes="Look at db-07")
    says(here, "dana.reyes", comments="We found the cause.")
    says(here, "a.caller", comments="Any news?")
    assert [one.text.splitlines()[0] for one in told(here, "status")] == ["We found the cause."]
    here.jump(15)
    assert len(told(here, "status")) == 1
    here.jump(15)
    assert [one.moment for one in told(here, "status")] == ["update", "update_due"]
    assert ReasonCode.UPDATE_GIVEN in here.reasons()


def alerts(here: World, many: int, severity: str = "warning") -> None:
    """As many tickets, one after the other."""
    for number in range(many):
        here.alert(alertname=f"Storm{here.now:%H%M}{severity}{number}", severity=severity)


def held(here: World) -> list[ActionRow]:
    return [row for row in here.app.desk.actions(limit=1000) if row.status is ActionStatus.HELD]


def test_a_storm_is_gathered_into_one_digest_and_nothing_is_lost(build: Build) -> None:
    here = build(tell=[], digest={"more_than": "3", "within": "10m", "every": "2m"})
    alerts(here, 8)
    assert len(told(here, "dana.reyes")) == 3
    assert len(held(here)) == 5
    assert all(row.held_until == here.now + timedelta(minutes=2) for row in held(here))
    assert "it is gathered, and goes out at 12:02 UTC" in held(here)[0].held_because
    here.jump(2)
    digest = told(here, "dana.reyes")[-1]
    assert len(told(here, "dana.reyes")) == 4
    assert digest.headline.startswith("5 messages in one: 5 SEV3.")
    assert digest.text.count("Acknowledge: http") == 5
    codes = [here.reasons(row.id) for row in here.app.desk.tickets(limit=100)]
    assert sum(ReasonCode.NOTIFIED_TOGETHER in one for one in codes) == 5
    assert sum(ReasonCode.NOTIFIED in one for one in codes) == 3
    assert not held(here)


def test_a_request_to_take_a_sev1_is_never_held_back_by_a_storm(build: Build) -> None:
    here = build(tell=[], digest={"more_than": "2", "within": "10m", "every": "2m"}, limits={"per_person": "1/h"})
    alerts(here, 4)
    alerts(here, 3, severity="critical")
    sev1 = [one for one in told(here, "dana.reyes") if one.headline.startswith("SEV1")]
    assert len(sev1) == 3


def test_an_acknowledgement_stops_what_is_held_back_and_what_is_gathered(build: Build) -> None:
    here = build(tell=[], digest={"more_than": "1", "within": "10m", "every": "2m"})
    alerts(here, 4)
    waiting = sorted(row.ticket_id for row in held(here))
    here.app.desk.command(waiting[0], Acknowledge("lee.park", "in the test"))
    here.jump(2)
    digest = told(here, "dana.reyes")[-1]
    assert digest.headline.startswith("2 messages in one")
    statuses = {row.status for row in here.page(waiting[0]).actions if row.verb is Verb.NOTIFY}
    assert statuses == {ActionStatus.SUPERSEDED}


def test_nothing_is_sent_of_a_digest_that_nobody_needs_any_more(build: Build) -> None:
    here = build(tell=[], digest={"more_than": "1", "within": "10m", "every": "2m"})
    alerts(here, 3)
    for row in held(here):
        here.app.desk.command(row.ticket_id, Acknowledge("lee.park", "in the test"))
    here.jump(2)
    assert len(told(here, "dana.reyes")) == 1


def test_a_digest_that_fails_on_every_way_escalates_each_of_its_tickets(build: Build) -> None:
    here = build(tell=[], digest={"more_than": "2", "within": "10m", "every": "2m"})
    alerts(here, 4)
    waiting = [row.ticket_id for row in held(here)]
    here.messages.refuses = {("dana.reyes", 0)}
    here.jump(2)
    assert told(here, "dana.reyes")[-1].way == 1
    here.messages.refuses = {("dana.reyes", 0), ("dana.reyes", 1)}
    alerts(here, 2)
    late = [row.ticket_id for row in held(here)]
    here.jump(2)
    assert len(waiting) == len(late) == 2
    assert all(ReasonCode.NOTICE_EXHAUSTED in here.reasons(one) for one in late)
    assert here.messages.told.count("lee.park") == 2


def test_a_limit_lets_no_more_through_and_says_so(build: Build) -> None:
    here = build(digest={"more_than": "100"}, limits={"per_channel": "2/h"})
    alerts(here, 5)
    assert len(told(here, "execs")) == 2
    waiting = [row for row in held(here) if row.target == "execs"]
    assert len(waiting) == 3
    assert "the limit in 1 hour" in waiting[0].held_because
    here.jump(60)
    assert told(here, "execs")[-1].headline.startswith("3 messages in one")
    assert told(here, "execs")[-1].text.startswith("The limit of 2 in 1 hour was reached")


def test_quiet_hours_hold_what_can_wait_until_they_end(build: Build) -> None:
    here = build(tell=[], quiet_hours={"from": "11:00", "until": "13:00", "awake": ["SEV1"]})
    here.alert(severity="warning")
    assert told(here, "dana.reyes") == []
    assert [row.held_until for row in held(here)] == [here.now + timedelta(hours=1)]
    here.jump(59)
    assert told(here, "dana.reyes") == []
    here.jump(1)
    assert [one.headline[:4] for one in told(here, "dana.reyes")] == ["SEV3"]
    here.jump(59)
    assert "lee.park" not in here.messages.told
    here.jump(1)
    assert "lee.park" in here.messages.told


def test_quiet_hours_end_for_what_becomes_a_sev1(build: Build) -> None:
    here = build(tell=[], quiet_hours={"from": "11:00", "until": "13:00", "awake": ["SEV1"]})
    here.alert(severity="warning")
    assert told(here, "dana.reyes") == []
    here.now += timedelta(minutes=5)
    here.app.desk.command(1, ChangeSeverity("ines.moreau", "in the test", "It is down.", severity=Severity.SEV1))
    here.settle()
    assert len(told(here, "dana.reyes")) == 1


def test_a_note_for_an_audience_reaches_its_channels_and_restarts_its_cadence(build: Build) -> None:
    here = build(tell=[], cadence={"customer": {"SEV1": "30m"}})
    here.alert()
    here.jump(4)
    words = {"text": "Back by noon.", "audience": "customer"}
    here.app.desk.command(1, order("note", "dana.reyes", "here", words, BEGIN))
    here.settle()
    assert told(here, "status")[-1].text.startswith("Back by noon.\nNächste Meldung bis 2026-03-02 12:34 UTC.")
    assert told(here, "execs") == []
    [update] = here.page().updates
    assert (update.audience, update.told_at) == ("customer", here.now)
    assert update.due_at == here.now + timedelta(minutes=30)


def test_the_ticket_shows_who_was_told_what_when_and_where(build: Build) -> None:
    here = build(cadence={"customer": {"SEV1": "30m"}}, limits={"per_channel": "1/h"})
    here.alert()
    here.jump(6)
    page = requests.get(f"{here.url}/tickets/1", timeout=10).text
    assert "Next update, customer" in page
    assert "executive, opened, en · sent" in page
    assert "Held back" in page
    assert "the limit in 1 hour" in page
    shown = requests.get(f"{here.url}/api/v1/tickets/1", timeout=10).json()
    notices = [one for one in shown["actions"] if one["target"] == "status"]
    assert notices[0]["language"] == "de"
    assert notices[0]["told_at"] == "2026-03-02T12:00:00Z"


def test_a_letter_to_a_channel_really_arrives_in_its_language(build: Build) -> None:
    here = build(tell=[])
    way = f"mailto://127.0.0.1:{here.box.smtp_port}?from=rung@example.com&to=status@example.com"
    channels = {"status": {"ways": [way], "audience": "customer", "language": "de"}}
    rule = {"name": "all", "moments": ["opened"], "audience": "customer"}
    section = communication(CommunicationSchema().load({"channels": channels, "tell": [rule]}))
    here.policy = replace(here.policy, communication=section)
    here.loaded = replace(here.loaded, policy=here.policy)
    here.app = replace(here.app, deliverer=replace(here.app.deliverer, notifier=build_notifier(lambda name: name)))
    here.alert()
    letters = [one for one in here.box.mail() if one["to"] == ["status@example.com"]]
    assert [one["subject"] for one in letters] == ["Payments: Wir untersuchen eine Störung (SEV1)."]
    assert letters[0]["text"].startswith("Vorgang #1, bemerkt 2026-03-02 12:00 UTC.")

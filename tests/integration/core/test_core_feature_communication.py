"""Communication from end to end: who is told what, when, on which channel, on the real database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.model import Notice, ReasonCode
from core.policy import Policy
from rung.documents.policy.communication import CommunicationSchema, communication
from tests.integration.world import World, world

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

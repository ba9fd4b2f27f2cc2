"""Drift: a platform's rule sets back what Rung wrote; it is told, mended by policy, and given up in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from core.model import ReasonCode
from core.policy import Policy
from core.policy.sync import Drifting, Sync
from tests.integration.world import World, world


def mending(policy: Policy) -> Policy:
    return replace(policy, sync=Sync(drift=Drifting.MEND))


@pytest.fixture
def here(request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path, change=mending) as made:
        made.poll()
        yield made


def set_back(here: World) -> None:
    """What a rule of the platform does in silence: it takes our write, and keeps another assignee."""
    rows = here.box.box.stands[0].state["tables"]["incident"]
    for row in rows.values():
        row["assigned_to"] = here.person("lee.park")["sys_id"]


def test_what_was_set_back_is_told_written_again_and_listed(here: World) -> None:
    here.box.fault("servicenow", kind="webhook_never")
    here.alert()
    set_back(here)
    here.jump(1)
    here.poll()
    told = [code for code in here.reasons() if code in {ReasonCode.DRIFTED, ReasonCode.DRIFT_MENDED}]
    assert told == [ReasonCode.DRIFTED, ReasonCode.DRIFT_MENDED]
    (incident,) = here.box.incidents()
    assert incident["fields"]["assigned_to"] == here.person("dana.reyes")["sys_id"]

    set_back(here)
    writes = len(here.box.calls("servicenow", method="PATCH"))
    here.jump(1)
    here.poll()
    assert len(here.box.calls("servicenow", method="PATCH")) == writes
    answer: Any = requests.get(f"{here.url}/api/v1/drift", timeout=10).json()
    (row,) = answer["drift"]
    told_of = {name: row[name] for name in ("ticket", "field", "stands", "wanted", "tries", "given_up")}
    assert told_of == {
        "ticket": 1,
        "field": "assignee",
        "stands": "lee.park",
        "wanted": "dana.reyes",
        "tries": 1,
        "given_up": False,
    }


def test_records_that_stand_as_written_are_not_stepped(here: World) -> None:
    here.alert()
    here.jump(1)
    before = len(here.page().entries)
    here.poll()
    here.poll()
    assert len(here.page().entries) == before
    assert here.app.desk.drifts() == []


def test_what_a_person_has_changed_just_now_is_not_taken_for_drift(here: World) -> None:
    here.alert()
    here.jump(1)
    here.poll()
    (incident,) = here.box.incidents()
    here.box.fault("servicenow", kind="webhook_never")
    given = {"assigned_to": here.person("lee.park")["sys_id"]}
    here.box.act("servicenow", "update", who="lee.park", number=incident["number"], fields=given)
    here.poll()
    here.poll()
    assert ReasonCode.DRIFTED not in here.reasons()
    here.jump(1)
    here.poll()
    assert here.page().ticket.owner == "lee.park"

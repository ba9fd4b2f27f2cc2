"""Shadow mode: Rung decides and records, and nobody outside sees any of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from core.model import Acknowledge, ActionStatus, ReasonCode, State
from core.policy import RollOut
from tests.integration.world import World, world

SHADOW = RollOut(services=frozenset({"payments"}), teams=frozenset({"payments"}))


@pytest.fixture
def rung(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        put(made, SHADOW)
        yield made


def put(world: World, roll_out: RollOut) -> None:
    """The policy's next version, with another roll-out; older tickets keep theirs."""
    before = world.loaded.at_version
    policy = replace(world.policy, version=world.policy.version + 1, roll_out=roll_out)
    world.policy = policy
    world.loaded = replace(
        world.loaded, policy=policy, at_version=lambda one: policy if one == policy.version else before(one)
    )


def records(rung: World) -> int:
    return len(rung.box.incidents())


def test_a_shadowed_ticket_is_decided_and_recorded_and_the_platforms_see_nothing(rung: World) -> None:
    before = records(rung)
    rung.alert()
    for _ in range(3):
        rung.jump(60)
    page = rung.page()
    assert page.ticket.shadow
    assert page.ticket.exhausted
    expected = {ReasonCode.SHADOWED, ReasonCode.ROUTED_BY_SERVICE, ReasonCode.LEVEL_BEGUN, ReasonCode.ESCALATED}
    assert expected <= set(rung.reasons())
    assert (records(rung), rung.messages.sent) == (before, [])


def test_what_would_have_been_done_stands_on_the_ledger_and_is_never_taken_up(rung: World) -> None:
    rung.alert()
    rung.jump(60)
    rung.hurry()
    rows = rung.page().actions
    assert {row.status for row in rows} == {ActionStatus.SHADOW}
    assert {row.attempts for row in rows} == {0}
    assert [row.target for row in rows][:2] == ["servicenow", "Dana Reyes"]
    assert rung.app.desk.actions(status=ActionStatus.SHADOW)


def test_everywhere_people_look_a_shadowed_ticket_says_so(rung: World) -> None:
    rung.alert()
    assert "shadowed" in requests.get(f"{rung.url}/", timeout=10).text
    assert "writes nothing and tells nobody" in requests.get(f"{rung.url}/tickets/1", timeout=10).text
    said = requests.get(f"{rung.url}/api/v1/tickets/1", timeout=10).json()
    assert (said["row"]["shadow"], said["row"]["write_back"]) == (True, "shadowed")
    assert {one["status"] for one in said["actions"]} == {"shadow"}


def test_people_who_work_on_the_platform_are_followed_and_nothing_is_written_back(rung: World) -> None:
    fields = {"short_description": "Payments fail", "impact": "1", "urgency": "1"}
    number = rung.box.act("servicenow", "create", who="ines.moreau", fields=fields)["number"]
    rung.settle()
    rung.box.act("servicenow", "state", who="lee.park", number=number, state="in_progress")
    rung.settle()
    page = rung.page()
    assert (page.ticket.shadow, page.ticket.state, page.ticket.acknowledged_by) == (True, State.IN_PROGRESS, "Lee Park")
    written = [one["method"] for one in rung.box.calls("servicenow") if one["method"] not in {"GET", "HEAD"}]
    assert (written, rung.messages.sent) == ([], [])


def test_acknowledging_a_shadowed_ticket_stops_its_wait_and_writes_nothing(rung: World) -> None:
    before = records(rung)
    rung.alert()
    rung.app.desk.command(1, Acknowledge(by="dana.reyes", via="in the console"))
    rung.jump(600)
    assert rung.page().ticket.acknowledged_by == "Dana Reyes"
    assert (records(rung), rung.messages.sent) == (before, [])


def test_a_service_that_leaves_the_list_is_real_from_the_next_ticket_on(rung: World) -> None:
    rung.alert()
    put(rung, RollOut())
    rung.jump(60)
    assert rung.page(1).ticket.shadow
    assert rung.messages.sent == []
    rung.alert(alertname="Another")
    assert not rung.page(2).ticket.shadow
    assert rung.messages.told == ["dana.reyes"]


def test_a_team_or_everything_can_be_shadowed_too(rung: World) -> None:
    put(rung, RollOut(teams=frozenset({"payments"})))
    rung.alert()
    put(rung, RollOut(everything=True))
    rung.alert(alertname="Another")
    assert [rung.page(one).ticket.shadow for one in (1, 2)] == [True, True]
    assert rung.messages.sent == []

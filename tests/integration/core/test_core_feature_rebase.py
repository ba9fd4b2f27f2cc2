"""Running tickets moved to the newest policy: what changes is told, what has happened stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from core.desk import Rebased
from core.model import Acknowledge, ActionStatus, Impact, ReasonCode, Rebase, Severity, Urgency
from core.policy import Level, Policy, RollOut
from core.policy import Path as EscalationPath
from tests.integration.world import BEGIN, World, world

MINUTE = timedelta(minutes=1)
COMMAND = Rebase(by="ines.moreau", via="on the command line")


@pytest.fixture
def rung(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def put(world: World, **changes: object) -> None:
    """The policy's next version; older tickets keep theirs."""
    before, old = world.loaded.at_version, world.policy
    policy: Policy = replace(old, version=old.version + 1, **changes)  # type: ignore[arg-type] # a test's own words
    world.policy = policy

    def at_version(version: int) -> Policy:
        return policy if version == policy.version else old if version == old.version else before(version)

    world.loaded = replace(world.loaded, policy=policy, at_version=at_version)


def levels(*names: str, minutes: int) -> dict[str, EscalationPath]:
    within = dict.fromkeys(Severity, minutes * MINUTE)
    made = tuple(Level(name=name, acknowledge_within=within) for name in names)
    old = EscalationPath(name="standard", levels=made)
    return {"standard": old}


def rebase(world: World, ticket: int = 1, *, dry_run: bool = False) -> Rebased:
    done = world.app.desk.rebase(ticket, COMMAND, dry_run=dry_run)
    world.settle()
    return done


def told(done: Rebased) -> dict[str, tuple[str, str]]:
    return {one.what: (one.before, one.after) for one in done.changes}


def test_a_running_ticket_keeps_its_policy_until_it_is_moved(rung: World) -> None:
    rung.alert()
    put(rung, paths=levels("L1", "L2", minutes=90))
    assert rung.page().ticket.policy_version == 1
    rung.jump(6)
    assert rung.page().row.level == "L2"


def test_the_time_already_waited_counts_under_the_new_policy(rung: World) -> None:
    rung.alert()
    rung.jump(3)
    put(rung, paths=levels("L1", "L2", minutes=90))
    done = rebase(rung)
    deadline = BEGIN + 90 * MINUTE
    assert rung.page().ticket.deadline == deadline
    assert told(done)["policy version"] == ("1", "2")
    assert told(done)["deadline"][1] == deadline.isoformat(timespec="seconds")
    assert ReasonCode.REBASED in rung.reasons()
    assert rung.messages.told == ["dana.reyes"]


def test_looking_first_changes_nothing(rung: World) -> None:
    rung.alert()
    before = rung.page()
    put(rung, paths=levels("L1", "L2", minutes=90))
    done = rebase(rung, dry_run=True)
    assert done.moved
    assert set(told(done)) == {"policy version", "deadline"}
    assert rung.page().ticket == before.ticket
    assert rung.page().entries == before.entries


def test_a_wait_that_the_new_policy_would_have_ended_ends_with_the_next_sweep(rung: World) -> None:
    rung.alert(severity="warning")
    rung.jump(10)
    put(rung, paths=levels("L1", "L2", minutes=5))
    rebase(rung)
    rung.jump(0)
    assert rung.page().row.level == "L2"
    assert rung.messages.told[-1] == "lee.park"


def test_a_level_that_the_new_path_lacks_becomes_its_last(rung: World) -> None:
    rung.alert()
    rung.jump(6)
    put(rung, paths=levels("L1", minutes=30))
    done = rebase(rung)
    assert told(done)["level"] == ("L2", "L1")
    assert rung.page().ticket.level == 1


def test_a_path_that_was_exhausted_goes_on_where_the_new_one_has_further_levels(rung: World) -> None:
    put(rung, paths=levels("L1", minutes=5))
    rung.alert()
    rung.jump(6)
    assert rung.page().ticket.exhausted
    put(rung, paths=levels("L1", "L2", minutes=5))
    done = rebase(rung)
    assert told(done)["exhausted"] == ("yes", "no")
    assert rung.messages.told[-1] == "lee.park"
    (incident,) = rung.box.incidents()
    assert incident["display"]["assigned_to"] == "Lee Park"


def test_the_severity_of_the_new_policy_is_written_to_the_platform(rung: World) -> None:
    rung.alert()
    matrix = {(i, u): Severity.SEV4 for i in Impact for u in Urgency}
    put(rung, severity=replace(rung.policy.severity, matrix=matrix))
    done = rebase(rung)
    assert told(done)["severity"] == ("SEV1", "SEV4")
    assert ReasonCode.SEVERITY_CHANGED in rung.reasons()


def test_a_ticket_that_leaves_the_shadow_begins_its_path_and_its_record_is_created(rung: World) -> None:
    put(rung, roll_out=RollOut(everything=True))
    rung.alert()
    rung.jump(6)
    assert rung.box.incidents() == []
    put(rung, roll_out=RollOut())
    done = rebase(rung)
    assert told(done)["mode"] == ("shadowed", "real")
    (incident,) = rung.box.incidents()
    assert incident["display"]["assigned_to"] == "Dana Reyes"
    assert rung.messages.told == ["dana.reyes"]
    assert ReasonCode.SHADOW_LEFT in rung.reasons()


def test_a_ticket_that_was_acknowledged_in_the_shadow_is_not_asked_for_again(rung: World) -> None:
    put(rung, roll_out=RollOut(everything=True))
    rung.alert()
    rung.app.desk.command(1, Acknowledge(by="lee.park", via="in the console"))
    put(rung, roll_out=RollOut())
    rebase(rung)
    (incident,) = rung.box.incidents()
    assert incident["display"]["assigned_to"] == "Lee Park"
    assert rung.messages.sent == []


def test_a_ticket_can_go_into_the_shadow_and_nothing_more_is_sent(rung: World) -> None:
    rung.alert()
    put(rung, roll_out=RollOut(everything=True))
    rebase(rung)
    calls = len(rung.box.calls("servicenow"))
    rung.jump(60)
    rung.jump(60)
    assert rung.page().ticket.exhausted
    assert (len(rung.box.calls("servicenow")), rung.messages.told) == (calls, ["dana.reyes"])


def test_what_was_still_on_its_way_does_not_leave_a_ticket_that_went_into_the_shadow(rung: World) -> None:
    rung.box.fault("servicenow", kind="status", status=503, method="POST", path="*/table/incident", times=20)
    rung.alert()
    put(rung, roll_out=RollOut(everything=True))
    rebase(rung)
    rung.box.heal("servicenow")
    rung.hurry()
    assert rung.box.incidents() == []
    assert {one.status for one in rung.page().actions if one.target == "servicenow"} == {ActionStatus.SHADOW}
    put(rung, roll_out=RollOut())
    rebase(rung)
    rung.hurry()
    assert len(rung.box.incidents()) == 1


def test_moving_it_twice_or_when_it_is_over_changes_nothing_and_says_so(rung: World) -> None:
    rung.alert()
    put(rung)
    assert rebase(rung).moved
    again = rebase(rung)
    assert (again.moved, again.changes) == (False, ())
    assert "it is under that already" in again.sentence
    rung.alert(over=True)
    rung.jump(60 * 25)
    put(rung)
    assert "the ticket is closed" in rebase(rung).sentence


def test_the_api_moves_all_that_are_left_behind(rung: World) -> None:
    rung.alert()
    rung.alert(alertname="Another")
    put(rung, paths=levels("L1", "L2", minutes=90))
    url, said = f"{rung.url}/api/v1/tickets/rebase", {"by": "Inès Moreau", "tickets": "all"}
    tried = requests.post(url, json={**said, "dry_run": True}, timeout=10).json()["tickets"]
    assert [(one["ticket"], one["moved"]) for one in tried] == [(1, True), (2, True)]
    assert rung.app.desk.left_behind() == [1, 2]
    requests.post(url, json=said, timeout=10).raise_for_status()
    assert rung.app.desk.left_behind() == []
    assert requests.post(url, json={"by": "x"}, timeout=10).status_code == 422

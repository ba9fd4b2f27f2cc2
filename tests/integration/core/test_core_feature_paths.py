"""Paths and levels, whole: from the webhook to what the platforms show and who is told, with time that jumps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from core.model import Acknowledge, ReasonCode, State
from rung.wiring import compose
from tests.integration.policies import SERVICES, written
from tests.integration.world import World, world

Begin = Callable[[str], AbstractContextManager[World]]


@pytest.fixture
def begin(postgres_url: str, tmp_path: Path) -> Begin:
    return lambda policy: world(postgres_url, tmp_path, change=written(policy))


def work_notes(rung: World) -> str:
    (incident,) = rung.box.incidents()
    return "\n".join(str(note) for note in incident["work_notes"])


def test_the_next_in_turn_is_tried_and_then_the_expertise_of_another_team(begin: Begin) -> None:
    policy = """
paths:
  standard:
    levels:
      - {name: L1, acknowledge_within: 5m, next_in_turn: 1}
      - {name: L2, acknowledge_within: 10m, team: platform}
    last_resort: ines.moreau
"""
    with begin(policy) as rung:
        rung.alert()
        rung.jump(5)
        rung.jump(5)
        assert rung.messages.told == ["dana.reyes", "lee.park", "sam.okafor"]
        (incident,) = rung.box.incidents()
        assert incident["fields"]["assigned_to"] == rung.person("sam.okafor")["sys_id"]
        assert incident["fields"]["assignment_group"] == rung.box.group("Platform Operations")["sys_id"]
        assert rung.page().ticket.team == "payments"


def test_everybody_of_a_level_must_acknowledge_and_who_has_is_shown(begin: Begin) -> None:
    policy = """
paths:
  standard:
    levels:
      - {name: Managers, acknowledge_within: 5m, ask: all}
    last_resort: dana.reyes
"""
    with begin(policy) as rung:
        rung.alert()
        assert set(rung.messages.told) == {"sam.okafor", "ines.moreau"}
        rung.app.desk.command(1, Acknowledge(by="sam.okafor", via="in the console"))
        rung.settle()
        row = rung.page().row
        assert (row.acknowledged_by, row.answered) == ("", "1 of 2 acknowledged")
        assert rung.page().asked == (
            ("Sam Okafor", "acknowledged"),
            ("Inès Moreau", "awaited"),
        )
        page = rung.flask.test_client().get("/tickets/1").get_data(as_text=True)
        assert "Sam Okafor: acknowledged; Inès Moreau: awaited" in page
        rung.app.desk.command(1, Acknowledge(by="ines.moreau", via="in the console"))
        rung.settle()
        assert rung.page().row.acknowledged_by == "Sam Okafor and Inès Moreau"
        (incident,) = rung.box.incidents()
        assert incident["fields"]["assigned_to"] == rung.person("sam.okafor")["sys_id"]


def test_rounds_loop_from_a_level_until_the_path_is_exhausted(begin: Begin) -> None:
    policy = """
paths:
  standard:
    rounds: 2
    loop_from: L2
    levels:
      - {name: L1, acknowledge_within: 5m}
      - {name: L2, acknowledge_within: 5m}
    last_resort: [ines.moreau]
"""
    with begin(policy) as rung:
        rung.alert()
        for _ in range(4):
            rung.jump(5)
        assert rung.messages.told == ["dana.reyes", "lee.park", "lee.park", "ines.moreau"]
        assert rung.page().ticket.exhausted


def test_a_breach_enters_higher_up_and_a_question_goes_another_way(begin: Begin) -> None:
    policy = """
paths:
  standard:
    enter: [{match: {labels.kind: breach}, level: L2, because: a breach goes to the specialists}]
    levels:
      - {name: L1, acknowledge_within: 5m}
      - {name: L2, acknowledge_within: 5m}
    last_resort: ines.moreau
  quiet:
    levels: [{name: Managers, acknowledge_within: 1h}]
    last_resort: ines.moreau
default_path: standard
path_rules: [{name: drills, match: {labels.kind: drill}, path: quiet, because: a drill is for the managers}]
"""
    with begin(policy) as rung:
        rung.alert(kind="breach")
        assert rung.messages.told == ["lee.park"]
        assert ReasonCode.PATH_ENTERED in rung.reasons()
        rung.alert(kind="drill", alertname="Drill")
        assert rung.page(2).ticket.path == "quiet"
        assert rung.messages.told[-1] == "sam.okafor"
        assert "quiet because a drill is for the managers" in " ".join(
            entry.reason.sentence for entry in rung.page(2).entries
        )


def test_the_owner_whom_the_service_names_is_asked_and_then_the_backup(begin: Begin) -> None:
    owners = "team: payments, owners: {L1: {owner: sam.okafor, backup: ines.moreau}}}"
    policy = (
        SERVICES.replace("team: payments}", owners)
        + """
paths:
  standard:
    levels: [{name: L1, acknowledge_within: 5m}]
    last_resort: lee.park
"""
    )
    with begin(policy) as rung:
        rung.messages.refuses = {("sam.okafor", 0), ("sam.okafor", 1)}
        rung.alert()
        assert rung.messages.told == ["ines.moreau"]
        (incident,) = rung.box.incidents()
        assert incident["fields"]["assigned_to"] == rung.person("ines.moreau")["sys_id"]


def test_a_handoff_tells_on_the_record_what_is_known_and_what_is_lacking(begin: Begin) -> None:
    policy = """
handoff: {facts: [tried, impact, links, next_step]}
paths:
  standard:
    levels:
      - {name: L1, acknowledge_within: 5m}
      - {name: L2, acknowledge_within: 5m}
    last_resort: ines.moreau
"""
    with begin(policy) as rung:
        rung.alert()
        rung.jump(5)
        assert "Handed over to L2. Impact is high and urgency is high." in work_notes(rung)
        assert "Not told: what was tried." in work_notes(rung)
        _, notice, _ = rung.messages.sent[-1]
        assert "Not told: what was tried." in notice.tried


def test_an_escalation_resumes_after_a_restart_in_which_its_time_ran_out(begin: Begin) -> None:
    policy = """
paths:
  standard:
    levels:
      - {name: L1, acknowledge_within: 5m}
      - {name: L2, acknowledge_within: 5m}
    last_resort: ines.moreau
"""
    with begin(policy) as rung:
        rung.alert()
        rung.now += timedelta(hours=3)
        rung.app = compose(rung.app.parts)
        rung.jump(0)
        assert rung.messages.told == ["dana.reyes", "lee.park"]
        assert rung.page().ticket.level == 2
        assert rung.page().ticket.state is State.NEW
        rung.jump(5)
        assert rung.page().ticket.exhausted

"""Fallbacks, whole: nobody is waited for who is not there, and in the end the last resort knows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.model import ReasonCode
from core.policy import OnCall, Policy, Span
from tests.integration.policies import written
from tests.integration.world import BEGIN, World, world

PATHS = """
paths:
  standard:
    levels:
      - {name: L1, acknowledge_within: 5m}
      - {name: L2, acknowledge_within: 10m}
      - {name: Managers, acknowledge_within: 5m, kind: hierarchical}
    last_resort: [ines.moreau, dana.reyes]
"""
Change = Callable[[Policy], Policy]
Begin = Callable[[Change], AbstractContextManager[World]]
ALL_DAY = (Span(BEGIN - timedelta(days=1), BEGIN + timedelta(days=1)),)


@pytest.fixture
def begin(postgres_url: str, tmp_path: Path) -> Begin:
    return lambda change: world(postgres_url, tmp_path, change=written(PATHS, change=change))


def without(*levels: str, off: tuple[str, ...] = (), ways: tuple[str, ...] = ()) -> Change:
    """Levels that have nobody, people who are off, people without a way to be reached."""

    def change(policy: Policy) -> Policy:
        roster, team = policy.roster, policy.roster.teams["payments"]
        duties: dict[str, OnCall] = {name: duty for name, duty in team.on_call.items() if name not in levels}
        people = {id_: replace(one, ways=()) if id_ in ways else one for id_, one in roster.people.items()}
        teams = {**roster.teams, "payments": replace(team, on_call=duties)}
        return replace(policy, roster=replace(roster, people=people, teams=teams, time_off=dict.fromkeys(off, ALL_DAY)))

    return change


def sentences(rung: World) -> str:
    return " ".join(entry.reason.sentence for entry in rung.page().entries)


def test_an_empty_level_is_skipped_at_once_with_its_reason(begin: Begin) -> None:
    with begin(without("L1")) as rung:
        rung.alert()
        assert rung.messages.told == ["lee.park"]
        assert "L1 was skipped because nobody is on call for it in Payments Support." in sentences(rung)
        (incident,) = rung.box.incidents()
        assert incident["fields"]["assigned_to"] == rung.person("lee.park")["sys_id"]


def test_a_page_never_reaches_directors_because_a_level_is_empty(begin: Begin) -> None:
    with begin(without("L2")) as rung:
        rung.alert()
        rung.jump(5)
        assert rung.messages.told == ["dana.reyes", "ines.moreau"]
        assert rung.page().row.level == "L2"
        rung.jump(9)
        assert rung.messages.told[-1] == "ines.moreau"
        rung.jump(1)
        assert rung.messages.told[-1] == "sam.okafor"
        assert rung.page().row.level == "Managers"


def test_a_page_never_reaches_directors_because_nobody_of_a_level_could_be_reached(begin: Begin) -> None:
    with begin(without()) as rung:
        rung.messages.refuses = {("lee.park", 0), ("lee.park", 1)}
        rung.alert()
        rung.jump(5)
        assert rung.messages.told == ["dana.reyes", "ines.moreau"]
        assert ReasonCode.STOOD_IN in rung.reasons()


def test_a_person_without_a_way_to_be_reached_is_passed_over_for_the_next_on_call(begin: Begin) -> None:
    with begin(without(ways=("dana.reyes",))) as rung:
        rung.alert()
        assert rung.messages.told == ["lee.park"]
        assert rung.page().ticket.level == 1
        assert "Dana Reyes has no way to be told" in sentences(rung)


def test_a_person_whom_no_message_reaches_is_followed_by_the_next_on_call(begin: Begin) -> None:
    with begin(without()) as rung:
        rung.messages.refuses = {("dana.reyes", 0), ("dana.reyes", 1)}
        rung.alert()
        assert rung.messages.told == ["lee.park"]
        assert rung.page().ticket.level == 1
        assert rung.page().asked == (("Dana Reyes", "could not be reached"), ("Lee Park", "awaited"))
        (incident,) = rung.box.incidents()
        assert incident["fields"]["assigned_to"] == rung.person("lee.park")["sys_id"]


def test_the_first_last_resort_who_is_there_is_told_at_the_end_and_the_ticket_marked(begin: Begin) -> None:
    with begin(without("Managers", off=("ines.moreau",))) as rung:
        rung.alert()
        rung.jump(5)
        rung.jump(10)
        assert rung.page().ticket.exhausted
        assert rung.messages.told == ["dana.reyes", "lee.park", "dana.reyes"]
        assert rung.app.desk.board().rows[0].exhausted
        (incident,) = rung.box.incidents()
        assert "Dana Reyes is told as the last resort." in str(incident["work_notes"])


def test_a_last_resort_whom_no_message_reaches_is_followed_by_the_next_and_then_it_is_said(begin: Begin) -> None:
    with begin(without("L1", "L2", "Managers")) as rung:
        rung.messages.refuses = {(one, way) for one in ("ines.moreau", "dana.reyes") for way in (0, 1)}
        rung.alert()
        assert rung.messages.told == []
        assert rung.page().ticket.exhausted
        assert rung.reasons()[-1] is ReasonCode.LAST_RESORT_LOST or ReasonCode.LAST_RESORT_LOST in rung.reasons()
        assert "No last resort is left to be told: Dana Reyes could not be reached." in sentences(rung)


def test_a_page_of_the_late_evening_escalates_when_its_time_is_over_and_not_at_midnight(begin: Begin) -> None:
    with begin(without()) as rung:
        rung.now = BEGIN.replace(hour=23, minute=58)
        rung.alert()
        rung.jump(2)
        assert rung.now.hour == 0
        assert rung.page().ticket.level == 1
        rung.jump(2)
        assert rung.page().ticket.level == 1
        rung.jump(1)
        assert rung.page().ticket.level == 2

"""The engine calls whoever the roster says at that very moment: not those who are off, and overrides before turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from core.model import ReasonCode
from core.policy import OnCall, Override, Span
from tests.unit.core.conftest import NOON, Story

HOUR = timedelta(hours=1)
NOW = Span(NOON - HOUR, NOON + HOUR)


def with_roster(story: Story, l1: OnCall, **time_off: Span) -> Story:
    roster = story.policy.roster
    team = roster.teams["pay"]
    team = replace(team, on_call={**team.on_call, "L1": l1})
    off = {person: (span,) for person, span in time_off.items()}
    story.policy = replace(story.policy, roster=replace(roster, teams={"pay": team}, time_off=off))
    return story


def test_who_is_off_is_passed_over_for_the_next_in_turn(story: Callable[..., Story]) -> None:
    now = with_roster(story(), OnCall(people=("dana", "ines")), dana=NOW).fires()
    assert now.told == ["ines"]
    assert now.opened.owner == "ines"


def test_a_level_whose_people_are_all_off_is_never_waited_for(story: Callable[..., Story]) -> None:
    now = with_roster(story(), OnCall(people=("dana",)), dana=NOW).fires()
    assert ReasonCode.LEVEL_SKIPPED in now.reasons
    assert (now.told, now.opened.level) == (["lee"], 3)


def test_an_override_holds_from_its_first_moment_until_just_before_its_last(story: Callable[..., Story]) -> None:
    override = Override(span=Span(NOON, NOON + HOUR), person="lee", reason="release")
    duty = OnCall(people=("dana",), overrides=(override,))
    assert with_roster(story(), duty).fires().told == ["lee"]
    assert with_roster(story(), duty).fires(after=60).told == ["dana"]

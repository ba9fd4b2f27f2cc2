"""Quiet hours on a ticket: who is told when they end, and from when their time to acknowledge counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from core.model import Acknowledge, Impact, Notice, QuietHours, ReasonCode, TimerKind
from core.policy import Communication, Policy, Roster
from rung.documents.policy.communication import CommunicationSchema, communication
from tests.unit.core.conftest import NOON, Story, a_policy

LUNCH = {"from": "11:00", "until": "13:00"}
ONE = NOON + timedelta(hours=1)


def quiet(**section: object) -> Policy:
    data = CommunicationSchema().load({"quiet_hours": LUNCH, **section})
    return a_policy(communication=communication(data))


def notice(story: Story) -> Notice:
    return next(action.notice for action in story.outcome.actions if action.notice)


def acknowledge_by(story: Story) -> object:
    timer = story.opened.timer(TimerKind.ACKNOWLEDGE)
    return timer and timer.due_at


def test_a_sev1_ignores_quiet_hours() -> None:
    story = Story(quiet()).fires()
    assert (notice(story).not_before, acknowledge_by(story)) == (None, NOON + timedelta(minutes=5))


def test_a_sev2_gets_through_unless_the_policy_says_otherwise() -> None:
    assert notice(Story(quiet()).fires(impact=Impact.MEDIUM)).not_before is None
    strict = quiet(quiet_hours={**LUNCH, "awake": ["SEV1"]})
    assert notice(Story(strict).fires(impact=Impact.MEDIUM)).not_before == ONE


def test_what_can_wait_is_told_at_their_end_and_the_time_to_acknowledge_counts_from_then() -> None:
    story = Story(quiet()).fires(impact=Impact.LOW)
    assert notice(story).not_before == ONE
    assert notice(story).held == "Dana Reyes is told at 13:00 UTC, when the quiet hours end."
    assert ReasonCode.NOTICE_HELD in story.reasons
    assert acknowledge_by(story) == ONE + timedelta(hours=1)
    story.waits()
    assert story.opened.quiet_until is None
    assert notice(story).not_before is None


def test_getting_worse_ends_the_wait_at_once() -> None:
    story = Story(quiet()).fires(impact=Impact.LOW).fires(10)
    assert story.outcome.release_notices
    assert ReasonCode.NOTICES_RELEASED in story.reasons
    assert acknowledge_by(story) == story.now + timedelta(minutes=5)
    assert story.opened.quiet_until is None


def test_getting_milder_does_not_bring_the_time_forward() -> None:
    strict = quiet(quiet_hours={**LUNCH, "awake": ["SEV1"]})
    story = Story(strict).fires(impact=Impact.MEDIUM).fires(10, impact=Impact.LOW)
    assert acknowledge_by(story) == ONE + timedelta(hours=1)


def test_an_acknowledgement_ends_it() -> None:
    story = Story(quiet()).fires(impact=Impact.LOW).happens(Acknowledge("lee", "here"), 5)
    assert story.outcome.withdraw_notices
    assert story.opened.quiet_until is None


def test_people_and_channels_may_have_quiet_hours_of_their_own() -> None:
    policy = a_policy()
    dana = replace(policy.roster.people["dana"], quiet_hours=QuietHours(timedelta(hours=11), timedelta(hours=14)))
    people = {**policy.roster.people, "dana": dana}
    story = Story(replace(policy, roster=Roster(people, policy.roster.teams))).fires(impact=Impact.LOW)
    assert notice(story).not_before == NOON + timedelta(hours=2)
    room = {"ways": ["mailto://r"], "quiet_hours": LUNCH}
    told = Story(
        quiet(channels={"room": room}, tell=[{"name": "a", "moments": ["opened"], "channels": ["room"]}])
    ).fires()
    assert [one.notice.not_before for one in told.outcome.actions if one.notice] == [None, ONE]


def test_without_quiet_hours_nothing_is_looked_at(story: Callable[..., Story]) -> None:
    assert not a_policy(communication=Communication()).has_quiet_hours
    assert notice(story().fires(impact=Impact.LOW)).not_before is None

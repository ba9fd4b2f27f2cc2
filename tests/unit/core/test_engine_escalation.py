"""Levels, acknowledgements, and people who cannot be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from core.model import (
    Acknowledge,
    Impact,
    ReasonCode,
    Refusal,
    Report,
    Severity,
    State,
    TimerDue,
    TimerKind,
    Urgency,
    Verb,
)
from core.policy import OnCall
from tests.unit.core.conftest import Story

Tell = Callable[..., Story]


def test_nobody_acknowledging_moves_it_up_past_an_empty_level(story: Tell) -> None:
    now = story().fires().is_created().waits()
    assert now.opened.level == 3
    assert now.opened.owner == "lee"
    assert now.told == ["lee"]
    assert now.reasons == [ReasonCode.LEVEL_SKIPPED, ReasonCode.ESCALATED]
    assert now.written[0].changes.assignee == "lee"
    sentence = now.outcome.entries[-1].reason.sentence
    assert sentence == (
        "Moved to L3 because nobody acknowledged within 5 minutes: "
        "Lee Park is on call and has 5 minutes to acknowledge."
    )


def test_the_end_of_the_path_tells_the_last_resort_and_marks_the_ticket(story: Tell) -> None:
    now = story().fires().is_created().waits().waits()
    assert now.opened.exhausted
    assert now.told == ["ines"]
    assert now.opened.timers == ()
    assert now.written[0].changes.comments


def test_a_second_round_begins_where_the_policy_wants_one(story: Tell) -> None:
    tale = story()
    path = replace(tale.policy.paths["standard"], rounds=2)
    tale.policy = replace(tale.policy, paths={"standard": path})
    now = tale.fires().is_created().waits().waits()
    assert (now.opened.level, now.opened.round) == (1, 2)
    assert now.told == ["dana"]


def test_acknowledging_by_link_stops_the_clock_and_tells_the_platform(story: Tell) -> None:
    now = story().fires().is_created().happens(Acknowledge("dana", "by the link in a message"), after=2)
    assert now.opened.acknowledged_by == "Dana Reyes"
    assert not now.waits_for_acknowledgement
    assert now.opened.state is State.IN_PROGRESS
    assert now.outcome.withdraw_notices
    (write,) = now.written
    assert write.changes.state is State.IN_PROGRESS
    assert write.changes.assignee == "dana"
    assert now.outcome.sentence == "Dana Reyes acknowledged by the link in a message, 2 minutes after it was asked for."


def test_a_second_acknowledgement_changes_nothing(story: Tell) -> None:
    now = story().fires().is_created().happens(Acknowledge("dana", "here")).happens(Acknowledge("lee", "there"))
    assert now.opened.acknowledged_by == "Dana Reyes"
    assert now.reasons == [ReasonCode.ACKNOWLEDGED_AGAIN]
    assert now.outcome.actions == ()


def test_acknowledging_what_is_over_changes_nothing(story: Tell) -> None:
    now = story().fires().is_created().clears(after=1).happens(Acknowledge("dana", "here"))
    assert now.reasons == [ReasonCode.ACKNOWLEDGED_LATE]
    assert not now.opened.is_acknowledged


def test_a_timer_that_was_replaced_does_nothing(story: Tell) -> None:
    now = story().fires().is_created()
    old = now.opened.timers[0]
    now.waits().happens(TimerDue(TimerKind.ACKNOWLEDGE, old.token), after=10)
    assert now.reasons == [ReasonCode.TIMER_OUTDATED]
    assert now.opened.level == 3


def test_a_timer_that_comes_early_does_nothing(story: Tell) -> None:
    now = story().fires().is_created().waits(after=1)
    assert now.reasons == [ReasonCode.TIMER_OUTDATED]
    assert now.waits_for_acknowledgement


def test_a_way_that_fails_is_followed_by_the_next_one(story: Tell) -> None:
    now = story().fires()
    now.happens(Report(now.last(Verb.NOTIFY), Refusal("the mail server refused it")))
    notice = now.last(Verb.NOTIFY).notice
    assert notice is not None
    assert (notice.person, notice.way) == ("dana", 1)


def test_a_person_whom_no_way_reaches_is_not_waited_for(story: Tell) -> None:
    now = story().fires()
    now.happens(Report(now.last(Verb.NOTIFY), Refusal("refused")))
    now.happens(Report(now.last(Verb.NOTIFY), Refusal("refused too")), after=1)
    assert now.opened.level == 3
    assert now.told == ["lee"]
    assert ReasonCode.NOTICE_EXHAUSTED in now.reasons


def test_a_notice_that_fails_after_the_acknowledgement_is_only_entered(story: Tell) -> None:
    now = story().fires()
    asked = now.last(Verb.NOTIFY)
    now.happens(Acknowledge("dana", "here")).happens(Report(asked, Refusal("refused")))
    assert now.outcome.actions == ()


def test_a_refused_creation_leaves_no_record_and_is_said(story: Tell) -> None:
    now = story().fires()
    now.happens(Report(now.last(Verb.CREATE_RECORD), Refusal("the user may not write incident")))
    assert now.opened.records == ()
    assert now.outcome.sentence == "snow did not take it: the user may not write incident"


def test_no_two_actions_ever_share_an_operation_id(story: Tell) -> None:
    now = story().fires().is_created().waits().waits().happens(Acknowledge("ines", "here")).clears(after=1)
    ids = [action.operation_id for action in now.actions]
    assert len(ids) == len(set(ids))
    assert all(one.startswith("k3f9q2abcd-") for one in ids)


def test_the_wait_is_measured_from_when_the_level_began(story: Tell) -> None:
    now = story().fires().is_created().waits()
    timer = now.opened.timer(TimerKind.ACKNOWLEDGE)
    assert timer is not None
    assert timer.due_at - now.now == timedelta(minutes=5)


def test_a_path_that_became_shorter_breaks_nothing(story: Tell) -> None:
    now = story().fires(impact=Impact.LOW, urgency=Urgency.LOW).is_created().waits()
    asked = now.last(Verb.NOTIFY)
    assert now.opened.level == 3
    path = replace(now.policy.paths["standard"], levels=now.policy.paths["standard"].levels[:1])
    now.policy = replace(now.policy, paths={"standard": path})
    now.happens(Report(asked, Refusal("refused")))
    now.fires(after=1, impact=Impact.HIGH, urgency=Urgency.HIGH)
    assert now.opened.severity is Severity.SEV1
    now.waits()
    assert now.opened.exhausted


def test_the_next_way_is_tried_also_after_the_duty_was_handed_over(story: Tell) -> None:
    now = story()
    duty = OnCall(people=("dana", "lee"), rotation="daily", starts=datetime(2026, 3, 1, 12, 1))
    team = replace(now.policy.roster.teams["pay"], on_call={"L1": duty})
    now.policy = replace(now.policy, roster=replace(now.policy.roster, teams={"pay": team}))
    now.fires()
    assert now.told == ["dana"]
    now.happens(Report(now.last(Verb.NOTIFY), Refusal("refused")), after=2)
    assert now.told == ["dana"]

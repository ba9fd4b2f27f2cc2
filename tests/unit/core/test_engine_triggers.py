"""What else than a missing acknowledgement moves a ticket, and how long an acknowledgement is good for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from core.model import (
    Acknowledge,
    EventKind,
    ForeignComment,
    Impact,
    Party,
    ReasonCode,
    Severity,
    State,
    TimerDue,
    TimerKind,
    Urgency,
)
from core.policy import Acknowledgement, Condition, Direction, OnCall, Policy, Target, TargetRule, Trigger, marks_of
from tests.unit.core.conftest import Story, a_policy

Tell = Callable[..., Story]


def within(minutes: float) -> dict[Severity, timedelta]:
    return dict.fromkeys(Severity, timedelta(minutes=minutes))


def a_trigger(name: str = "t", direction: Direction = Direction.NEXT, **changes: object) -> Trigger:
    return Trigger(name=name, because="so it is written", direction=direction, **changes)  # type: ignore[arg-type]


def with_triggers(*triggers: Trigger, **changes: object) -> Policy:
    """Three levels with somebody on each."""
    policy = a_policy(**changes)
    team = policy.roster.teams["pay"]
    team = replace(team, on_call={**team.on_call, "L2": OnCall(people=("ines",))})
    roster = replace(policy.roster, teams={"pay": team})
    return replace(policy, roster=roster, triggers=triggers, clock_marks=marks_of(triggers))


def comes_due(tale: Story, kind: TimerKind, name: str = "") -> Story:
    timer = tale.opened.timer(kind, name)
    assert timer is not None, (kind, name, tale.opened.timers)
    return tale.happens(TimerDue(kind, timer.token, name), (timer.due_at - tale.now).total_seconds() / 60)


def is_taken(tale: Story) -> Story:
    return tale.fires().is_created().happens(Acknowledge("dana", "here"), after=1)


def test_a_condition_that_comes_true_moves_it_once(story: Tell) -> None:
    worst = Condition(match={}, when="severity == 'SEV1' && like >= 0")
    now = story(policy=with_triggers(a_trigger(condition=worst))).fires(urgency=Urgency.MEDIUM)
    assert now.opened.level == 1
    now.fires(after=1)
    assert (now.opened.severity, now.opened.level, now.told) == (Severity.SEV1, 2, ["ines"])
    assert now.reasons[-2:] == [ReasonCode.TRIGGERED, ReasonCode.ESCALATED]
    assert now.fires(after=1).opened.level == 2


def test_silence_moves_it_level_by_level_each_with_its_time(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(a_trigger(silent_for=within(30)))))
    comes_due(now, TimerKind.TRIGGER, "t")
    assert (now.opened.level, now.told, now.opened.is_acknowledged) == (2, ["ines"], False)
    timer = now.opened.timer(TimerKind.TRIGGER, "t")
    assert timer is not None
    assert timer.due_at - now.now == timedelta(minutes=30)


def test_a_word_from_people_puts_the_silence_off(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(a_trigger(silent_for=within(30)))))
    now.is_changed(after=20, assignee=None, title="Payments fail in two shops", state=State.IN_PROGRESS, version=2)
    timer = now.opened.timer(TimerKind.TRIGGER, "t")
    assert timer is not None
    assert timer.due_at - now.now == timedelta(minutes=30)


def test_nobody_waits_for_a_word_while_it_is_on_hold(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(a_trigger(silent_for=within(30)))))
    now.is_changed(after=1, assignee=None, state=State.ON_HOLD, version=2)
    assert now.opened.timer(TimerKind.TRIGGER, "t") is None


def test_a_part_of_a_clock_that_is_spent_moves_it_then(story: Tell) -> None:
    resolve = TargetRule(name="all", targets={"resolve": Target(within=within(100))})
    now = is_taken(story(policy=with_triggers(a_trigger(spent={"resolve": 80}), targets=(resolve,))))
    timer = now.opened.timer(TimerKind.CLOCK, "resolve")
    assert timer is not None
    assert timer.due_at - now.opened.opened_at == timedelta(minutes=80)
    comes_due(now, TimerKind.CLOCK, "resolve")
    assert (now.opened.level, now.told) == (2, ["ines"])
    comes_due(now, TimerKind.CLOCK, "resolve")
    assert now.opened.level == 2, "once for one cause"


def test_the_third_reassignment_moves_it_and_then_the_sixth(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(a_trigger(reassignments=3))))
    levels = []
    people = [Party(login="lee.park"), Party(email="dana@example.com")] * 4
    for number, person in enumerate(people, 2):
        now.is_changed(version=number, state=State.IN_PROGRESS, assignee=person)
        levels.append((now.opened.reassignments, now.opened.level))
    assert [level for count, level in levels if count < 3] == [1, 1]
    assert dict(levels)[3] == 2
    assert dict(levels)[5] == 2
    assert dict(levels)[6] == 3


def test_the_second_reopening_moves_it(story: Tell) -> None:
    now = story(policy=with_triggers(a_trigger(direction=Direction.UP_TO, level="L2", reopenings=2))).fires()
    now.clears(after=1).fires(after=1)
    assert (now.opened.reopenings, now.opened.level) == (1, 1)
    now.clears(after=1).fires(after=1)
    assert (now.opened.reopenings, now.opened.level) == (2, 2)


def test_an_old_acknowledgement_moves_it(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(a_trigger(acknowledged_for=within(240)))))
    comes_due(now, TimerKind.TRIGGER, "t")
    assert (now.opened.level, now.opened.is_acknowledged) == (2, False)


def test_a_workaround_moves_it_down_again(story: Tell) -> None:
    calm = Condition(match={}, when="severity == 'SEV3' && level > 1")
    down = a_trigger("calm", Direction.DOWN_TO, level="L1", condition=calm)
    now = story(policy=with_triggers(down)).fires().is_created().waits()
    assert now.opened.level == 2
    now.fires(after=1, impact=Impact.MEDIUM, urgency=Urgency.MEDIUM)
    assert (now.opened.level, now.told) == (1, ["dana"])
    assert now.reasons[-1] is ReasonCode.MOVED_BACK


def test_two_triggers_cannot_pass_it_to_and_fro(story: Tell) -> None:
    up = a_trigger("up", condition=Condition(match={"level": ("1",)}))
    down = a_trigger("down", Direction.DOWN_TO, level="L1", condition=Condition(match={"level": ("2",)}))
    now = story(policy=with_triggers(up, down)).fires()
    moves = 0
    for _ in range(30):
        before = now.opened.level
        now.fires(after=0.1)
        moves += now.opened.level != before
    assert moves <= 2


def test_the_path_can_begin_again(story: Tell) -> None:
    again = a_trigger(direction=Direction.AGAIN, condition=Condition(match={"severity": ("SEV1",)}))
    now = story(policy=with_triggers(again)).fires(urgency=Urgency.MEDIUM).is_created().waits()
    assert now.opened.level == 2
    now.fires(after=1)
    assert (now.opened.level, now.told) == (1, ["dana"])


def test_several_triggers_at_one_moment_move_it_once(story: Tell) -> None:
    worst = Condition(match={"severity": ("SEV1",)})
    now = story(policy=with_triggers(a_trigger("one", condition=worst), a_trigger("two", condition=worst))).fires()
    assert now.opened.level == 2
    assert ReasonCode.TRIGGERED_TOO in now.reasons
    assert now.fires(after=1).opened.level == 2


def test_what_is_over_is_moved_by_no_trigger(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(a_trigger(silent_for=within(30)))))
    now.clears(after=1)
    assert now.opened.timer(TimerKind.TRIGGER, "t") is None


EXPIRING = Acknowledgement(expires_after=within(60), re_arm_on_worse=True)


def test_an_acknowledgement_expires_and_is_asked_for_anew(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(acknowledgement=EXPIRING)))
    comes_due(now, TimerKind.ACKNOWLEDGEMENT)
    assert not now.opened.is_acknowledged
    assert (now.told, now.opened.level) == (["dana"], 1)
    assert now.outcome.entries[-1].reason.sentence == (
        "Asked for anew on L1 because the acknowledgement by Dana Reyes expired, nothing being heard for 1 hour: "
        "Dana Reyes has it and has 5 minutes to acknowledge."
    )
    assert now.waits().told == ["ines"]


def test_acknowledging_again_renews_it(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(acknowledgement=EXPIRING)))
    now.happens(Acknowledge("dana", "here"), after=50)
    assert now.reasons == [ReasonCode.ACKNOWLEDGEMENT_RENEWED]
    timer = now.opened.timer(TimerKind.ACKNOWLEDGEMENT)
    assert timer is not None
    assert timer.due_at - now.now == timedelta(hours=1)


def test_no_acknowledgement_expires_while_it_is_on_hold(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(acknowledgement=EXPIRING)))
    now.is_changed(after=1, assignee=None, state=State.ON_HOLD, version=2)
    assert now.opened.timer(TimerKind.ACKNOWLEDGEMENT) is None
    now.is_changed(after=600, assignee=None, state=State.IN_PROGRESS, version=3)
    assert now.opened.is_acknowledged
    assert now.opened.timer(TimerKind.ACKNOWLEDGEMENT) is not None


def test_what_became_worse_is_asked_for_anew(story: Tell) -> None:
    policy = with_triggers(acknowledgement=EXPIRING)
    now = story(policy=policy).fires(urgency=Urgency.MEDIUM).is_created().happens(Acknowledge("dana", "here"), after=1)
    now.fires(after=5)
    assert not now.opened.is_acknowledged
    assert now.told == ["dana"]
    assert "it became SEV1 after Dana Reyes had acknowledged it as SEV2" in now.outcome.entries[-1].reason.sentence


def test_what_became_better_stays_acknowledged(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(acknowledgement=EXPIRING)))
    now.fires(after=5, urgency=Urgency.LOW)
    assert now.opened.severity is Severity.SEV3
    assert now.opened.is_acknowledged


def test_a_comment_counts_as_a_word_from_people(story: Tell) -> None:
    now = is_taken(story(policy=with_triggers(acknowledgement=EXPIRING)))
    comment = ForeignComment("c1", "still looking", Party(name="Lee"))
    now.is_changed(
        after=30, assignee=None, kind=EventKind.COMMENTED, comment=comment, version=2, state=State.IN_PROGRESS
    )
    timer = now.opened.timer(TimerKind.ACKNOWLEDGEMENT)
    assert timer is not None
    assert timer.due_at - now.now == timedelta(hours=1)


def test_nobody_is_called_for_what_a_major_incident_gathers(story: Tell) -> None:
    policy = with_triggers(a_trigger(silent_for=within(30)), acknowledgement=EXPIRING)
    now = story(policy=policy).fires(urgency=Urgency.MEDIUM).is_created().happens(Acknowledge("dana", "here"), after=1)
    now.ticket = replace(now.opened, gathered=True, parent=7)
    now.fires(after=120)
    assert (now.opened.severity, now.opened.level, now.told) == (Severity.SEV1, 1, [])
    assert now.opened.is_acknowledged
    assert {timer.kind for timer in now.opened.timers} <= {TimerKind.CLOCK, TimerKind.CLOSE}

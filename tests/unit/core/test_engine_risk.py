"""Risk: classes, duties with their own clocks, and who must know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import FulfilDuty, Impact, ReasonCode, Right, Severity, State, TimerDue, TimerKind
from core.policy import Authority, Condition, Level, Path
from core.policy.risk import RISK_CLASSES, Duty, MustKnow, RiskPolicy, RiskRule
from tests.unit.core.conftest import NOON, Story, a_policy

GDPR = Duty(
    id="gdpr-33",
    name="Notify the authority",
    classes=("privacy",),
    within=timedelta(hours=72),
    because="GDPR article 33",
    warn_at=(50,),
    tell=("ines", "lee"),
)
RISK = RiskPolicy(
    rules=(
        RiskRule(
            name="personal",
            classes=("privacy", "security"),
            because="personal data is involved",
            condition=Condition(match={"labels.data": ("personal",)}),
        ),
        RiskRule(
            name="money",
            classes=("financial",),
            because="customers cannot pay",
            condition=Condition(match={"service": ("payments",)}),
        ),
        RiskRule(
            name="worst",
            classes=("operational",),
            because="it is of the worst",
            condition=Condition(match={"severity": ("SEV1",)}),
        ),
    ),
    duties={GDPR.id: GDPR},
    must_know=(
        MustKnow(
            name="board",
            people=("ines",),
            because="the board's threshold is met",
            condition=Condition(match={"risk": ("financial",), "severity": ("SEV1",)}),
        ),
    ),
)
BREACH = {"data": "personal"}


def a_story(**alert: object) -> Story:
    return Story(policy=a_policy(risk=RISK)).fires(**alert)


def the_duty_comes(story: Story) -> Story:
    timer = story.opened.timer(TimerKind.CLOCK, GDPR.clock)
    assert timer is not None
    return story.happens(TimerDue(timer.kind, timer.token, timer.name), (timer.due_at - story.now).total_seconds() / 60)


def test_a_ticket_gets_the_classes_of_every_rule_that_holds_with_their_reasons() -> None:
    story = a_story(labels=BREACH)
    assert story.opened.risk == ("financial", "operational", "privacy", "security")
    assert story.reasons.count(ReasonCode.RISK_FOUND) == 4


def test_a_personal_data_breach_has_seventy_two_hours_and_its_people_are_told() -> None:
    story = a_story(labels=BREACH, impact=Impact.LOW)
    clock = story.opened.clock(GDPR.clock)
    assert clock is not None
    assert clock.due_at == NOON + timedelta(hours=72)
    assert story.told == ["dana", "ines", "lee"]
    assert ReasonCode.DUTY_BEGUN in story.reasons


def test_a_duty_runs_on_when_the_ticket_is_resolved_and_its_people_are_told_of_the_breach() -> None:
    story = a_story(labels=BREACH).clears(after=60)
    assert story.opened.state is State.RESOLVED
    assert the_duty_comes(story).told == ["ines", "lee"]
    assert story.now == NOON + timedelta(hours=36)
    assert the_duty_comes(story).told == ["ines", "lee"]
    assert ReasonCode.CLOCK_BREACHED in story.reasons
    assert story.now == NOON + timedelta(hours=72)


def test_a_person_says_that_a_duty_is_done() -> None:
    story = a_story(labels=BREACH).happens(FulfilDuty("ines", "here", "reported", duty="gdpr-33"), after=90)
    assert ReasonCode.DUTY_DONE in story.reasons
    clock = story.opened.clock(GDPR.clock)
    assert clock is not None
    assert clock.is_over
    assert story.opened.timer(TimerKind.CLOCK, GDPR.clock) is None
    again = story.happens(FulfilDuty("ines", "here", "again", duty="gdpr-33"))
    assert again.reasons == [ReasonCode.COMMAND_REFUSED]
    assert story.happens(FulfilDuty("ines", "here", "x", duty="other")).reasons == [ReasonCode.COMMAND_REFUSED]


def test_those_who_must_know_are_told_once_and_not_before_their_condition_holds() -> None:
    story = a_story(impact=Impact.LOW)
    assert story.told == ["dana"]
    assert story.fires(after=1, impact=Impact.HIGH).told == ["ines"]
    assert story.fires(after=1, impact=Impact.LOW).told == []
    assert story.fires(after=1, impact=Impact.HIGH).told == []


def test_a_class_stays_when_the_fact_that_gave_it_goes() -> None:
    story = a_story()
    assert story.opened.risk == ("financial", "operational")
    story.fires(after=1, impact=Impact.LOW)
    assert story.opened.severity is not Severity.SEV1
    assert story.opened.risk == ("financial", "operational")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(RISK_CLASSES), max_size=8), st.booleans())
def test_the_classes_depend_on_the_facts_and_not_on_the_order_of_the_rules(classes: list[str], backwards: bool) -> None:
    rules = [RiskRule(name=f"r{number}", classes=(one,), because="so") for number, one in enumerate(classes)]
    found = RiskPolicy(rules=tuple(reversed(rules) if backwards else rules)).classes({})
    assert [one for one, _ in found] == sorted(set(classes))


def test_only_who_answers_for_a_duty_or_has_the_right_may_say_that_it_is_done() -> None:
    others = Authority(others=frozenset({Right.ACKNOWLEDGE}))
    within = dict.fromkeys(Severity, timedelta(minutes=5))
    path = Path(name="standard", levels=(Level(name="L1", acknowledge_within=within, may=frozenset()),))
    story = Story(policy=a_policy(risk=RISK, authority=others, paths={"standard": path})).fires(labels=BREACH)
    done = FulfilDuty("dana", "here", "reported", duty="gdpr-33")
    assert story.happens(done).reasons == [ReasonCode.NOT_ALLOWED]
    assert ReasonCode.DUTY_DONE in story.happens(replace(done, by="lee")).reasons

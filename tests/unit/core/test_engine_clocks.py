"""The clocks of a ticket: started, paused, measured anew, warned, breached and met, as its story goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.engine import step
from core.model import (
    Acknowledge,
    Clock,
    EventKind,
    ForeignComment,
    HoldAutomation,
    Impact,
    Party,
    ReasonCode,
    Severity,
    State,
    TimerDue,
    TimerKind,
    Urgency,
    Verb,
)
from core.policy import Calendar, Hours, Level, Path, Pauses, Target, TargetRule, facts_of
from tests.unit.core.conftest import NOON, WITHIN, Story, a_policy, a_record_event

HOUR = timedelta(hours=1)
IN_FIVE_MINUTES = NOON + timedelta(minutes=5)
OFFICE = Calendar(
    name="office",
    time_zone="Europe/Paris",
    hours=(Hours(frozenset(range(5)), timedelta(hours=9), timedelta(hours=17)),),
    country="FR",
)


def a_target(calendar: str = "always", warn_at: tuple[int, ...] = (), **hours: float) -> Target:
    """SEV1 and so on to hours."""
    within = {Severity(name): timedelta(hours=length) for name, length in hours.items()}
    return Target(within=within, calendar=calendar, warn_at=warn_at)


def a_rule(**targets: Target) -> TargetRule:
    return TargetRule(name="targets", targets=targets)


RESOLVE = a_rule(resolve=a_target(SEV1=4, SEV2=8, SEV3=24, warn_at=(50, 80)))
PAUSES = Pauses(on_hold=frozenset({"resolve"}), reasons={"awaiting_vendor": frozenset()})


def a_story(*rules: TargetRule, now: datetime = NOON, **changes: object) -> Story:
    changes = {"targets": rules or (RESOLVE,), "pauses": PAUSES, "calendars": {"office": OFFICE}, **changes}
    return Story(policy=a_policy(**changes), now=now).fires()


def the_clock(story: Story, name: str = "resolve") -> Clock:
    clock = story.opened.clock(name)
    assert clock is not None
    return clock


def comes_due(story: Story, name: str = "resolve") -> Story:
    """The clock's timer fires at its own moment."""
    timer = story.opened.timer(TimerKind.CLOCK, name)
    assert timer is not None
    after = (timer.due_at - story.now).total_seconds() / 60
    return story.happens(TimerDue(timer.kind, timer.token, timer.name), after)


def is_held(story: Story, reason: str = "", after: float = 0, version: int = 2) -> Story:
    return story.is_changed(after, state=State.ON_HOLD, hold_reason=reason, version=version)


def goes_on(story: Story, after: float = 0, version: int = 3) -> Story:
    return story.is_changed(after, state=State.IN_PROGRESS, hold_reason="", version=version)


def test_a_ticket_gets_the_clocks_that_the_policy_sets_targets_for() -> None:
    story = a_story(a_rule(acknowledge=a_target(SEV1=0.25), update=a_target(SEV1=0.5), resolve=a_target(SEV1=4)))
    assert [(clock.name, clock.target, clock.since) for clock in story.opened.clocks] == [
        ("acknowledge", HOUR / 4, NOON),
        ("update", HOUR / 2, NOON),
        ("resolve", 4 * HOUR, NOON),
    ]
    assert the_clock(story).due_at == NOON + 4 * HOUR
    assert ReasonCode.CLOCKS_BEGUN in story.reasons


def test_a_warning_and_the_breach_are_told_once_each_to_the_owner() -> None:
    story = comes_due(a_story().is_created().happens(Acknowledge("dana", "in a test")))
    assert story.now == NOON + 2 * HOUR
    assert story.reasons == [ReasonCode.CLOCK_WARNED]
    assert story.told == ["dana"]
    assert story.written == []
    assert comes_due(story).now == NOON + timedelta(hours=3, minutes=12)
    assert the_clock(story).is_warned
    comes_due(story)
    assert story.now == NOON + 4 * HOUR
    assert story.reasons == [ReasonCode.CLOCK_BREACHED]
    assert the_clock(story).breached_at == NOON + 4 * HOUR
    assert story.told == ["dana"]
    assert "The target is missed: 4 hours to resolve." in story.last(Verb.WRITE_RECORD).changes.comments[0].text
    assert story.opened.timer(TimerKind.CLOCK, "resolve") is None


def test_acknowledging_meets_the_clock_of_the_acknowledgement_and_no_other() -> None:
    story = a_story(a_rule(acknowledge=a_target(SEV1=1), resolve=a_target(SEV1=4)))
    story.happens(Acknowledge("dana", "in a test"), 10)
    assert the_clock(story, "acknowledge").met_at == story.now
    assert the_clock(story, "acknowledge").elapsed == timedelta(minutes=10)
    assert story.opened.timer(TimerKind.CLOCK, "acknowledge") is None
    assert the_clock(story).since == NOON
    assert story.outcome.sentence.startswith("Dana Reyes acknowledged")


def test_whoever_is_asked_again_has_the_whole_time_to_acknowledge_again() -> None:
    story = a_story(a_rule(acknowledge=a_target(SEV1=1))).is_created()
    story.is_changed(20, state=State.IN_PROGRESS, version=1)
    story.is_changed(60, state=State.NEW, version=2)
    assert the_clock(story, "acknowledge").since == story.now
    assert the_clock(story, "acknowledge").elapsed == timedelta(0)


def test_a_pause_stops_the_clock_and_it_goes_on_with_what_it_had_counted() -> None:
    story = is_held(a_story().is_created(), after=60)
    assert the_clock(story).elapsed == HOUR
    assert the_clock(story).since is None
    assert the_clock(story).paused == "it is on hold"
    assert story.opened.timer(TimerKind.CLOCK, "resolve") is None
    goes_on(story, after=600)
    assert the_clock(story).due_at == story.now + 3 * HOUR
    assert ReasonCode.CLOCK_GOES_ON in story.reasons


def test_a_reason_of_the_hold_that_the_policy_names_takes_the_place_of_the_general_rule() -> None:
    story = is_held(a_story().is_created(), "awaiting_vendor", after=60)
    assert the_clock(story).since == NOON
    is_held(story, "awaiting_caller", after=60, version=3)
    assert story.reasons[:1] == [ReasonCode.HOLD_REASON_BY_PERSON]
    assert the_clock(story).paused == "it is on hold, awaiting caller"
    assert the_clock(story).elapsed == 2 * HOUR


def test_a_pause_is_not_lost_when_the_target_changes() -> None:
    story = is_held(a_story().is_created(), after=60)
    story.is_changed(60, state=State.ON_HOLD, impact=Impact.MEDIUM, version=3)
    assert story.opened.severity is Severity.SEV2
    assert the_clock(story).elapsed == HOUR
    assert the_clock(story).paused
    assert the_clock(story).target == 8 * HOUR
    story.is_changed(60, state=State.IN_PROGRESS, impact=Impact.MEDIUM, version=4)
    assert the_clock(story).due_at == story.now + 7 * HOUR


def test_time_already_spent_counts_towards_the_new_target() -> None:
    story = a_story().is_created()
    story.is_changed(60, impact=Impact.MEDIUM, version=2)
    assert the_clock(story).due_at == story.now + 7 * HOUR
    assert ReasonCode.CLOCK_MEASURED_ANEW in story.reasons
    story.is_changed(240, impact=Impact.HIGH, version=3)
    assert the_clock(story).breached_at == story.now
    assert ReasonCode.CLOCK_BREACHED in story.reasons
    story.is_changed(1, impact=Impact.MEDIUM, version=4)
    assert the_clock(story).breached_at is None
    assert the_clock(story).marks == (50,)


def test_what_was_counted_by_one_calendar_outlasts_the_change_to_another() -> None:
    rules = (a_rule(resolve=a_target(SEV1=4)), a_rule(resolve=a_target("office", SEV2=8)))
    story = a_story(*rules).is_created()
    story.is_changed(60, impact=Impact.MEDIUM, version=2)  # Monday 14:00 in Paris, one hour spent
    assert the_clock(story).calendar == "office"
    assert the_clock(story).due_at == datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def test_the_first_rule_with_a_target_for_that_clock_and_severity_counts() -> None:
    rules = (a_rule(update=a_target(SEV1=1)), a_rule(update=a_target(SEV1=2), resolve=a_target(SEV1=4)))
    story = a_story(*rules)
    assert the_clock(story, "update").target == HOUR
    assert the_clock(story).target == 4 * HOUR


def test_a_clock_for_which_no_target_holds_any_more_stands_still_and_goes_on_when_one_does() -> None:
    story = a_story().is_created()
    story.is_changed(60, impact=Impact.LOW, urgency=Urgency.LOW, version=2)
    assert the_clock(story).paused == "no target holds for it any more"
    story.is_changed(60, impact=Impact.HIGH, urgency=Urgency.HIGH, version=3)
    assert the_clock(story).due_at == story.now + 3 * HOUR


def test_silence_breaches_the_update_and_a_comment_begins_it_anew() -> None:
    story = a_story(a_rule(update=a_target(SEV1=1))).is_created()
    comment = ForeignComment("c1", "Still looking", Party(name="Lee Park"))
    story.is_changed(30, kind=EventKind.COMMENTED, comment=comment, occurred_at=NOON + HOUR / 2)
    assert the_clock(story, "update").due_at == NOON + 1.5 * HOUR
    comes_due(story, "update")
    assert story.reasons == [ReasonCode.CLOCK_BREACHED]
    story.happens(Acknowledge("dana", "in a test"), 5)
    assert not the_clock(story, "update").is_breached
    assert the_clock(story, "update").since == story.now


def test_a_comment_that_arrives_late_ends_the_silence_when_it_was_written() -> None:
    story = a_story(a_rule(update=a_target(SEV1=1))).is_created()
    comment = ForeignComment("c1", "Still looking", Party(name="Lee Park"))
    story.is_changed(70, kind=EventKind.COMMENTED, comment=comment, occurred_at=NOON + HOUR / 2)
    assert ReasonCode.CLOCK_BREACHED not in story.reasons
    assert the_clock(story, "update").due_at == NOON + 1.5 * HOUR


def test_our_own_notes_are_no_update() -> None:
    story = a_story(a_rule(update=a_target(SEV1=1))).is_created()
    mine = ForeignComment("c1", "Moved to L2", Party(name="Rung"), operation_id="k3f9q2abcd-1")
    story.is_changed(30, kind=EventKind.COMMENTED, comment=mine, assignee=None)
    assert the_clock(story, "update").since == NOON


def test_a_reopened_ticket_goes_on_with_the_time_it_had_spent() -> None:
    story = a_story().is_created().clears(60)
    assert the_clock(story).met_at == story.now
    assert ReasonCode.CLOCK_MET in story.reasons
    story.fires(600)
    assert the_clock(story).met_at is None
    assert the_clock(story).due_at == story.now + 3 * HOUR


def test_a_level_that_passes_a_ticket_on_has_met_its_target_and_goes_on_when_it_gets_it_back() -> None:
    within = {one: timedelta(minutes=minutes) for one, minutes in WITHIN.items()}
    levels = tuple(
        Level(name=name, acknowledge_within=within, ola=a_target(SEV1=1, warn_at=(80,))) for name in ("L1", "L3")
    )
    paths = {"standard": Path(name="standard", levels=levels, rounds=2)}
    story = a_story(RESOLVE, paths=paths)
    assert the_clock(story, "ola:L1").due_at == NOON + HOUR
    story.waits(5)
    assert the_clock(story, "ola:L1").met_at == story.now
    assert the_clock(story, "ola:L3").since == story.now
    story.happens(TimerDue(TimerKind.ACKNOWLEDGE, story.opened.timer(TimerKind.ACKNOWLEDGE).token), 5)  # type: ignore[union-attr] # it runs
    assert the_clock(story, "ola:L1").due_at == story.now + timedelta(minutes=55)
    comes_due(story, "ola:L1")
    assert story.outcome.entries[0].reason.sentence == "80 % of the time at L1 is spent: the target is 1 hour."


def test_a_reminder_is_not_skipped_because_the_moment_was_missed() -> None:
    story = a_story().is_created()
    story.happens(Acknowledge("dana", "in a test"), 230)
    warned = [entry.reason.facts["percent"] for entry in story.outcome.entries if "percent" in entry.reason.facts]
    assert warned == ["50", "80"]
    assert story.told == ["dana"]


def test_while_the_levels_still_ask_nobody_is_told_of_clocks_beside_that() -> None:
    story = comes_due(a_story().is_created())
    assert story.reasons == [ReasonCode.CLOCK_WARNED]
    assert story.told == []


def test_a_rule_can_ask_for_a_mark_of_its_own() -> None:
    story = a_story(clock_marks={"resolve": (25,), "ola": (10,)})
    assert comes_due(story).now == NOON + HOUR
    assert story.opened.clocks[0].marks == (25,)
    assert story.told == []


def test_a_target_missed_at_night_by_the_office_calendar_is_not_missed_before_the_office_opens() -> None:
    rule = a_rule(resolve=a_target("office", SEV1=4))
    story = a_story(rule, now=datetime(2026, 3, 6, 14, 0, tzinfo=UTC))  # Friday 15:00 in Paris
    assert the_clock(story).due_at == datetime(2026, 3, 9, 10, 0, tzinfo=UTC)


def test_what_is_spent_is_a_fact() -> None:
    story = a_story().is_created()
    story.is_changed(61, state=State.IN_PROGRESS, version=2)
    facts = facts_of(story.opened, story.policy, story.now)
    assert (facts["spent_resolve"], facts["spent_update"], facts["breached"]) == (25, 0, [])


def test_looking_again_changes_nothing() -> None:
    story = a_story().is_created()
    again = step(story.opened, TimerDue(TimerKind.CLOCK, 99, "resolve"), story.policy, story.now)
    assert again.ticket is not None
    assert again.ticket.clocks == story.opened.clocks
    assert again.ticket.timers == story.opened.timers
    assert again.actions == ()


@pytest.mark.parametrize("order", [("held", "worse"), ("worse", "held")])
def test_the_order_in_which_two_changes_arrive_does_not_matter(order: tuple[str, str]) -> None:
    story = a_story().is_created()
    story.now += HOUR
    said: dict[str, object] = {}
    for version, what in enumerate(order, 2):
        said |= {"state": State.ON_HOLD} if what == "held" else {"impact": Impact.MEDIUM}
        story.happens(a_record_event(**said, version=version))
    story.is_changed(30, state=State.IN_PROGRESS, impact=Impact.MEDIUM, version=9)
    assert the_clock(story).elapsed == HOUR
    assert the_clock(story).due_at == story.now + 7 * HOUR


def test_what_a_ticket_needs_next_is_somebody_and_then_the_clock_that_is_missed_first() -> None:
    story = a_story(a_rule(update=a_target(SEV1=1), resolve=a_target(SEV1=4, warn_at=(50,)))).is_created()
    assert story.opened.need == (IN_FIVE_MINUTES, "acknowledge")
    assert story.opened.standing == 1
    story.happens(Acknowledge("dana", "in a test"), 2)
    assert story.opened.need == (story.now + HOUR, "update")
    assert story.opened.standing == 3
    comes_due(story, "update")
    assert story.opened.standing == 0
    story.happens(Acknowledge("dana", "in a test"), 60)
    assert story.opened.standing == 2
    assert story.clears(1).opened.need is None


def test_a_hold_of_automation_does_not_stop_the_clocks() -> None:
    story = a_story().is_created()
    story.happens(HoldAutomation("dana", "in a test", "we know", until=NOON + 20 * HOUR), 1)
    assert the_clock(story).since == NOON
    assert comes_due(story).now == NOON + 2 * HOUR


def test_working_time_is_told_in_hours_for_a_day_of_it_is_longer_than_a_working_day() -> None:
    story = a_story(a_rule(resolve=a_target("office", SEV1=24)))
    (begun,) = [
        entry.reason.sentence for entry in story.outcome.entries if entry.reason.code is ReasonCode.CLOCKS_BEGUN
    ]
    assert "24 hours (office) to resolve" in begun

"""People overrule: what each command does, what it leaves to people, and when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core.engine.outcome import Refused
from core.model import (
    Acknowledge,
    Assign,
    ChangeSeverity,
    Command,
    DeEscalate,
    EntryKind,
    EscalateNow,
    EscalateTo,
    HandBack,
    HandoffFact,
    HoldAutomation,
    Impact,
    LinkMajor,
    Note,
    Party,
    ReasonCode,
    Receipt,
    Refusal,
    Report,
    Resume,
    SetBackup,
    SetHandoff,
    SetOwner,
    Severity,
    Snooze,
    State,
    Take,
    TimerDue,
    TimerKind,
    Urgency,
    Verb,
)
from core.policy import Ask, OnCall, Roster, Span
from tests.unit.core.conftest import NOON, REF, Story, a_policy

HERE = "in the console"


def command(kind: Callable[..., Command], by: str = "dana", reason: str = "it is needed", **values: object) -> Command:
    return kind(by, HERE, reason, **values)


@pytest.fixture
def opened() -> Story:
    return Story().fires().is_created()


def due(story: Story, kind: TimerKind) -> TimerDue:
    timer = story.opened.timer(kind)
    assert timer is not None
    return TimerDue(timer.kind, timer.token)


def sentence(story: Story, place: int = 0) -> str:
    return story.outcome.entries[place].reason.sentence


def test_taking_it_acknowledges_and_assigns_it_on_the_record(opened: Story) -> None:
    opened.happens(command(Take, "lee", "I know this cluster."), 3)
    assert opened.opened.is_acknowledged
    assert opened.opened.owner == "lee"
    assert not opened.waits_for_acknowledgement
    (write,) = opened.written
    assert write.changes.assignee == "lee"
    assert write.changes.state is State.IN_PROGRESS
    assert "Lee Park took it in the console: I know this cluster." in write.changes.comments[0].text
    assert opened.outcome.entries[0].kind is EntryKind.COMMAND


def test_what_somebody_has_can_be_taken_from_them(opened: Story) -> None:
    opened.happens(command(Acknowledge)).happens(command(Take, "lee"))
    assert opened.opened.reassignments == 1
    assert (opened.opened.owner, opened.opened.acknowledged_by) == ("lee", "Lee Park")
    assert opened.written[0].changes.assignee == "lee"


def test_taking_twice_is_refused_and_changes_nothing(opened: Story) -> None:
    opened.happens(command(Take))
    before = opened.opened
    opened.happens(command(Take))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE
    assert opened.opened == before
    assert sentence(opened) == (
        "Dana Reyes wanted to take it in the console; nothing changes because they have it already."
    )


def test_somebody_to_whom_it_is_assigned_is_told_and_the_wait_goes_on(opened: Story) -> None:
    due = opened.opened.timers
    opened.happens(command(Assign, person="lee"), 2)
    assert opened.opened.owner == "lee"
    assert opened.opened.timers == due
    assert opened.told == ["lee"]
    assert opened.written[0].changes.assignee == "lee"
    assert opened.outcome.withdraw_notices


def test_an_assignment_stays_theirs_until_the_next_level(opened: Story) -> None:
    opened.happens(command(Assign, person="ines"))
    assert opened.opened.theirs == {"assignee"}
    opened.waits()
    assert opened.opened.theirs == frozenset()
    assert opened.opened.owner == "lee"


def test_escalating_now_asks_the_next_level_with_somebody_on_call(opened: Story) -> None:
    opened.happens(command(Acknowledge)).happens(command(EscalateNow, reason="it needs a database expert"))
    assert opened.opened.level == 3
    assert not opened.opened.is_acknowledged
    assert opened.waits_for_acknowledgement
    assert opened.told == ["lee"]
    assert sentence(opened) == "Dana Reyes escalated it in the console: it needs a database expert."


def test_escalating_beyond_the_last_level_tells_the_last_resort(opened: Story) -> None:
    opened.happens(command(EscalateTo, level="l3")).happens(command(EscalateNow, "lee"))
    assert opened.opened.exhausted
    assert opened.told == ["ines"]
    opened.happens(command(EscalateNow, "lee"))
    assert opened.outcome.refused


@pytest.mark.parametrize("level", ["L9", "L1"])
def test_escalating_to_a_level_that_is_none_above_is_refused(opened: Story, level: str) -> None:
    before = opened.opened
    opened.happens(command(EscalateTo, level=level))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE
    assert opened.opened == replace(before, updated_at=opened.now)


def test_a_lower_level_goes_on_with_it_after_de_escalation(opened: Story) -> None:
    opened.happens(command(EscalateTo, level="L3")).happens(command(DeEscalate, "lee", level="L1"))
    assert opened.opened.level == 1
    assert opened.told == ["dana"]
    assert opened.written[0].changes.assignee == "dana"


def test_it_is_not_moved_down_to_a_level_where_nobody_is(opened: Story) -> None:
    opened.happens(command(EscalateTo, level="L3")).happens(command(DeEscalate, "lee"))
    assert opened.opened.level == 3
    assert "nobody is on call for L2" in sentence(opened)


def test_a_persons_severity_is_written_in_the_measures_of_the_platforms(opened: Story) -> None:
    opened.happens(command(ChangeSeverity, severity=Severity.SEV3))
    changes = opened.written[0].changes
    assert (changes.severity, changes.impact, changes.urgency) == (Severity.SEV3, Impact.MEDIUM, Urgency.MEDIUM)
    assert opened.opened.timers[0].due_at == NOON + timedelta(minutes=60), "the wait is measured by it"


def test_a_persons_severity_stands_while_the_alert_gets_worse_and_through_levels(opened: Story) -> None:
    opened.happens(command(ChangeSeverity, severity=Severity.SEV3))
    opened.waits()
    opened.fires(1, impact=Impact.LOW)
    assert opened.opened.severity is Severity.SEV3


def test_handing_it_back_gives_the_severity_that_the_facts_have(opened: Story) -> None:
    opened.happens(command(ChangeSeverity, severity=Severity.SEV4)).happens(command(HandBack))
    assert opened.opened.severity is Severity.SEV1
    assert opened.opened.theirs == frozenset()
    opened.happens(command(HandBack))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE


def test_a_later_change_of_impact_on_a_platform_ends_a_persons_severity(opened: Story) -> None:
    opened.happens(command(ChangeSeverity, severity=Severity.SEV3))
    opened.is_changed(1, impact=Impact.LOW, urgency=Urgency.LOW, version=9, assignee=None)
    assert opened.opened.severity is Severity.SEV4
    assert opened.opened.severity_override is None


def test_nothing_escalates_while_automation_is_on_hold_and_all_goes_on_afterwards(opened: Story) -> None:
    until = opened.now + timedelta(hours=2)
    opened.happens(command(HoldAutomation, until=until))
    assert "Then the wait for an acknowledgement goes on" in sentence(opened)
    assert {timer.due_at for timer in opened.opened.timers} == {until}
    acknowledge = opened.opened.timer(TimerKind.ACKNOWLEDGE)
    opened.happens(due(opened, TimerKind.HOLD), 120)
    assert opened.opened.hold is None
    assert opened.opened.timer(TimerKind.ACKNOWLEDGE) == acknowledge
    opened.happens(due(opened, TimerKind.ACKNOWLEDGE))
    assert opened.opened.level == 3


def test_a_person_who_cannot_be_reached_does_not_escalate_what_is_on_hold(opened: Story) -> None:
    notice = opened.last(Verb.NOTIFY)
    opened.happens(command(HoldAutomation, until=opened.now + timedelta(hours=2)))
    opened.happens(Report(notice, Refusal("no")))
    opened.happens(Report(opened.last(Verb.NOTIFY), Refusal("no")))
    assert opened.opened.level == 1
    assert ReasonCode.HELD_BACK in opened.reasons
    assert opened.waits_for_acknowledgement


def test_resuming_brings_back_the_time_that_was_left(opened: Story) -> None:
    before = due(opened, TimerKind.ACKNOWLEDGE), opened.opened.timers[0].due_at
    opened.happens(command(HoldAutomation, until=opened.now + timedelta(hours=2)), 1)
    opened.happens(command(Resume), 1)
    assert [timer.due_at for timer in opened.opened.timers] == [before[1]]


def test_resuming_does_at_once_what_came_due_meanwhile(opened: Story) -> None:
    opened.happens(command(HoldAutomation, until=opened.now + timedelta(hours=2)))
    opened.happens(command(Resume), 30)
    assert [timer.due_at for timer in opened.opened.timers] == [opened.now]


@pytest.mark.parametrize("hours", [-1, 25])
def test_a_hold_has_a_limit(opened: Story, hours: int) -> None:
    opened.happens(command(HoldAutomation, until=opened.now + timedelta(hours=hours)))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE
    assert opened.opened.hold is None


def test_a_persons_own_escalation_goes_through_while_automation_is_on_hold(opened: Story) -> None:
    until = opened.now + timedelta(hours=2)
    opened.happens(command(HoldAutomation, until=until)).happens(command(EscalateNow))
    assert opened.opened.level == 3
    assert opened.opened.timer(TimerKind.ACKNOWLEDGE).due_at == until  # type: ignore[union-attr] # asserted by its use


def test_a_snooze_puts_the_wait_off_and_asks_again_afterwards(opened: Story) -> None:
    opened.happens(command(Snooze, length=timedelta(minutes=30)), 2)
    assert opened.opened.timer(TimerKind.ACKNOWLEDGE).due_at == opened.now + timedelta(minutes=35)  # type: ignore[union-attr] # asserted by its use
    assert opened.outcome.withdraw_notices
    opened.happens(due(opened, TimerKind.SNOOZE), 30)
    assert opened.told == ["dana"]
    opened.happens(due(opened, TimerKind.ACKNOWLEDGE), 5)
    assert opened.opened.level == 3


def test_snoozes_of_one_level_have_a_limit_together(opened: Story) -> None:
    for minutes in (90, 30):
        opened.happens(command(Snooze, length=timedelta(minutes=minutes)))
        assert not opened.outcome.refused
    opened.happens(command(Snooze, length=timedelta(minutes=1)))
    assert sentence(opened).endswith("snoozed for 2 hours at most, and it has been for 2 hours.")


def test_what_is_acknowledged_cannot_be_snoozed(opened: Story) -> None:
    opened.happens(command(Acknowledge)).happens(command(Snooze, length=timedelta(minutes=5)))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE


def test_a_snooze_ends_when_it_gets_worse(opened: Story) -> None:
    opened.happens(command(ChangeSeverity, severity=Severity.SEV4))
    opened.happens(command(Snooze, length=timedelta(minutes=60)))
    opened.happens(command(HandBack), 1)
    assert opened.opened.timer(TimerKind.SNOOZE) is None
    assert opened.told == ["dana"]
    assert opened.opened.timers[0].due_at == opened.now + timedelta(minutes=5)


@pytest.mark.parametrize("how", ["acknowledged", "over"])
def test_nothing_is_put_off_any_more_once_it_no_longer_matters(opened: Story, how: str) -> None:
    opened.happens(command(Snooze, length=timedelta(minutes=60)))
    opened.happens(command(HoldAutomation, until=opened.now + timedelta(hours=2)))
    if how == "over":
        opened.clears()
        assert [timer.kind for timer in opened.opened.timers] == [TimerKind.CLOSE]
        assert opened.opened.hold is None
    else:
        opened.happens(command(Acknowledge))
        assert [timer.kind for timer in opened.opened.timers] == [TimerKind.HOLD]


def test_whoever_is_named_for_the_level_on_which_it_waits_is_asked_at_once(opened: Story) -> None:
    due_at = opened.opened.timers[0].due_at
    opened.happens(command(SetOwner, "lee", level="L1", person="ines"), 1)
    assert opened.told == ["ines"]
    assert opened.opened.owner == "ines"
    assert opened.written[0].changes.assignee == "ines"
    assert opened.opened.timers[0].due_at == due_at


def test_a_backup_is_asked_where_nobody_else_is(opened: Story) -> None:
    opened.happens(command(SetBackup, "lee", level="L2", person="ines")).waits()
    assert opened.opened.level == 2
    assert opened.told == ["ines"]


@pytest.mark.parametrize(("level", "person"), [("L9", "lee"), ("L1", "nobody"), ("L1", "")])
def test_an_owner_that_is_none_is_refused(opened: Story, level: str, person: str) -> None:
    opened.happens(command(SetOwner, "lee", level=level, person=person))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE
    assert not opened.opened.owners


def test_it_is_linked_to_no_ticket_that_is_no_major_incident(opened: Story) -> None:
    opened.happens(command(LinkMajor, major=9))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE
    opened.happens(command(LinkMajor, major=1))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE


def test_what_is_told_for_those_who_take_over_is_kept_and_goes_on_with_it() -> None:
    opened = Story(a_policy(handoff=tuple(HandoffFact))).fires().is_created()
    facts = {"tried": "a restart", "impact": "nobody can pay", "links": ("https://wiki.example/7",)}
    opened.happens(command(SetHandoff, reason="", **facts))
    assert sentence(opened) == (
        "Dana Reyes told whoever takes it over in the console: tried was a restart; the impact is nobody can pay;"
        " see https://wiki.example/7."
    )
    opened.happens(command(SetHandoff, **facts))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE
    opened.happens(command(EscalateNow))
    notice = opened.last(Verb.NOTIFY).notice
    assert notice is not None
    assert "Tried: a restart. Impact: nobody can pay." in notice.tried
    opened.happens(command(SetHandoff, "lee", tried=""))
    assert opened.opened.handoff.tried == ""
    assert opened.opened.handoff.impact == "nobody can pay"


def test_somebody_to_whom_it_was_assigned_and_who_cannot_be_reached_is_not_waited_for(opened: Story) -> None:
    opened.happens(command(Assign, person="ines"))
    opened.happens(Report(opened.last(Verb.NOTIFY), Refusal("no such number")))
    assert opened.told == ["dana"], "who is on call is asked again"


def test_taking_what_all_must_acknowledge_leaves_the_wait_for_the_others() -> None:
    policy = a_policy()
    path = policy.paths["standard"]
    level = replace(path.levels[0], ask=Ask.ALL)
    team = policy.roster.teams["pay"]
    duty = OnCall(people=("dana", "ines"))
    roster = replace(policy.roster, teams={"pay": replace(team, on_call={**team.on_call, "L1": duty})})
    story = Story(replace(policy, roster=roster, paths={"standard": replace(path, levels=(level, *path.levels[1:]))}))
    story.fires().happens(command(Take, "ines"))
    assert story.opened.acknowledged_by == ""
    assert story.waits_for_acknowledgement
    assert story.opened.owner == "ines"


def test_a_note_reaches_the_records_with_its_author_also_when_all_is_over(opened: Story) -> None:
    opened.clears().happens(command(Note, reason="", text="The gateway was restarted."))
    assert opened.written[0].changes.comments[0].text == ("Dana Reyes noted in the console: The gateway was restarted.")


@pytest.mark.parametrize("kind", [Take, EscalateNow, lambda *said: Assign(*said, person="lee"), DeEscalate, HandBack])
def test_nothing_is_overruled_once_it_is_over(opened: Story, kind: Callable[..., Command]) -> None:
    before = opened.clears().opened
    opened.happens(command(kind))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE
    assert "because the ticket is resolved" in sentence(opened)
    assert opened.opened == replace(before, updated_at=opened.now)


def test_overruling_takes_a_reason(opened: Story) -> None:
    opened.happens(command(EscalateNow, reason=" "))
    assert opened.outcome.refused is Refused.MAKES_NO_SENSE
    assert "it takes a reason" in sentence(opened)


def test_somebody_may_be_called_by_their_name(opened: Story) -> None:
    opened.happens(command(Take, "lee park"))
    assert opened.opened.owner == "lee"


def test_an_assignment_in_the_console_is_not_mistaken_for_one_on_the_platform(opened: Story) -> None:
    opened.happens(command(Assign, person="lee"))
    action = opened.last(Verb.WRITE_RECORD)
    opened.happens(Report(action, Receipt(REF, 2, account="u7")))
    opened.is_changed(version=3, own=True, assignee=Party(account="u7"))
    assert not opened.opened.is_acknowledged
    assert opened.opened.theirs == {"assignee"}


def test_a_named_owner_who_is_away_is_passed_over_for_the_backup() -> None:
    policy = a_policy()
    away = {"ines": (Span(NOON - timedelta(days=1), NOON + timedelta(days=1)),)}
    story = Story(replace(policy, roster=Roster(policy.roster.people, policy.roster.teams, away))).fires()
    story.happens(command(SetOwner, "lee", level="L2", person="ines"))
    story.happens(command(SetBackup, "lee", level="L2", person="lee")).waits()
    assert (story.opened.level, story.told) == (2, ["lee"])

"""An alert's way from firing to resolved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from core.model import Impact, ReasonCode, Severity, State, TimerKind, Urgency, Verb
from tests.unit.core.conftest import NOON, Story, an_alert

Tell = Callable[..., Story]


def test_a_firing_alert_opens_a_ticket_and_creates_its_record_with_everything_at_once(story: Tell) -> None:
    now = story().fires()
    assert now.opened.severity is Severity.SEV1
    (create,) = now.written
    assert create.verb is Verb.CREATE_RECORD
    assert create.platform == "snow"
    assert create.changes.said() == {
        "title": "Payments fail",
        "severity": "SEV1",
        "impact": "1",
        "urgency": "1",
        "service": "payments",
        "team": "pay",
        "assignee": "dana",
    }
    assert now.told == ["dana"]


def test_the_record_gets_one_note_that_holds_every_reason(story: Tell) -> None:
    (create,) = story().fires().written
    (note,) = create.changes.comments
    assert note.internal
    assert "SEV1 because impact is high and urgency is high." in note.text
    assert "Routed to Payments Support because they own the service Payments." in note.text
    assert "L1 begins: Dana Reyes is on call for Payments Support and has 5 minutes to acknowledge." in note.text


def test_an_alert_that_is_over_opens_nothing(story: Tell) -> None:
    assert story().clears().outcome.ticket is None


def test_a_repeat_of_a_firing_alert_changes_nothing(story: Tell) -> None:
    now = story().fires().fires(after=1)
    assert now.reasons == [ReasonCode.REPEATED]
    assert now.outcome.actions == ()


def test_a_worse_repeat_raises_the_severity_and_the_wait_counts_on(story: Tell) -> None:
    now = story().fires(impact=Impact.MEDIUM, urgency=Urgency.MEDIUM)
    began = now.opened.awaiting_since
    now.is_created().fires(after=3)
    assert now.opened.severity is Severity.SEV1
    timer = now.opened.timer(TimerKind.ACKNOWLEDGE)
    assert timer is not None
    assert began is not None
    assert timer.due_at == began + timedelta(minutes=5)
    assert now.written[0].changes.said() == {"impact": "1", "urgency": "1", "severity": "SEV1"}


def test_the_end_of_the_alert_resolves_the_ticket_and_its_record(story: Tell) -> None:
    now = story().fires().is_created().clears(after=10)
    assert now.opened.state is State.RESOLVED
    assert not now.waits_for_acknowledgement
    (write,) = now.written
    assert write.changes.state is State.RESOLVED
    assert write.changes.resolution == "Resolved because alertmanager reports that it is over."
    assert now.outcome.withdraw_notices


def test_a_ticket_is_resolved_only_when_all_its_alerts_are_over(story: Tell) -> None:
    now = story().fires().is_created().fires(key="f2").clears(after=1)
    assert now.opened.state is State.NEW
    assert now.reasons == [ReasonCode.ALERT_CLEARED]


def test_a_late_older_report_does_not_resolve_what_fired_anew(story: Tell) -> None:
    now = story().fires().is_created()
    first_end = now.now + timedelta(minutes=1)
    now.fires(after=5, impact=Impact.HIGH)
    now.clears(after=1).fires(after=1)
    assert now.opened.state is State.NEW
    from tests.unit.core.conftest import an_alert

    now.happens(an_alert(state=State.RESOLVED, occurred_at=first_end))
    assert now.opened.state is State.NEW
    assert now.reasons == [ReasonCode.REPEATED]


def test_firing_again_soon_after_reopens_and_walks_the_path_anew(story: Tell) -> None:
    now = story().fires().is_created().clears(after=10).fires(after=5)
    assert now.opened.state is State.NEW
    assert now.opened.level == 1
    assert now.waits_for_acknowledgement
    assert now.written[0].changes.state is State.NEW
    assert ReasonCode.REOPENED in now.reasons


def test_a_ticket_that_stayed_resolved_is_closed_without_a_word_to_the_platform(story: Tell) -> None:
    now = story().fires().is_created().clears(after=10).waits()
    assert now.opened.state is State.CLOSED
    assert now.outcome.actions == ()
    assert now.reasons == [ReasonCode.CLOSED_BY_TIME]


def test_an_unknown_service_goes_to_the_default_team_with_the_reason(story: Tell) -> None:
    tale = story()
    tale.policy = replace(tale.policy, default_team="pay")
    now = tale.fires(service="mainframe")
    assert now.opened.team == "pay"
    sentences = [entry.reason.sentence for entry in now.outcome.entries]
    assert "Routed to Payments Support, the default team, because no service is called mainframe." in sentences


def test_without_any_team_the_ticket_is_marked_exhausted_at_once(story: Tell) -> None:
    now = story().fires(service=None)
    assert now.opened.exhausted
    assert not now.waits_for_acknowledgement
    assert now.told == ["ines"]
    assert now.written[0].verb is Verb.CREATE_RECORD


def test_half_an_impact_gives_the_default_severity(story: Tell) -> None:
    now = story().fires(urgency=None)
    assert now.opened.severity is Severity.SEV3
    assert ReasonCode.SEVERITY_DEFAULT in now.reasons


def test_a_firing_report_that_was_overtaken_by_the_end_does_not_reopen(story: Tell) -> None:
    now = story().fires().is_created().clears(after=5).happens(an_alert(occurred_at=NOON), after=1)
    assert now.opened.state is State.RESOLVED


def test_an_alert_that_is_still_said_to_fire_long_after_its_end_is_believed(story: Tell) -> None:
    now = story().fires().is_created().clears(after=5).happens(an_alert(occurred_at=NOON), after=20)
    assert now.opened.state is State.NEW
    assert now.told == ["dana"]


def test_a_severity_that_only_the_policy_changed_has_a_whole_sentence(story: Tell) -> None:
    now = story().fires(impact=None, urgency=None).is_created()
    rule = replace(now.policy.severity, default=Severity.SEV2)
    now.policy = replace(now.policy, severity=rule)
    now.is_changed(after=1, impact=Impact.LOW, urgency=None, assignee=None)
    assert now.outcome.sentence.startswith("Severity went from SEV3 to SEV2")


def test_an_alert_that_a_person_resolved_while_it_fires_is_left_to_them(story: Tell) -> None:
    now = story().fires().is_created().is_changed(after=1, state=State.RESOLVED)
    now.happens(an_alert(occurred_at=NOON), after=10)
    assert now.opened.state is State.RESOLVED
    assert now.reasons == [ReasonCode.REPEATED]
    now.fires(after=10)
    assert ReasonCode.REOPENED in now.reasons


def test_what_got_worse_when_nobody_was_left_to_ask_is_asked_again(story: Tell) -> None:
    now = story().fires(impact=Impact.MEDIUM, urgency=Urgency.MEDIUM).is_created().waits().waits()
    assert now.opened.exhausted
    now.fires(after=1)
    assert not now.opened.exhausted
    assert now.told == ["dana"]
    assert now.waits_for_acknowledgement


def test_what_got_better_when_nobody_was_left_to_ask_stays_so(story: Tell) -> None:
    now = story().fires().is_created().waits().waits().fires(after=1, impact=Impact.LOW)
    assert now.opened.exhausted
    assert now.told == []

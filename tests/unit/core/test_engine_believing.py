"""Alerts of sources that never say when something is over: believed for a while, renewed by every report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine import step
from core.engine.forecast import forecast_ticket
from core.model import Event, HoldAutomation, Party, ReasonCode, State, Stimulus, Ticket, TimerDue, TimerKind, Unopened
from core.store.codec import from_json, to_json
from tests.unit.core.conftest import NOON, Story, a_policy, an_alert

Tell = Callable[..., Story]
HOUR = 3600


def believed(now: Story) -> datetime:
    until = now.opened.believed_until
    assert until is not None
    return until


def lapses(now: Story) -> Story:
    timer = now.opened.timer(TimerKind.ALERT)
    assert timer is not None
    return now.happens(TimerDue(timer.kind, timer.token), (timer.due_at - now.now).total_seconds() / 60)


def test_an_alert_without_a_time_is_believed_until_its_source_says_otherwise(story: Tell) -> None:
    now = story().fires()
    assert now.opened.believed_until is None
    assert now.opened.alerts[0].until is None


def test_an_alert_with_a_time_is_over_when_nobody_reports_it_again(story: Tell) -> None:
    now = lapses(story().fires(lasts=HOUR).is_created())
    assert now.now == NOON + timedelta(hours=1)
    assert now.opened.state is State.RESOLVED
    assert now.opened.resolution == (
        "Resolved because alertmanager has not reported it again for 1 hour, after which it is not believed."
    )
    assert now.written[0].changes.state is State.RESOLVED
    assert now.reasons == [ReasonCode.RESOLVED_BY_SILENCE]
    assert not now.opened.alerts[0].firing
    assert now.opened.timer(TimerKind.ALERT) is None


def test_every_report_begins_the_time_anew_by_our_clock(story: Tell) -> None:
    now = story().fires(lasts=HOUR)
    now.happens(an_alert(lasts=HOUR, occurred_at=NOON), after=50)
    assert now.reasons == [ReasonCode.REPEATED]
    assert believed(now) == NOON + timedelta(minutes=110)


def test_the_timer_of_before_the_renewal_changes_nothing(story: Tell) -> None:
    now = story().fires(lasts=HOUR)
    early = now.opened.timer(TimerKind.ALERT)
    assert early is not None
    now.fires(after=30, lasts=HOUR).happens(TimerDue(early.kind, early.token), after=30)
    assert now.opened.state is State.NEW
    assert now.reasons == [ReasonCode.TIMER_OUTDATED]


def test_an_overtaken_report_does_not_renew(story: Tell) -> None:
    now = story().fires(lasts=HOUR)
    now.happens(an_alert(lasts=HOUR, occurred_at=NOON - timedelta(hours=3)), after=10)
    assert believed(now) == NOON + timedelta(hours=1)


def test_a_source_that_says_it_after_all_is_heard(story: Tell) -> None:
    now = story().fires(lasts=HOUR).clears(after=5)
    assert now.opened.state is State.RESOLVED
    assert now.opened.timer(TimerKind.ALERT) is None
    assert now.opened.alerts[0].lasts is None


def test_a_source_that_says_no_time_any_more_is_believed_for_good(story: Tell) -> None:
    now = story().fires(lasts=HOUR).fires(after=5)
    assert now.opened.believed_until is None


def test_a_ticket_is_resolved_only_when_the_last_of_its_alerts_lapses(story: Tell) -> None:
    now = lapses(story().fires(lasts=HOUR).fires(after=20, key="f2", lasts=HOUR))
    assert now.opened.state is State.NEW
    assert now.reasons == [ReasonCode.ALERT_LAPSED]
    assert believed(now) == NOON + timedelta(minutes=80)
    assert lapses(now).opened.state is State.RESOLVED


def test_an_alert_that_is_said_to_last_keeps_the_ticket_open_beside_one_that_lapses(story: Tell) -> None:
    now = lapses(story().fires(lasts=HOUR).fires(after=20, key="f2"))
    assert now.opened.state is State.NEW
    assert now.opened.believed_until is None


def test_one_that_is_reported_after_it_lapsed_fires_anew(story: Tell) -> None:
    now = lapses(story().fires(lasts=HOUR).is_created())
    now.happens(an_alert(lasts=HOUR, occurred_at=NOON + timedelta(minutes=59)), after=1)
    assert now.opened.state is State.NEW
    assert ReasonCode.REOPENED in now.reasons
    assert believed(now) == now.now + timedelta(hours=1)


def test_what_a_person_resolved_while_it_fires_is_not_reopened_by_repeats(story: Tell) -> None:
    now = story().fires(lasts=HOUR).is_created()
    now.is_changed(after=1, state=State.RESOLVED, actor=Party(name="Lee Park"))
    assert now.opened.believed_until is None
    for _ in range(5):
        now.happens(an_alert(lasts=HOUR, occurred_at=NOON), after=40)
        assert now.opened.state is State.RESOLVED
        assert now.reasons == [ReasonCode.REPEATED]
    assert lapses(now).opened.state is State.RESOLVED
    assert now.reasons == [ReasonCode.ALERT_LAPSED]


def test_a_hold_does_not_put_off_the_end(story: Tell) -> None:
    now = story().fires(lasts=HOUR)
    now.happens(HoldAutomation("dana", "here", "so", until=NOON + timedelta(hours=8)), after=1)
    assert lapses(now).now == NOON + timedelta(hours=1)
    assert now.opened.state is State.RESOLVED


def test_the_forecast_tells_when_it_will_count_as_over(story: Tell) -> None:
    tale = story()
    moments = forecast_ticket(tale.fires(lasts=HOUR).opened, tale.policy)
    (end,) = [one for one in moments if any(why.code is ReasonCode.RESOLVED_BY_SILENCE for why in one.reasons)]
    assert end.at == NOON + timedelta(hours=1)


def test_a_ticket_that_was_stored_before_there_was_a_time_still_loads(story: Tell) -> None:
    stored = to_json(story().fires().opened)
    assert "until" not in str(stored["alerts"])
    assert from_json(stored, Ticket).alerts[0].lasts is None


reports = st.builds(
    lambda state, key, lasts, minutes: an_alert(
        state=state, key=key, lasts=lasts, occurred_at=NOON + timedelta(minutes=minutes)
    ),
    st.sampled_from([State.NEW, State.NEW, State.RESOLVED]),
    st.sampled_from(["f1", "f2"]),
    st.sampled_from([None, 60, 600, HOUR]),
    st.integers(-30, 300),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.one_of(reports, st.just("timer")), st.integers(0, 90)), max_size=12))
def test_what_fires_for_a_while_only_always_has_a_timer_by_then_at_the_latest(
    tale: list[tuple[Event | str, int]],
) -> None:
    policy, now = a_policy(), NOON
    ticket = step(Unopened(1, "k3f9q2abcd"), an_alert(lasts=600), policy, now).ticket
    for move, minutes in tale:
        assert ticket is not None
        now += timedelta(minutes=minutes)
        stimulus: Stimulus | None
        if isinstance(move, Event):
            stimulus = move
        else:
            due = min(ticket.timers, key=lambda one: one.due_at, default=None)
            stimulus, now = (TimerDue(due.kind, due.token), max(now, due.due_at)) if due else (None, now)
        if stimulus is None:
            continue
        ticket = step(ticket, stimulus, policy, now).ticket
        assert ticket is not None
        ends = [one.until for one in ticket.alerts if one.until]
        timer = ticket.timer(TimerKind.ALERT)
        assert (timer.due_at if timer else None) == min(ends, default=None)
        assert all(one.firing for one in ticket.alerts if one.until), "what is over is believed no longer"
        assert replace(ticket) == from_json(to_json(ticket), Ticket)

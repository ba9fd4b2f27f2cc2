"""A surge: when it stands, whom it calls up, and what may wait longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine import step
from core.model import (
    Impact,
    ReasonCode,
    Severity,
    Surge,
    SurgeOver,
    Surroundings,
    Ticket,
    TimerKind,
    Unopened,
    Urgency,
)
from core.policy import MajorRule
from core.policy.surge import SurgeRule
from tests.unit.core.conftest import NOON, a_policy, an_alert

RULE = SurgeRule(at=10, window=timedelta(minutes=15), until=5, call=("ines", "pay/L3", "pay/L1", "dana"), widen=2)
POLICY = a_policy(major=MajorRule(surge=RULE))
WORST = (Impact.HIGH, Urgency.HIGH)
MILD = (Impact.LOW, Urgency.LOW)


def opened(grade: tuple[Impact, Urgency], surge: Surge | None) -> Ticket:
    event = an_alert(impact=grade[0], urgency=grade[1])
    ticket = step(Unopened(1, "k3f9q2abcd"), event, POLICY, NOON, Surroundings(surge=surge)).ticket
    assert ticket is not None
    return ticket


def waits(ticket: Ticket) -> timedelta:
    timer = ticket.timer(TimerKind.ACKNOWLEDGE)
    assert timer is not None
    return timer.due_at - NOON


@given(st.lists(st.integers(0, 20)))
def test_it_begins_at_the_threshold_and_ends_only_below_the_lower_one(counts: list[int]) -> None:
    running = False
    for count in counts:
        before, running = running, RULE.stands(count, running=running)
        assert running is (count >= 10 or (before and count >= 5))


def test_what_is_mild_may_wait_longer_and_what_is_not_may_not() -> None:
    surge = Surge(NOON, 10)
    assert waits(opened(MILD, surge)) == 2 * waits(opened(MILD, None))
    assert waits(opened(WORST, surge)) == waits(opened(WORST, None))


def test_with_its_first_ticket_everybody_who_is_called_up_is_told_once() -> None:
    around = Surroundings(surge=Surge(NOON, 10, begins=True))
    outcome = step(Unopened(1, "k3f9q2abcd"), an_alert(), POLICY, NOON, around)
    told = [one.notice.person for one in outcome.actions if one.notice and one.notice.informs]
    assert told == ["ines", "lee", "dana"]
    sentences = [one.reason.sentence for one in outcome.entries if one.reason.code is ReasonCode.SURGE_BEGAN]
    (sentence,) = sentences
    assert sentence.startswith("A surge begins: 10 tickets that were opened within 15 minutes are open.")
    assert sentence.endswith("Ines Moreau, Lee Park and Dana Reyes are called up.")


def test_when_it_is_over_they_are_told_also_if_the_ticket_is_over() -> None:
    ticket = opened(WORST, None)
    outcome = step(ticket, SurgeOver(NOON), POLICY, NOON + timedelta(minutes=30))
    assert [one.notice.person for one in outcome.actions if one.notice] == ["ines", "lee", "dana"]
    assert outcome.sentence == "The surge that began with this ticket is over after 30 minutes."


@pytest.mark.parametrize("severity", list(Severity))
def test_without_a_rule_nothing_is_widened(severity: Severity) -> None:
    plain = SurgeRule(at=10, window=timedelta(minutes=15), until=5)
    assert plain.widened(timedelta(minutes=5), severity) == timedelta(minutes=5)
    assert plain.does(POLICY.roster, NOON) == ""

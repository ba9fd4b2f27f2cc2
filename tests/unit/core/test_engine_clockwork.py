"""One clock under any changes: what it has counted only grows, and does not depend on the order of changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.clockwork import Aim, bring, next_mark
from core.model import Clock
from core.policy import Calendar, Hours
from core.policy.spent import comes_to, elapsed, percent
from tests.unit.core.conftest import a_policy

BEGIN = datetime(2026, 3, 27, 6, 0, tzinfo=UTC)  # the Friday before clocks go forward
HOUR = timedelta(hours=1)
OFFICE = Calendar(
    name="office", time_zone="Europe/Paris", hours=(Hours(frozenset(range(5)), 9 * HOUR, 17 * HOUR),), country="FR"
)
POLICY = a_policy(calendars={"office": OFFICE})
START = Aim(name="resolve", target=4 * HOUR, calendar="always")

targets = st.integers(1, 200).map(lambda hours: {"target": hours * HOUR})
calendars = st.sampled_from(("always", "office")).map(lambda name: {"calendar": name})
pauses = st.sampled_from(("", "it is on hold")).map(lambda why: {"paused": why})
ends = st.booleans().map(lambda over: {"over": over})
warnings = st.lists(st.integers(1, 99), max_size=3).map(lambda marks: {"warn_at": tuple(sorted(set(marks)))})
changes = st.one_of(targets, calendars, pauses, ends, warnings)
stories = st.lists(st.tuples(st.integers(0, 50 * 3600), changes), max_size=12)


def begun() -> Clock:
    clock, _ = bring(None, START, POLICY, BEGIN)
    assert clock is not None
    return clock


def counted(clock: Clock, at: datetime) -> timedelta:
    return elapsed(clock, POLICY.calendar(clock.calendar), at)


@settings(max_examples=150, deadline=None)
@given(stories)
def test_what_a_clock_has_counted_never_shrinks(story: list[tuple[int, dict[str, object]]]) -> None:
    now, aim, clock, last = BEGIN, replace(START, goes_on=True), begun(), timedelta(0)
    for seconds, change in story:
        now += timedelta(seconds=seconds)
        before = counted(clock, now)
        aim = replace(aim, **change)  # type: ignore[arg-type] # drawn by name
        found, _ = bring(clock, aim, POLICY, now)
        assert found is not None
        clock = found
        assert last <= before == counted(clock, now) <= now - BEGIN
        last = before


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 200 * 3600), st.tuples(targets, calendars, pauses), st.integers(0, 200 * 3600))
def test_the_order_of_changes_at_one_moment_does_not_matter(
    first: int, changes: tuple[dict[str, object], ...], later: int
) -> None:
    now = BEGIN + timedelta(seconds=first)
    ends = set()
    for order in permutations(changes):
        aim, clock = START, begun()
        for change in order:
            aim = replace(aim, **change)  # type: ignore[arg-type] # drawn by name
            clock = bring(clock, aim, POLICY, now)[0] or clock
        then = now + timedelta(seconds=later)
        ends.add((counted(clock, then), clock.target, clock.calendar, clock.paused, clock.due_at))
    assert len(ends) == 1


@settings(max_examples=100, deadline=None)
@given(stories)
def test_every_mark_is_told_once_and_none_is_lost(story: list[tuple[int, dict[str, object]]]) -> None:
    now, aim, clock = BEGIN, START, begun()
    for seconds, change in story:
        now += timedelta(seconds=seconds)
        if "over" in change:
            continue
        aim = replace(aim, **change)  # type: ignore[arg-type] # drawn by name
        found, _ = bring(clock, aim, POLICY, now)
        assert found is not None
        clock, again = bring(found, aim, POLICY, now)[0] or found, bring(found, aim, POLICY, now)[1]
        assert again == ()
        assert clock == found
        reached = percent(clock, POLICY.calendar(clock.calendar), now)
        assert {mark for mark in (*clock.warn_at, 100) if mark <= reached} <= set(clock.marks)
        assert all(mark <= reached for mark in clock.marks)
        assert (clock.breached_at is not None) == (100 in clock.marks)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 100 * 3600), targets, calendars, st.integers(1, 150))
def test_at_the_moment_at_which_a_mark_is_due_it_is_passed(
    seconds: int, target: dict[str, object], calendar: dict[str, object], mark: int
) -> None:
    aim = replace(START, **target, **calendar)  # type: ignore[arg-type] # drawn by name
    clock, _ = bring(begun(), aim, POLICY, BEGIN + timedelta(seconds=seconds))
    assert clock is not None
    due = comes_to(clock, POLICY.calendar(clock.calendar), mark)
    assert due is not None
    assert percent(clock, POLICY.calendar(clock.calendar), due) >= mark
    if due > (clock.since or due):
        assert percent(clock, POLICY.calendar(clock.calendar), due - timedelta(seconds=1)) < mark


def test_a_clock_without_marks_to_come_is_not_looked_at_again() -> None:
    clock, passed = bring(begun(), START, POLICY, BEGIN + 5 * HOUR)
    assert clock is not None
    assert [(one.mark, one.at) for one in passed] == [(100, BEGIN + 4 * HOUR)]
    assert next_mark(clock, POLICY) is None


def test_a_beginning_anew_first_tells_what_was_missed_before_it() -> None:
    aim = replace(START, name="update", anew=BEGIN + 5 * HOUR)
    clock, passed = bring(begun(), aim, POLICY, BEGIN + 6 * HOUR)
    assert clock is not None
    assert [one.mark for one in passed] == [100]
    assert (clock.since, clock.elapsed, clock.breached_at) == (BEGIN + 5 * HOUR, timedelta(0), None)

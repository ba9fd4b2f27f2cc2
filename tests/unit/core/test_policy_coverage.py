"""Whether somebody is on call at every moment: the gaps that are found, and the worst first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import Person, Severity
from core.policy import (
    Basis,
    Hours,
    Level,
    OnCall,
    Path,
    Policy,
    Roster,
    Service,
    SeverityRule,
    Span,
    Team,
    coverage,
    on_call,
)

START = datetime(2026, 3, 2, tzinfo=UTC)
END = START + timedelta(weeks=8)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = (Hours(frozenset(range(5)), 9 * HOUR, 17 * HOUR),)
PEOPLE = {name: Person(name, name.title(), ways=("mailto://x",)) for name in ("dana", "lee", "sam")}


def policy(last_resort: str = "", default_team: str = "", **duties: OnCall) -> Policy:
    team = Team(id="pay", name="Payments", on_call=duties)
    desk = Team(id="desk", name="Desk", on_call={"L1": OnCall(people=("sam",)), "L2": OnCall(people=("sam",))})
    levels = tuple(Level(name=name, acknowledge_within=dict.fromkeys(Severity, HOUR)) for name in ("L1", "L2"))
    services = {name: Service(id=name, name=name, team="pay") for name in ("payments", "checkout")}
    return Policy(
        version=1,
        name="p",
        severity=SeverityRule(matrix={}, default=Severity.SEV3),
        paths={"standard": Path(name="standard", levels=levels, last_resorts=(last_resort,) if last_resort else ())},
        default_path="standard",
        services=services,
        default_team=default_team,
        roster=Roster(PEOPLE, {"pay": team, "desk": desk}),
    )


def off(given: Policy, **times: Span) -> Policy:
    time_off = {person: (span,) for person, span in times.items()}
    return replace(given, roster=replace(given.roster, time_off=time_off))


ALWAYS = OnCall(people=("dana",))


def test_with_somebody_always_on_call_nothing_is_found() -> None:
    found = coverage(policy(L1=ALWAYS, L2=ALWAYS, default_team="desk", last_resort="sam"), START, END)
    assert (found.gaps, found.unreachable, found.absent) == ((), (), ())


def test_hours_leave_nights_and_weekends_open_and_the_longest_comes_first() -> None:
    (gap,) = coverage(policy(L1=replace(ALWAYS, hours=OFFICE), L2=ALWAYS), START, START + 7 * DAY).gaps
    assert (gap.team, gap.level, gap.services, gap.named) == ("pay", "L1", ("payments", "checkout"), True)
    assert gap.total == 7 * DAY - 40 * HOUR
    assert (gap.times[0].start, gap.times[0].end) == (START + 4 * DAY + 17 * HOUR, START + 7 * DAY)
    assert {time.why.basis for time in gap.times} == {Basis.NOBODY}
    assert [time.end - time.start for time in gap.times] == [55 * HOUR, *[16 * HOUR] * 4, 9 * HOUR]


def test_a_level_that_nobody_is_named_for_is_one_gap_and_worse_than_nights() -> None:
    worst, other = coverage(policy(L1=replace(ALWAYS, hours=OFFICE)), START, END).gaps
    assert (worst.level, worst.named, worst.total, len(worst.times)) == ("L2", False, END - START, 1)
    assert other.level == "L1"


def test_who_is_off_while_the_only_one_leaves_a_gap_that_names_them() -> None:
    away = Span(START + DAY, START + 3 * DAY)
    (gap,) = coverage(off(policy(L1=ALWAYS, L2=OnCall(people=("dana", "lee"))), dana=away), START, END).gaps
    (time,) = gap.times
    assert (time.start, time.end, time.why.people) == (away.start, away.end, ("dana",))


def test_the_default_team_is_looked_at_without_any_service() -> None:
    given = policy(L1=ALWAYS, L2=ALWAYS, default_team="desk")
    (first, second) = coverage(off(given, sam=Span(START, END)), START, END).gaps
    assert {first.team, second.team} == {"desk"}
    assert first.services == ()


def test_nothing_is_asked_of_a_team_that_gets_no_ticket() -> None:
    assert coverage(off(policy(L1=ALWAYS, L2=ALWAYS), sam=Span(START, END)), START, END).gaps == ()


def test_people_without_a_way_are_told_with_what_calls_on_them() -> None:
    given = policy(last_resort="lee", L1=ALWAYS, L2=OnCall(people=("sam",), layers=(ALWAYS,)))
    mute = {name: Person(name, name.title()) for name in ("dana", "lee", "ines")}
    given = replace(given, roster=replace(given.roster, people=PEOPLE | mute))
    dana, lee = coverage(given, START, END).unreachable
    assert (dana.person, dana.duties, dana.last_resort_of) == ("dana", (("pay", "L1"), ("pay", "L2")), ())
    assert (lee.person, lee.duties, lee.last_resort_of) == ("lee", (), ("standard",))


@pytest.mark.parametrize(("days", "found"), [((-2, -1), []), ((-1, 1), [(0, 1)]), ((55, 60), [(55, 56)])])
def test_a_last_resort_who_is_off_is_told_for_the_time_looked_at(
    days: tuple[int, int], found: list[tuple[int, int]]
) -> None:
    away = Span(START + days[0] * DAY, START + days[1] * DAY)
    given = off(policy(last_resort="lee", L1=ALWAYS, L2=ALWAYS), lee=away)
    found_ = coverage(given, START, END).absent
    assert {(one.person, one.path, one.time_zone) for one in found_} <= {("lee", "standard", "UTC")}
    times = [time for one in found_ for time in one.times]
    assert times == [Span(START + first * DAY, START + last * DAY) for first, last in found]


@given(st.timedeltas(timedelta(0), END - START - timedelta(seconds=1)), st.integers(0, 23), st.integers(1, 24))
def test_nobody_is_on_call_within_a_gap_and_somebody_is_without(at: timedelta, start: int, length: int) -> None:
    hours = (Hours(frozenset({0, 2, 5}), start * HOUR, (start + length) * HOUR),)
    duty = OnCall(people=("dana",), hours=hours, time_zone="Europe/Paris")
    (gap,) = coverage(policy(L1=duty, L2=ALWAYS), START, END).gaps
    within = any(time.start <= START + at < time.end for time in gap.times)
    assert within == (not on_call(duty, START + at))

"""Shifts and who is on call agree at every moment, and hand-overs keep to the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.policy import (
    Basis,
    Hours,
    Layer,
    OnCall,
    Override,
    Roster,
    Shift,
    Span,
    Team,
    TimeOff,
    instant,
    on_call,
    shifts,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEKDAYS, EVERY_DAY = frozenset(range(5)), frozenset(range(7))
ZONES = (
    "UTC", "Europe/Paris", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kolkata",
    "America/St_Johns", "America/Havana", "America/Santiago", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia",
)  # fmt: skip
CHANGES = {
    "Europe/Paris": (datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30)),
    "America/New_York": (datetime(2026, 3, 8, 2, 30), datetime(2026, 11, 1, 1, 30)),
    "Australia/Sydney": (datetime(2026, 10, 4, 2, 30), datetime(2026, 4, 5, 2, 30)),
    "Australia/Lord_Howe": (datetime(2026, 10, 4, 2, 15), datetime(2026, 4, 5, 1, 45)),
    "America/St_Johns": (datetime(2026, 3, 8, 2, 30), datetime(2026, 11, 1, 1, 30)),
}
"""By zone: a local time that clocks skip in 2026, and one that they show twice."""


def at(zone: str, *when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[arg-type, misc] # a moment


def utc(*when: int) -> datetime:
    return at("UTC", *when)


def hours(start: float, end: float, days: frozenset[int] = EVERY_DAY) -> tuple[Hours, ...]:
    return (Hours(days, start * HOUR, end * HOUR),)


def told(found: tuple[Shift, ...]) -> list[tuple[str, timedelta]]:
    return [(shift.person, shift.end - shift.start) for shift in found]


@pytest.mark.parametrize("zone", CHANGES)
def test_a_skipped_time_is_the_moment_of_the_skip_and_a_repeated_one_its_first(zone: str) -> None:
    there = ZoneInfo(zone)
    skipped, repeated = CHANGES[zone]
    skip = instant(skipped, zone)
    assert skip == instant(skipped + timedelta(minutes=5), zone)
    assert (skip - timedelta(seconds=1)).astimezone(there).replace(tzinfo=None) < skipped
    assert skip.astimezone(there).replace(tzinfo=None) > skipped
    assert instant(repeated, zone) == repeated.replace(tzinfo=there, fold=0).astimezone(UTC)
    assert instant(repeated, zone) < repeated.replace(tzinfo=there, fold=1).astimezone(UTC)


def test_a_day_that_a_country_left_out_is_the_moment_after_the_day_before() -> None:
    assert instant(datetime(2011, 12, 30, 15), "Pacific/Apia") == at("Pacific/Apia", 2011, 12, 31)


@pytest.mark.parametrize("zone", CHANGES)
def test_hand_overs_keep_their_local_time_on_both_sides_of_both_clock_changes(zone: str) -> None:
    duty = OnCall(people=("a", "b"), rotation="daily", starts=datetime(2026, 1, 1, 9), time_zone=zone)
    found = shifts(duty, at(zone, 2026, 1, 1, 9), at(zone, 2027, 1, 1, 9))
    assert len(found) == 365
    assert {shift.start.astimezone(ZoneInfo(zone)).time() for shift in found} == {time(9)}
    change = timedelta(minutes=30) if zone == "Australia/Lord_Howe" else HOUR
    assert sorted({shift.end - shift.start for shift in found}) == [DAY - change, DAY, DAY + change]


def test_a_hand_over_at_a_time_that_clocks_skip_happens_at_the_skip() -> None:
    duty = OnCall(people=("a", "b"), rotation="daily", starts=datetime(2026, 3, 28, 2, 30), time_zone="Europe/Paris")
    assert on_call(duty, utc(2026, 3, 29, 0, 59)) == "a"
    assert on_call(duty, utc(2026, 3, 29, 1, 0)) == "b"


def test_a_hand_over_at_a_time_that_comes_twice_happens_once() -> None:
    duty = OnCall(people=("a", "b"), rotation="daily", starts=datetime(2026, 10, 24, 2, 30), time_zone="Europe/Paris")
    assert [on_call(duty, utc(2026, 10, 25, hour, minute)) for hour, minute in ((0, 29), (0, 30), (1, 15))] == [
        "a", "b", "b",
    ]  # fmt: skip


def test_a_turn_of_twelve_hours_is_eleven_and_thirteen_long_where_clocks_change() -> None:
    duty = OnCall(people=("day", "night"), rotation=12 * HOUR, starts=datetime(2026, 1, 1, 8), time_zone="Europe/Paris")
    spring = shifts(duty, utc(2026, 3, 28, 7), utc(2026, 3, 29, 18))
    assert told(spring) == [("day", 12 * HOUR), ("night", 11 * HOUR), ("day", 12 * HOUR)]
    autumn = shifts(duty, utc(2026, 10, 24, 6), utc(2026, 10, 25, 19))
    assert told(autumn) == [("day", 12 * HOUR), ("night", 13 * HOUR), ("day", 12 * HOUR)]


def test_a_turn_of_three_days_goes_over_leap_day_and_year_end() -> None:
    duty = OnCall(people=("a", "b"), rotation=3 * DAY, starts=datetime(2027, 12, 30))
    assert told(shifts(duty, utc(2027, 12, 30), utc(2028, 1, 5))) == [("a", 3 * DAY), ("b", 3 * DAY)]
    assert [on_call(duty, utc(2028, 2, day)) for day in (27, 28, 29)] == ["b", "a", "a"]
    assert on_call(duty, utc(2028, 3, 1)) == "a"
    assert on_call(duty, utc(2028, 3, 2)) == "b"


def test_round_the_clock_nothing_is_lost_at_midnight() -> None:
    always = OnCall(people=("a",), hours=hours(0, 24))
    assert told(shifts(always, utc(2026, 1, 1), utc(2026, 3, 1))) == [("a", 59 * DAY)]
    daily = OnCall(people=("a", "b"), rotation="daily", starts=datetime(2026, 1, 1))
    assert on_call(daily, utc(2026, 1, 2) - timedelta(microseconds=1)) == "a"
    assert on_call(daily, utc(2026, 1, 2)) == "b"


def test_hours_that_span_midnight_belong_to_the_day_on_which_they_begin() -> None:
    duty = OnCall(people=("night",), hours=hours(22, 30, frozenset({4})), time_zone="Europe/Paris")
    found = shifts(duty, utc(2026, 1, 1), utc(2026, 1, 8))
    assert told(found) == [("", 45 * HOUR), ("night", 8 * HOUR), ("", 115 * HOUR)]
    assert found[1].start == at("Europe/Paris", 2026, 1, 2, 22)
    assert found[0].why.basis is Basis.NOBODY


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    duty = OnCall(people=("night",), hours=hours(22, 30), time_zone="Europe/Paris")
    spring, autumn = (
        shifts(duty, at("Europe/Paris", 2026, month, day, 12), at("Europe/Paris", 2026, month, day + 1, 12))
        for month, day in ((3, 28), (10, 24))
    )
    assert (told(spring)[1], told(autumn)[1]) == (("night", 7 * HOUR), ("night", 9 * HOUR))


def test_hours_that_have_begun_go_on_when_clocks_go_back_to_the_day_before() -> None:
    duty = OnCall(people=("a",), hours=hours(0, 8, frozenset({6})), time_zone="America/St_Johns")
    assert on_call(duty, at("America/St_Johns", 2010, 11, 6, 23, 30, fold=0)) == ""
    assert on_call(duty, at("America/St_Johns", 2010, 11, 6, 23, 30, fold=1)) == "a"


def test_a_later_layer_covers_an_earlier_one_where_it_has_somebody() -> None:
    office = Layer(people=("office",), hours=hours(9, 17, WEEKDAYS))
    duty = OnCall(people=("base",), layers=(office, Layer(people=())))
    assert on_call(duty, utc(2026, 3, 2, 9)) == "office"
    assert on_call(duty, utc(2026, 3, 2, 17)) == "base"
    assert on_call(duty, utc(2026, 3, 7, 9)) == "base"


def test_the_sun_is_followed_without_a_gap_through_every_clock_change_of_the_year() -> None:
    regions = (("Asia/Tokyo", "yuki"), ("Europe/Paris", "dana"), ("America/New_York", "lee"))
    layers = tuple(Layer(people=(who,), time_zone=zone, hours=hours(8, 17)) for zone, who in regions)
    duty = OnCall(people=("watch",), layers=layers)
    found = shifts(duty, utc(2026, 1, 1), utc(2027, 1, 1))
    assert {shift.person for shift in found} == {"yuki", "dana", "lee", "watch"}
    for shift in found:
        if shift.person == "lee" and shift.start > utc(2026, 1, 1) and shift.end < utc(2027, 1, 1):
            there = [moment.astimezone(ZoneInfo("America/New_York")).time() for moment in (shift.start, shift.end)]
            assert there == [time(8), time(17)]
    assert sum((shift.end - shift.start for shift in found), timedelta()) == 365 * DAY


def span(start: datetime, end: datetime) -> Span:
    return Span(start, end)


WEEK = Span(utc(2026, 3, 2), utc(2026, 3, 9))
TEAM = OnCall(people=("dana", "lee", "sam"), rotation="daily", starts=datetime(2026, 3, 2))


def test_an_override_names_somebody_for_a_while_and_says_why() -> None:
    one = Override(span=span(utc(2026, 3, 2, 9), utc(2026, 3, 2, 12)), person="ines", reason="release")
    duty = OnCall(people=("dana",), hours=hours(9, 10), overrides=(one,))
    before, covered, _ = shifts(duty, utc(2026, 3, 2, 8), utc(2026, 3, 2, 13))
    assert (before.person, covered.person, covered.end) == ("", "ines", one.span.end)
    assert covered.why.sentence() == "override: release"


def test_of_overlapping_overrides_the_later_in_the_list_holds() -> None:
    first = Override(span=span(utc(2026, 3, 2), utc(2026, 3, 2, 12)), person="ines", reason="x")
    second = Override(span=span(utc(2026, 3, 2, 6), utc(2026, 3, 2, 18)), person="tomas", reason="y")
    duty = OnCall(people=("dana",), overrides=(first, second))
    assert told(shifts(duty, utc(2026, 3, 2), utc(2026, 3, 3))) == [
        ("ines", 6 * HOUR), ("tomas", 12 * HOUR), ("dana", 6 * HOUR),
    ]  # fmt: skip


def test_two_swap_their_turns_and_the_others_keep_theirs() -> None:
    swap = Override(span=WEEK, swap=("dana", "sam"), reason="concert")
    duty = OnCall(people=TEAM.people, rotation="daily", starts=TEAM.starts, overrides=(swap,))
    found = shifts(duty, utc(2026, 3, 2), utc(2026, 3, 5))
    assert [shift.person for shift in found] == ["sam", "lee", "dana"]
    names = {"dana": "Dana Reyes"}
    assert found[0].why.sentence(lambda person: names.get(person, person)) == "in the turn of Dana Reyes: concert"
    assert found[1].why.basis is Basis.TURN


def test_a_swap_that_another_takes_back_leaves_the_turn_as_it_was() -> None:
    swap = Override(span=WEEK, swap=("dana", "sam"), reason="x")
    duty = OnCall(people=("dana", "sam"), overrides=(swap, swap))
    assert shifts(duty, WEEK.start, WEEK.end)[0].why.basis is Basis.TURN
    assert on_call(duty, WEEK.start) == "dana"


def test_who_is_off_is_passed_over_for_the_next_in_turn() -> None:
    off = {"dana": (WEEK,), "lee": (span(utc(2026, 3, 3, 12), utc(2026, 3, 4)),)}
    found = shifts(TEAM, utc(2026, 3, 2), utc(2026, 3, 5), off)
    assert told(found) == [("lee", DAY), ("lee", 12 * HOUR), ("sam", 12 * HOUR), ("sam", DAY)]
    assert [shift.why.sentence() for shift in found] == ["dana is off", "in turn", "lee is off", "in turn"]


def test_when_a_whole_layer_is_off_the_layer_below_has_the_duty() -> None:
    duty = OnCall(people=("base",), layers=(Layer(people=("a", "b")),))
    found = shifts(duty, WEEK.start, WEEK.end + DAY, {"a": (WEEK,), "b": (WEEK,)})
    assert told(found) == [("base", 7 * DAY), ("a", DAY)]
    assert found[0].why.sentence() == "a is off"


def test_an_override_for_somebody_who_is_off_gives_way_to_the_turn() -> None:
    duty = OnCall(people=("dana",), overrides=(Override(span=WEEK, person="lee", reason="x"),))
    assert on_call(duty, WEEK.start, {"lee": (WEEK,)}) == "dana"


def test_with_everybody_off_nobody_is_on_call_and_the_shift_names_them() -> None:
    off = dict.fromkeys(TEAM.people, (WEEK,))
    (shift,) = shifts(TEAM, WEEK.start, WEEK.start + DAY, off)
    assert (shift.person, shift.why.basis, shift.why.people) == ("", Basis.ALL_OFF, ("dana", "lee", "sam"))
    assert on_call(TEAM, WEEK.end, off) == "lee"


def test_the_roster_knows_who_is_off() -> None:
    team = Team(id="pay", name="Payments", on_call={"L1": TEAM})
    roster = Roster(teams={"pay": team}, time_off={"dana": (WEEK,)})
    assert roster.on_call("pay", "L1", WEEK.start) == "lee"
    assert roster.on_call("pay", "L2", WEEK.start) == ""
    assert roster.duty("none", "L1") is None


def test_nothing_lasts_no_time() -> None:
    assert shifts(TEAM, WEEK.start, WEEK.start) == ()
    assert shifts(TEAM, WEEK.end, WEEK.start) == ()


_PEOPLE = st.lists(st.sampled_from("abcd"), max_size=4).map(tuple)
_MOMENTS = st.datetimes(datetime(2025, 6, 1), datetime(2028, 6, 1), timezones=st.just(UTC)) | st.sampled_from(
    [instant(local, zone) for zone, both in CHANGES.items() for local in both]
)


@st.composite
def _spans(draw: st.DrawFn) -> Span:
    start = draw(_MOMENTS)
    return Span(start, start + draw(st.timedeltas(timedelta(seconds=1), 20 * DAY)))


@st.composite
def _hours(draw: st.DrawFn) -> Hours:
    start = draw(st.integers(0, 24 * 60 - 1)) * timedelta(minutes=1)
    length = draw(st.integers(1, 24 * 60)) * timedelta(minutes=1)
    return Hours(draw(st.frozensets(st.integers(0, 6), min_size=1)), start, start + length)


_LOCAL = [local + by * timedelta(minutes=10) for both in CHANGES.values() for local in both for by in range(-9, 10)]


_LAYER = {
    "people": _PEOPLE,
    "rotation": st.sampled_from(["none", "daily", "weekly"]) | st.timedeltas(HOUR, 40 * DAY),
    "starts": st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),
    "time_zone": st.sampled_from(ZONES),
    "hours": st.lists(_hours(), max_size=2).map(tuple),
}
_SWAPS = st.sampled_from([("a", "b"), ("b", "d"), ("c", "e")])
_OVERRIDES = st.builds(Override, span=_spans(), reason=st.just("x"), person=st.sampled_from("abe")) | st.builds(
    Override, span=_spans(), reason=st.just("x"), swap=_SWAPS
)
_DUTIES = st.builds(
    OnCall,
    **_LAYER,
    layers=st.lists(st.builds(Layer, **_LAYER), max_size=3).map(tuple),
    overrides=st.lists(_OVERRIDES, max_size=4).map(tuple),
)
_TIME_OFF = st.dictionaries(st.sampled_from("abcde"), st.lists(_spans(), max_size=2).map(tuple))


@settings(max_examples=150, deadline=None)
@given(_DUTIES, _TIME_OFF, _MOMENTS, st.timedeltas(timedelta(seconds=1), 21 * DAY), st.data())
def test_shifts_and_on_call_agree_at_random_moments_and_around_every_boundary(
    duty: OnCall, time_off: TimeOff, start: datetime, length: timedelta, data: st.DataObject
) -> None:
    found = shifts(duty, start, start + length, time_off)
    assert found[0].start == start
    assert found[-1].end == start + length
    for one, following in pairwise(found):
        assert one.start < one.end == following.start
        assert (one.person, one.why) != (following.person, following.why)
    moments = [start + data.draw(st.timedeltas(timedelta(0), length)) for _ in range(10)]
    second = timedelta(seconds=1)
    moments += [
        edge + by for shift in found for edge in (shift.start, shift.end) for by in (-second, 0 * second, second)
    ]
    for moment in moments:
        shift = next((shift for shift in found if shift.start <= moment < shift.end), None)
        if shift:
            assert on_call(duty, moment, time_off) == shift.person


@settings(max_examples=150, deadline=None)
@given(_DUTIES, _TIME_OFF, _MOMENTS, st.timedeltas(timedelta(minutes=1), 21 * DAY), st.data())
def test_shifts_of_a_part_are_the_part_of_the_shifts(
    duty: OnCall, time_off: TimeOff, start: datetime, length: timedelta, data: st.DataObject
) -> None:
    cut = start + data.draw(st.timedeltas(timedelta(seconds=1), length - timedelta(seconds=1)))
    whole = shifts(duty, start, start + length, time_off)
    halves = (*shifts(duty, start, cut, time_off), *shifts(duty, cut, start + length, time_off))
    edges = sorted({shift.start for shift in whole} | {cut})
    assert [shift.start for shift in halves] == edges


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(ZONES), st.datetimes(datetime(2010, 1, 1), datetime(2035, 1, 1)), st.timedeltas(0 * DAY, 2 * DAY)
)
def test_a_later_local_time_never_is_an_earlier_moment(zone: str, local: datetime, later: timedelta) -> None:
    assert instant(local, zone) <= instant(local + later, zone)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), st.datetimes(datetime(2010, 1, 1), datetime(2035, 1, 1)) | st.sampled_from(_LOCAL))
def test_a_local_time_is_the_first_moment_at_which_it_or_a_later_one_is_shown(zone: str, local: datetime) -> None:
    there, moment = ZoneInfo(zone), instant(local, zone)
    assert moment.astimezone(there).replace(tzinfo=None) >= local
    for earlier in (timedelta(microseconds=1), timedelta(minutes=1), 29 * timedelta(minutes=1), HOUR, 30 * HOUR):
        assert (moment - earlier).astimezone(there).replace(tzinfo=None) < local

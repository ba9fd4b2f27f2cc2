"""Working time, exact to the second: through changes of clocks, leap days, midnights, weekends and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.policy import ALWAYS_OPEN, Calendar, Hours, OpenDay, instant

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEKDAYS, EVERY_DAY = frozenset(range(5)), frozenset(range(7))
ZONES = (
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/Havana",  # clocks go back at 01:00 to 00:00
    "America/Sao_Paulo",  # until 2019 clocks went forward at midnight
    "Asia/Kathmandu",  # +05:45
    "Australia/Lord_Howe",  # clocks change by half an hour
    "Pacific/Apia",  # 30 December 2011 never was
    "Africa/Casablanca",
)


def office(zone: str = "Europe/Paris", days: frozenset[int] = WEEKDAYS, **changes: object) -> Calendar:
    """09:00 to 17:00."""
    values: dict[str, object] = {"name": "office", "time_zone": zone, "hours": (Hours(days, 9 * HOUR, 17 * HOUR),)}
    return Calendar(**{**values, **changes})  # type: ignore[arg-type] # a test's own words


def round_the_clock(zone: str) -> Calendar:
    """Every day from midnight to midnight, written as hours."""
    return Calendar(name="all day", time_zone=zone, hours=(Hours(EVERY_DAY, timedelta(0), DAY),))


def at(text: str, zone: str = "Europe/Paris") -> datetime:
    """A moment by the clock of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_a_weekend_inside_a_target_does_not_count() -> None:
    assert office().due(at("2026-03-06 16:00"), 2 * HOUR) == at("2026-03-09 10:00")
    assert office().elapsed(at("2026-03-06 16:00"), at("2026-03-09 10:00")) == 2 * HOUR


def test_a_holiday_inside_a_target_does_not_count() -> None:
    easter_monday = office(country="FR")
    assert easter_monday.due(at("2026-04-03 16:00"), 2 * HOUR) == at("2026-04-07 10:00")
    assert office().due(at("2026-04-03 16:00"), 2 * HOUR) == at("2026-04-06 10:00")


def test_a_holiday_of_one_part_of_a_country_counts_only_there() -> None:
    epiphany = at("2026-01-06 12:00", "Europe/Berlin")
    assert not office("Europe/Berlin", country="DE", subdivision="BY").is_open(epiphany)
    assert office("Europe/Berlin", country="DE", subdivision="BE").is_open(epiphany)


def test_holidays_are_those_of_each_year_of_a_long_target() -> None:
    calendar = office(country="FR")
    new_years = [at(f"{year}-01-01 12:00") for year in range(2024, 2031)]
    assert not any(calendar.is_open(one) for one in new_years)
    assert calendar.due(at("2026-12-31 16:30"), HOUR) == at("2027-01-04 09:30")


def test_an_escalation_is_not_due_at_midnight_when_the_target_ends_with_the_working_day() -> None:
    assert office().due(at("2026-03-02 09:00"), 8 * HOUR) == at("2026-03-02 17:00")
    assert office().due(at("2026-03-02 18:00"), HOUR) == at("2026-03-03 10:00")
    assert office().due(at("2026-03-02 16:30"), HOUR) == at("2026-03-03 09:30")


@pytest.mark.parametrize("zone", ZONES)
def test_a_round_the_clock_calendar_loses_no_minute_at_midnight(zone: str) -> None:
    calendar = round_the_clock(zone)
    begin = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    assert calendar.elapsed(begin, begin + 2 * MINUTE) == 2 * MINUTE
    for year in (2011, 2018, 2024, 2026):
        start = datetime(year, 1, 1, tzinfo=UTC)
        assert calendar.elapsed(start, start + 365 * DAY) == 365 * DAY
        assert calendar.due(start, 365 * DAY) == start + 365 * DAY


def test_the_hour_that_clocks_skip_is_not_counted() -> None:
    night = Calendar(name="night", time_zone="Europe/Paris", hours=(Hours(EVERY_DAY, 22 * HOUR, 30 * HOUR),))
    assert night.elapsed(at("2026-03-28 22:00"), at("2026-03-29 06:00")) == 7 * HOUR
    assert night.elapsed(at("2026-10-24 22:00"), at("2026-10-25 06:00")) == 9 * HOUR
    assert night.elapsed(at("2026-03-20 22:00"), at("2026-03-21 06:00")) == 8 * HOUR


def test_hours_that_clocks_skip_begin_when_clocks_have_gone_forward() -> None:
    early = Calendar(
        name="early", time_zone="Europe/Paris", hours=(Hours(EVERY_DAY, 2 * HOUR + 30 * MINUTE, 4 * HOUR),)
    )
    assert early.elapsed(at("2026-03-29 00:00"), at("2026-03-29 12:00")) == HOUR
    assert early.elapsed(at("2026-10-25 00:00"), at("2026-10-25 12:00")) == 2.5 * HOUR


def test_a_leap_day_is_a_day_like_others() -> None:
    assert office().elapsed(at("2024-02-28 00:00"), at("2024-03-02 00:00")) == 24 * HOUR
    assert office().elapsed(at("2026-02-28 00:00"), at("2026-03-02 00:00")) == timedelta(0)
    assert office(closed=frozenset({date(2024, 2, 29)})).due(at("2024-02-28 16:00"), 2 * HOUR) == at("2024-03-01 10:00")


def test_a_closed_day_does_not_count_and_an_open_one_has_its_own_hours() -> None:
    calendar = office(
        country="FR",
        closed=frozenset({date(2026, 12, 24)}),
        opened=(OpenDay(date(2026, 12, 25), 10 * HOUR, 12 * HOUR), OpenDay(date(2026, 12, 26), 22 * HOUR, 26 * HOUR)),
    )
    assert calendar.elapsed(at("2026-12-24 00:00"), at("2026-12-25 00:00")) == timedelta(0)
    assert calendar.elapsed(at("2026-12-25 00:00"), at("2026-12-26 00:00")) == 2 * HOUR
    assert calendar.due(at("2026-12-25 11:00"), 3 * HOUR) == at("2026-12-27 00:00")


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    friday_night = Calendar(
        name="friday night",
        time_zone="Europe/Paris",
        hours=(Hours(frozenset({4}), 22 * HOUR, 30 * HOUR),),
        country="FR",
    )
    assert friday_night.elapsed(at("2026-08-14 00:00"), at("2026-08-16 00:00")) == 8 * HOUR  # the 15th is a holiday
    christmas = at("2026-12-25 22:30")
    assert not friday_night.is_open(christmas)


def test_hours_that_overlap_count_once() -> None:
    twice = Calendar(
        name="twice",
        time_zone="UTC",
        hours=(Hours(EVERY_DAY, 20 * HOUR, 32 * HOUR), Hours(EVERY_DAY, 6 * HOUR, 10 * HOUR)),
    )
    assert twice.elapsed(datetime(2025, 12, 31, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)) == 28 * HOUR


def test_a_day_that_never_was_has_no_hours() -> None:
    apia = office("Pacific/Apia", EVERY_DAY)
    assert apia.elapsed(at("2011-12-29 09:00", "Pacific/Apia"), at("2011-12-31 17:00", "Pacific/Apia")) == 16 * HOUR


def test_what_can_never_be_worked_off_is_due_at_the_end_of_time() -> None:
    one_hour_a_week = Calendar(name="rare", time_zone="UTC", hours=(Hours(frozenset({0}), timedelta(0), SECOND),))
    assert one_hour_a_week.due(datetime(8990, 1, 1, tzinfo=UTC), HOUR).year == 9000


calendars = st.builds(
    office,
    zone=st.sampled_from(ZONES),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    country=st.sampled_from(("", "FR", "US", "NP")),
    hours=st.lists(
        st.builds(
            lambda days, start, length: Hours(days, start * MINUTE, (start + length) * MINUTE),
            st.frozensets(st.integers(0, 6), min_size=1),
            st.integers(0, 1439),
            st.integers(1, 1440),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    closed=st.frozensets(st.dates(date(2025, 12, 1), date(2027, 1, 31)), max_size=3),
    opened=st.lists(
        st.builds(
            lambda day, start, length: OpenDay(day, start * MINUTE, (start + length) * MINUTE),
            st.dates(date(2025, 12, 1), date(2027, 1, 31)),
            st.integers(0, 1439),
            st.integers(1, 1440),
        ),
        max_size=3,
    ).map(tuple),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
amounts = st.timedeltas(SECOND, 30 * DAY)
three = st.lists(moments, min_size=3, max_size=3).map(sorted)


@settings(max_examples=60, deadline=None)
@given(calendars, three)
def test_elapsed_never_goes_back_and_adds_up(calendar: Calendar, times: list[datetime]) -> None:
    a, b, c = times
    assert timedelta(0) <= calendar.elapsed(a, b) <= b - a
    assert calendar.elapsed(a, b) <= calendar.elapsed(a, c)
    assert calendar.elapsed(a, c) == calendar.elapsed(a, b) + calendar.elapsed(b, c)


@settings(max_examples=60, deadline=None)
@given(calendars, moments, amounts)
def test_due_and_elapsed_are_inverse(calendar: Calendar, start: datetime, amount: timedelta) -> None:
    due = calendar.due(start, amount)
    assert calendar.elapsed(start, due) == amount
    assert calendar.elapsed(start, due - SECOND) < amount


@settings(max_examples=60, deadline=None)
@given(calendars, three)
def test_what_has_elapsed_was_due_by_then(calendar: Calendar, times: list[datetime]) -> None:
    start, end, _ = times
    assert calendar.due(start, calendar.elapsed(start, end)) <= max(start, end)


@settings(max_examples=30, deadline=None)
@given(calendars, moments)
def test_it_agrees_with_counting_every_minute_of_a_day(calendar: Calendar, start: datetime) -> None:
    start = start.replace(second=0, microsecond=0)
    open_minutes = sum(calendar.is_open(start + number * MINUTE) for number in range(1440))
    counted = calendar.elapsed(start, start + DAY)
    edges = 2 * (len(calendar.hours) + len(calendar.opened) + 2)  # a span may begin within a minute where zones are odd
    assert abs(counted - open_minutes * MINUTE) <= edges * MINUTE


@settings(max_examples=100, deadline=None)
@given(moments, amounts, st.sampled_from(ZONES))
def test_round_the_clock_is_plain_subtraction_in_any_zone(start: datetime, amount: timedelta, zone: str) -> None:
    there = start.astimezone(ZoneInfo(zone))
    end = (start + amount).astimezone(ZoneInfo(zone))
    assert ALWAYS_OPEN.elapsed(there, end) == amount
    assert ALWAYS_OPEN.due(there, amount) == start + amount
    assert round_the_clock(zone).elapsed(start, start + amount) == amount


def test_a_moment_in_any_zone_is_the_moment_that_it_is() -> None:
    before, after = at("2026-03-28 12:00"), at("2026-03-29 12:00")
    local = [one.astimezone(ZoneInfo("Europe/Paris")) for one in (before, after)]
    assert ALWAYS_OPEN.elapsed(*local) == 23 * HOUR
    assert office(days=EVERY_DAY).elapsed(*local) == 8 * HOUR
    assert instant(datetime.combine(date(2026, 3, 29), time(12)), "Europe/Paris") == after

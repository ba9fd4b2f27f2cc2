"""Whose turn it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.model import Party, Person
from core.policy import OnCall, Roster, on_call

PARIS = OnCall(
    people=("dana", "lee", "sam"), rotation="weekly", starts=datetime(2026, 1, 5, 9, 0), time_zone="Europe/Paris"
)


def test_without_a_rotation_the_first_has_the_duty() -> None:
    assert on_call(OnCall(people=("sam", "ines")), datetime(2026, 5, 1, tzinfo=UTC)) == "sam"


def test_without_people_nobody_has_it() -> None:
    assert on_call(OnCall(people=()), datetime(2026, 5, 1, tzinfo=UTC)) == ""


def test_turns_change_at_the_same_local_time_on_both_sides_of_a_clock_change() -> None:
    zone = ZoneInfo("Europe/Paris")
    for monday in (datetime(2026, 3, 23), datetime(2026, 3, 30), datetime(2026, 10, 19), datetime(2026, 10, 26)):
        before = on_call(PARIS, monday.replace(hour=8, minute=59, tzinfo=zone))
        after = on_call(PARIS, monday.replace(hour=9, minute=0, tzinfo=zone))
        assert before != after


def test_it_counts_backwards_before_the_rotation_began() -> None:
    assert on_call(PARIS, datetime(2026, 1, 5, 7, 0, tzinfo=UTC)) == "sam"


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_after_as_many_weeks_as_there_are_people_it_is_the_same_person_again(moment: datetime) -> None:
    local = moment.astimezone(ZoneInfo("Europe/Paris"))
    later = (local.replace(tzinfo=None) + timedelta(weeks=3)).replace(tzinfo=ZoneInfo("Europe/Paris"), fold=local.fold)
    assert on_call(PARIS, moment) == on_call(PARIS, later)


def test_people_are_found_by_account_or_by_e_mail_whatever_its_case() -> None:
    roster = Roster({"lee": Person("lee", "Lee Park", "lee@example.com", accounts={"jira": "acc-1"})})
    assert roster.find(Party(email="LEE@example.com"), "snow") == "lee"
    assert roster.find(Party(account="acc-1"), "jira") == "lee"
    assert roster.find(Party(account="acc-1"), "snow") == ""
    assert roster.find(Party(name="Lee Park"), "jira") == ""
    assert roster.find(Party(), "jira") == ""

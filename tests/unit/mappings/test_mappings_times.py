from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.times import moment

AT = datetime(2026, 3, 2, 8, 15, 30, tzinfo=UTC)
FINE = AT.replace(microsecond=123456)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-02T08:15:30Z", AT),
        ("2026-03-02T08:15:30.1234567Z", FINE),
        ("2026-03-02T08:15:30.123456789Z", FINE),
        ("2026-03-02T13:45:30.123456+0530", FINE),
        ("2026-03-02T09:15:30.123456+01:00", FINE),
        ("2026-03-02 08:15:30", AT),
        ("2026-03-02T08:15:30", AT),
        ("2026.03.02 08:15:30", AT),
        ("2026/03/02 08:15:30", AT),
        ("2026-03-02 08:15:30.123456789 +0000 UTC", FINE),
        ("2026-03-02 09:15:30.123456789 +0100 CET m=+0.004131", FINE),
        ("2026-03-02 08:15:30 UTC", AT),
        ("Mon, 02 Mar 2026 08:15:30 GMT", AT),
        ("2026-03-02", AT.replace(hour=0, minute=0, second=0)),
        (1772439330, AT),
        ("1772439330", AT),
        (1772439330123, AT.replace(microsecond=123000)),
        ("1772439330123", AT.replace(microsecond=123000)),
        (1772439330123456, FINE),
        (1772439330123456789, FINE),
        ("1772439330123456789", FINE),
        ("1772439330.5", AT.replace(microsecond=500000)),
        (1772439330.0, AT),
    ],
)
def test_it_reads_every_form_that_sources_send(written: str | float, meant: datetime) -> None:
    assert moment(written) == meant


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00", 0, "0"])
def test_go_s_year_one_and_zero_mean_not_yet(written: str | int) -> None:
    assert moment(written) is None


def test_a_time_without_a_zone_counts_in_the_stated_one() -> None:
    assert moment("2026-03-02 09:15:30", ZoneInfo("Europe/Paris")) == AT
    assert moment("2026-03-02 08:15:30Z", ZoneInfo("Europe/Paris")) == AT


@pytest.mark.parametrize("written", ["", "soon", "2026-13-40", "12:30", "9999-12-31T23:59:59-12:00", 10**25, 1e300])
def test_it_refuses_what_is_no_moment(written: str | float) -> None:
    with pytest.raises(ValueError, match="moment"):
        moment(written)


def test_a_leap_second_is_kept_within_its_minute() -> None:
    assert moment("2016-12-31 23:59:60 UTC") == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_anything_else_is_a_moment_in_utc_or_a_value_error(written: str | float) -> None:
    try:
        found = moment(written)
    except ValueError:
        return
    assert found is None or found.tzinfo is UTC

"""Reading how long the other side asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.retry_after import retry_after

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        (" 0 ", 0.0),
        ("999999", 3600.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2027 12:00:30 GMT", 3600.0),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("1.5", None),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
    ],
)
def test_it_reads_seconds_and_dates_and_nothing_else(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}, NOW) == seconds


def test_no_header_asks_for_nothing() -> None:
    assert retry_after({}, NOW) is None


def test_a_date_counts_from_the_answers_own_clock() -> None:
    headers = {"Retry-After": "Sun, 01 Mar 2026 12:00:30 GMT", "Date": "Sun, 01 Mar 2026 12:00:20 GMT"}
    assert retry_after(headers, NOW) == 10.0

"""Time and foreign text as sentences."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from console import wording

NOW = datetime(2026, 3, 2, 9, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (48, "48 s"),
        (60, "1 min"),
        (252, "4 min 12 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (7500, "2 h 5 min"),
        (86400, "1 d"),
        (273600, "3 d 4 h"),
        (-252, "4 min 12 s"),
    ],
)
def test_durations_are_told_in_the_two_largest_units(seconds: float, said: str) -> None:
    assert wording.duration(timedelta(seconds=seconds)) == said


def test_time_left_says_left_or_over() -> None:
    assert wording.time_left(NOW + timedelta(minutes=4), NOW) == "4 min left"
    assert wording.time_left(NOW - timedelta(minutes=2, seconds=3), NOW) == "2 min 3 s over"
    assert wording.time_left(NOW, NOW) == "0 s over"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (4, "just now"), (59, "59 seconds ago"), (60, "1 minute ago"), (125, "2 minutes ago"),
     (3600, "1 hour ago"), (200000, "2 days ago"), (-120, "in 2 minutes")],
)  # fmt: skip
def test_the_past_is_told_in_words(seconds: int, said: str) -> None:
    assert wording.ago(NOW - timedelta(seconds=seconds), NOW) == said


def test_an_exact_moment_names_its_zone() -> None:
    assert wording.exact(NOW) == "Mon 2 Mar 2026, 09:04:00 UTC"
    paris = NOW.astimezone(timezone(timedelta(hours=1)))
    assert wording.exact(paris) == "Mon 2 Mar 2026, 09:04:00 UTC"
    assert wording.moment(paris, "now").iso == "2026-03-02T09:04:00Z"


def test_counts_and_sizes() -> None:
    assert wording.counted(1, "delivery", "deliveries") == "1 delivery"
    assert wording.counted(2, "delivery", "deliveries") == "2 deliveries"
    assert wording.counted(0, "ticket") == "0 tickets"
    assert (wording.size(999), wording.size(1500), wording.size(2_500_000)) == ("999 B", "1.5 kB", "2.5 MB")


def test_foreign_text_cannot_turn_the_reading_direction_or_hide() -> None:
    assert wording.plain("invoice\u202efdp.exe\u202c \x07\x00 a\n\u200bb\u2066") == "invoice fdp.exe a b"
    assert wording.plain("Grüße 日本語 \U0001f525 مرحبا") == "Grüße 日本語 \U0001f525 مرحبا"
    assert wording.plain_block("a\n\tb\u202e\r\nc") == "a\n  b\nc"


def test_long_text_is_shortened_with_an_ellipsis() -> None:
    assert wording.shortened("a" * 10, 10) == "a" * 10
    assert wording.shortened("a" * 11, 10) == "a" * 9 + "…"


@pytest.mark.parametrize("link", ["https://example.com/a?b=c", "http://jira/browse/OPS-1", " HTTPS://EXAMPLE.com "])
def test_http_links_are_kept(link: str) -> None:
    assert wording.safe_link(link) == link.strip()


@pytest.mark.parametrize(
    "link",
    ["", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//example.com", "/tickets/1", "vbscript:x",
     "https:///nohost", "http://[", "\x01javascript:alert(1)", "java\nscript:alert(1)", "file:///etc/passwd"],
)  # fmt: skip
def test_other_links_are_not_links(link: str) -> None:
    assert wording.safe_link(link) == ""

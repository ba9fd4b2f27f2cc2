"""Storms, limits and quiet hours: what goes out at once, and what waits until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.digest import Part, digest_words, held_sentence
from core.model import Notice, QuietHours, Severity
from core.policy import Communication, Digest, Limit
from core.policy.holding import Held, Traffic, Why, gathers, held
from core.policy.quiet import quiet_until
from core.policy.words import ENGLISH
from tests.unit.core.conftest import NOON, Story

NIGHT = QuietHours(timedelta(hours=22), timedelta(hours=7))
MINUTE = timedelta(minutes=1)
STORMY = Communication(digest=Digest(more_than=3, within=10 * MINUTE, every=2 * MINUTE))


def a_notice(**changes: object) -> Notice:
    values: dict[str, object] = {"person": "dana", "headline": "SEV2 Payments: fail.", "ask": "", "why": ""}
    return Notice(**{**values, **changes})  # type: ignore[arg-type] # a test's own words


def ago(*minutes: float) -> tuple[datetime, ...]:
    return tuple(NOON - one * MINUTE for one in minutes)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-03-02T20:59", None),
        ("2026-03-02T21:00", "2026-03-03T06:00"),
        ("2026-03-03T05:59", "2026-03-03T06:00"),
        ("2026-03-03T06:00", None),
        ("2026-03-28T22:00", "2026-03-29T05:00"),
        ("2026-10-24T21:00", "2026-10-25T06:00"),
    ],
)
def test_quiet_hours_are_by_the_wall_clock_of_whoever_sleeps(now: str, ends: str | None) -> None:
    assert quiet_until(NIGHT, "Europe/Paris", at(now)) == (at(ends) if ends else None)


def test_quiet_hours_within_a_day_end_on_that_day() -> None:
    noon = QuietHours(timedelta(hours=12), timedelta(hours=13))
    assert quiet_until(noon, "UTC", NOON) == NOON + timedelta(hours=1)


def test_what_is_more_than_a_storm_goes_with_the_next_digest() -> None:
    assert held(a_notice(), Severity.SEV2, STORMY, Traffic(ago(9, 5)), NOON) is None
    storm = held(a_notice(), Severity.SEV2, STORMY, Traffic(ago(9, 5, 1)), NOON)
    assert storm == Held(NOON + 2 * MINUTE, Why.STORM, 3, 10 * MINUTE)
    joined = held(a_notice(), Severity.SEV2, STORMY, Traffic(ago(9, 5, 1), NOON + MINUTE), NOON)
    assert joined is not None
    assert joined.until == NOON + MINUTE


def test_over_a_limit_requests_go_with_the_digest_and_information_waits_for_room() -> None:
    limited = Communication(per_person=Limit(2, timedelta(hours=1)))
    traffic = Traffic(ago(50, 40, 10))
    asked = held(a_notice(), Severity.SEV3, limited, traffic, NOON)
    told = held(a_notice(informs=True), Severity.SEV3, limited, traffic, NOON)
    assert asked == Held(NOON + 2 * MINUTE, Why.LIMIT, 2, timedelta(hours=1))
    assert told == Held(NOON + 20 * MINUTE, Why.LIMIT, 2, timedelta(hours=1))
    assert held(a_notice(person="", channel="room"), Severity.SEV3, limited, traffic, NOON) is None


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0, 120), max_size=60).map(lambda minutes: ago(*sorted(minutes, reverse=True))),
    st.builds(Limit, st.integers(1, 5), st.integers(1, 90).map(lambda minutes: minutes * MINUTE)),
    st.integers(1, 5),
    st.sampled_from(Severity),
    st.booleans(),
    st.one_of(st.none(), st.integers(-5, 5).map(lambda minutes: NOON + minutes * MINUTE)),
)
def test_a_request_to_take_a_sev1_is_never_delayed_and_nothing_is_held_for_ever(
    sent: tuple[datetime, ...], limit: Limit, most: int, severity: Severity, informs: bool, due: datetime | None
) -> None:
    policy = Communication(digest=Digest(more_than=most), per_person=limit)
    found = held(a_notice(informs=informs), severity, policy, Traffic(sent, due), NOON)
    if not informs and severity is Severity.SEV1:
        assert found is None
    if found is not None:
        assert NOON < found.until <= NOON + max(limit.within, 5 * MINUTE)


def test_little_that_waited_goes_out_by_itself_and_a_storm_or_much_of_it_together() -> None:
    assert not gathers(STORMY, ["quiet"] * 3)
    assert gathers(STORMY, ["quiet"] * 4)
    assert gathers(STORMY, ["quiet", Why.STORM])
    assert not gathers(STORMY, [Why.STORM])


def test_a_digest_tells_how_many_how_bad_why_and_each_with_its_link() -> None:
    ticket = Story().fires().opened
    parts = [
        Part(a_notice(headline="SEV1 Payments: down."), ticket, "https://rung/1"),
        Part(a_notice(headline="SEV1 Payments: slow.", informs=True), ticket),
    ]
    made = digest_words(a_notice(digest=True, why="Much came."), parts, ENGLISH)
    assert made.headline == "2 messages in one: 2 SEV1. SEV1 Payments: down."
    assert made.text == ("Much came.\n\n- SEV1 Payments: down.\n  Acknowledge: https://rung/1\n- SEV1 Payments: slow.")


def test_the_ledger_says_why_and_until_when() -> None:
    storm = Held(NOON, Why.STORM, 10, 10 * MINUTE)
    assert held_sentence(storm, "Dana Reyes", "Europe/Paris") == (
        "Dana Reyes has had 10 messages within 10 minutes: it is gathered, and goes out at 13:00 CET."
    )

"""calendars, targets, pauses and the time of a level in policy.yaml: what is read, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.model import Severity, State
from core.policy import Hours, OpenDay, Policy
from rung.documents import DocumentsError
from rung.documents.reading import read

HOUR = timedelta(hours=1)


def policy(text: str) -> Policy:
    return read({"policy.yaml": text}, ()).policy


def refused(text: str) -> str:
    with pytest.raises(DocumentsError) as caught:
        policy(text)
    return "\n".join(f"{one.path}: {one.message} {one.hint}" for one in caught.value.problems)


def test_a_calendar_is_read_with_its_hours_holidays_and_days_of_its_own() -> None:
    found = policy(
        """
calendars:
  desk:
    time_zone: Europe/Paris
    hours: [{days: [mon-fri], from: "22:00", until: "06:00"}]
    holidays: {country: FR}
    closed: [2026-12-24]
    open: [{date: 2026-12-25, from: "10:00", until: "12:00"}]
"""
    ).calendar("desk")
    assert found.hours == (Hours(frozenset(range(5)), 22 * HOUR, 30 * HOUR),)
    assert (found.country, found.closed) == ("FR", frozenset({date(2026, 12, 24)}))
    assert found.opened == (OpenDay(date(2026, 12, 25), 10 * HOUR, 12 * HOUR),)


def test_the_packaged_calendar_stays_beside_ones_own_and_can_be_replaced() -> None:
    own = 'calendars: {mine: {time_zone: UTC, hours: [{from: "08:00", until: "12:00"}]}}'
    assert set(policy(own).calendars) == {"business-hours", "mine"}
    replaced = policy(own.replace("mine", "business-hours")).calendar("business-hours")
    assert replaced.hours[0].start == 8 * HOUR


def test_targets_are_read_by_clock_and_severity() -> None:
    found = policy(
        """
targets:
  - {name: gold, match: {customer: acme}, resolve: {SEV1: 2h}, warn_at: [80%, 50%]}
  - {name: all, update: 1d, calendar: business-hours}
"""
    ).targets
    assert [rule.name for rule in found] == ["gold", "all"]
    assert found[0].targets["resolve"].within == {Severity.SEV1: 2 * HOUR}
    assert found[0].targets["resolve"].warn_at == (50, 80)
    assert found[1].targets["update"].calendar == "business-hours"
    assert set(found[1].targets["update"].within) == set(Severity)


def test_pauses_are_read() -> None:
    found = policy("pauses: {on_hold: [resolve, ola], reasons: {awaiting_vendor: []}}").pauses
    assert found.why("ola:L1", State.ON_HOLD, "")
    assert not found.why("resolve", State.ON_HOLD, "awaiting_vendor")
    assert not found.why("resolve", State.IN_PROGRESS, "")


@pytest.mark.parametrize(
    ("ola", "calendar"), [("2h", "always"), ("{within: {SEV1: 2h}, calendar: business-hours}", "business-hours")]
)
def test_the_time_of_a_level_is_a_length_or_says_how_it_is_measured(ola: str, calendar: str) -> None:
    text = f"paths: {{one: {{levels: [{{name: L1, acknowledge_within: 15m, ola: {ola}}}]}}}}"
    found = policy(text).paths["one"].levels[0].ola
    assert found is not None
    assert (found.within[Severity.SEV1], found.calendar) == (2 * HOUR, calendar)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targets: [{name: a, resolve: 4h, calendar: ofice}]", "there is no calendar “ofice”"),
        ("targets: [{name: a}]", "sets no target"),
        ("targets: [{name: a, resolve: 4h, warn_at: [80]}]", "must be a percentage from 1% to 99%"),
        ("targets: [{name: a, resolve: {SEV5: 4h}}]", "SEV5"),
        ("targets: [{name: a, resolve: {}}]", "at least one severity"),
        ("targets: [{name: a, resolve: 4h, match: {custmer: acme}}]", "is no fact of a ticket"),
        ("pauses: {on_hold: [resolv]}", "there is no clock “resolv”"),
        ('calendars: {always: {time_zone: UTC, hours: [{from: "09:00", until: "17:00"}]}}', "never closes"),
        ("calendars: {a: {time_zone: UTC, hours: []}}", "hours"),
        (
            'calendars: {a: {time_zone: UTC, hours: [{from: "9:00", until: "17:00"}], holidays: {country: XX}}}',
            "the holidays of “XX” are not known",
        ),
        (
            "calendars: {a: {time_zone: UTC, hours: [], holidays: {country: DE, subdivision: X}}}",
            "DE has no part called “X”",
        ),
        (
            'calendars: {a: {time_zone: UTC, hours: [{from: "9:00", until: "17:00"}], closed: [24.12.2026]}}',
            "is not a date",
        ),
        (
            "paths: {one: {levels: [{name: L1, acknowledge_within: 15m, ola: {within: 1h, calendar: x}}]}}",
            "there is no calendar “x”",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(text: str, said: str) -> None:
    assert said in refused(text)


def test_the_packaged_policy_counts_sev1_round_the_clock_and_sev3_in_business_hours() -> None:
    found = policy("")
    urgent, office = found.targets
    assert urgent.targets["resolve"].within[Severity.SEV1] == 4 * HOUR
    assert urgent.targets["resolve"].calendar == "always"
    calendar = found.calendar(office.targets["resolve"].calendar)
    friday = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    assert calendar.due(friday, 2 * HOUR) == datetime(2026, 3, 9, 10, 0, tzinfo=UTC)

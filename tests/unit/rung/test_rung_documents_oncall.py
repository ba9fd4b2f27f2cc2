"""What roster.yaml says about time, as the engine then sees it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.policy import OnCall, Override, Roster, Span
from rung import documents

PEOPLE = """\
people:
  dana: {name: Dana, time_zone: Europe/Paris, time_off: [{from: 2026-08-03, until: 2026-08-21}]}
  lee:
    name: Lee
    time_off:
      - {from: 2026-03-04T13:00, until: 2026-03-04T18:00}
  sam: {name: Sam}
"""
DUTY = """\
teams:
  pay:
    name: Payments
    on_call:
      L1:
        people: [dana, lee]
        every: 3d
        starts: 2026-03-02
        time_zone: Europe/Paris
        hours: [{days: [fri-mon, wed], from: 22:00, until: 06:30}]
        layers:
          - {people: [sam], hours: [{from: 00:00, until: 24:00, days: [thu]}]}
          - {people: [lee], time_zone: Asia/Tokyo, hours: [{from: 09:00, until: 10:00}]}
        overrides:
          - {from: 2026-03-08T02:30, until: 2026-03-08, person: sam, reason: release}
          - {from: 2026-03-29T02:30, until: 2026-03-30T00:00, swap: [dana, sam], reason: concert}
"""


def roster(text: str) -> Roster:
    return documents.read({"roster.yaml": text}, ()).roster


def duty(text: str = DUTY) -> OnCall:
    found = roster(PEOPLE + text).duty("pay", "L1")
    assert found
    return found


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc] # a moment


def test_time_off_by_date_is_whole_days_in_the_persons_zone_and_by_time_is_that_long() -> None:
    assert roster(PEOPLE).time_off == {
        "dana": (Span(utc(2026, 8, 2, 22), utc(2026, 8, 21, 22)),),
        "lee": (Span(utc(2026, 3, 4, 13), utc(2026, 3, 4, 18)),),
    }


def test_overrides_are_in_the_dutys_zone_and_a_last_date_is_included() -> None:
    assert duty().overrides == (
        Override(span=Span(utc(2026, 3, 8, 1, 30), utc(2026, 3, 8, 23)), person="sam", reason="release"),
        Override(span=Span(utc(2026, 3, 29, 1), utc(2026, 3, 29, 22)), swap=("dana", "sam"), reason="concert"),
    )


@pytest.mark.parametrize(
    ("at", "person"),
    [
        ((2026, 3, 2, 20, 59), ""),
        ((2026, 3, 2, 21, 0), "dana"),
        ((2026, 3, 3, 5, 29), "dana"),
        ((2026, 3, 3, 5, 30), ""),
        ((2026, 3, 4, 22, 59), "dana"),
        ((2026, 3, 4, 23, 0), "sam"),
        ((2026, 3, 5, 0, 0), "lee"),
        ((2026, 3, 5, 1, 0), "sam"),
        ((2026, 3, 6, 21, 0), "lee"),
        ((2026, 3, 8, 12, 0), "sam"),
    ],
)
def test_layers_hours_and_turns_are_what_the_document_says(at: tuple[int, ...], person: str) -> None:
    assert roster(PEOPLE + DUTY).on_call("pay", "L1", utc(*at)) == person


def test_a_duty_can_be_layers_alone_in_the_dutys_zone() -> None:
    text = DUTY[: DUTY.index("        people")] + "        time_zone: Asia/Kolkata\n        layers: [{people: [sam]}]\n"
    found = duty(text)
    assert found.people == ()
    assert [layer.time_zone for layer in found.layers] == ["Asia/Kolkata"]


def test_the_form_of_a_single_rotation_means_what_it_always_meant() -> None:
    text = "teams: {pay: {name: P, on_call: {L1: {people: [dana, lee], rotation: weekly, starts: 2026-01-05T09:00}}}}"
    assert duty(text) == OnCall(people=("dana", "lee"), rotation="weekly", starts=datetime(2026, 1, 5, 9))

"""Clocks as people read them: on a ticket's page, and in its row on the board."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from console_fakes import NOW, PEOPLE, FakeDesk, row
from flask.testing import FlaskClient

from console.clocks import clock_views
from console.present import row_view
from core.desk import ClockRow

HOUR = timedelta(hours=1)


def clock(**changes: object) -> ClockRow:
    plain = ClockRow(
        name="resolve",
        what="to resolve",
        target=4 * HOUR,
        spent=HOUR,
        percent=25,
        calendar="always",
        rule="round the clock",
        due_at=NOW + 3 * HOUR,
        paused="",
        warned=False,
        breached_at=None,
        met_at=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # whatever the test wants to differ


def test_a_running_clock_shows_the_time_left_and_what_is_spent() -> None:
    (view,) = clock_views([clock()], NOW)
    assert (view.what, view.mood, view.word) == ("To resolve", "runs", "Runs")
    assert view.due is not None
    assert view.due.text == "3 h left"
    assert view.detail == "1 h of 4 h spent (25 %); rule “round the clock”."


@pytest.mark.parametrize(
    ("changes", "mood", "word"),
    [
        ({"warned": True}, "near", "Soon over"),
        ({"breached_at": NOW}, "missed", "Missed"),
        ({"paused": "it is on hold", "due_at": None}, "still", "Stands still"),
        ({"met_at": NOW, "due_at": None}, "over", "Met"),
        ({"met_at": NOW, "breached_at": NOW, "due_at": None}, "missed", "Missed"),
    ],
)
def test_every_way_in_which_a_clock_stands_has_a_word(changes: dict[str, object], mood: str, word: str) -> None:
    (view,) = clock_views([clock(**changes)], NOW)
    assert (view.mood, view.word) == (mood, word)


def test_a_clock_that_stands_still_says_why_and_shows_no_time_left() -> None:
    (view,) = clock_views([clock(paused="it is on hold, awaiting caller", calendar="office", due_at=None)], NOW)
    assert view.due is None
    assert "counted by office because it is on hold, awaiting caller" in view.detail


def test_a_missed_clock_shows_how_long_it_is_over() -> None:
    (view,) = clock_views([clock(due_at=NOW - HOUR, breached_at=NOW - HOUR)], NOW)
    assert view.due is not None
    assert view.due.text == "1 h over"


def test_the_row_of_an_acknowledged_ticket_shows_what_it_is_needed_for_next() -> None:
    view = row_view(row(1, acknowledged_by="dana", deadline=NOW + HOUR, deadline_for="to resolve"), PEOPLE, NOW)
    assert view.due is not None
    assert (view.due.text, view.due_for, view.loudness) == ("1 h left", "to resolve", "calm")


def test_a_missed_target_is_loud_also_when_somebody_has_it() -> None:
    missed = row(1, acknowledged_by="dana", deadline=NOW - HOUR, deadline_for="to update", breached=("update",))
    view = row_view(missed, PEOPLE, NOW)
    assert (view.loudness, view.flag) == ("loud", "missed: update")
    assert row_view(row(1, acknowledged_by="dana", warned=("resolve",)), PEOPLE, NOW).flag == "warned: resolve"


def test_the_page_shows_the_clocks(client: FlaskClient, desk: FakeDesk) -> None:
    desk.clocks = (clock(), clock(name="ola:L1", what="at L1", paused="it is on hold", due_at=None))
    page = client.get(f"/tickets/{desk.rows[0].id}").get_data(as_text=True)
    assert '<h2 id="clocks">Clocks</h2>' in page
    assert "At l1" not in page
    assert "Stands still" in page
    told = client.get(f"/api/v1/tickets/{desk.rows[0].id}").get_json()
    assert [(one["name"], one["spent"], one["percent"]) for one in told["clocks"]] == [
        ("resolve", 3600.0, 25),
        ("ola:L1", 3600.0, 25),
    ]

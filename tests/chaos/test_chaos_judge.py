"""The judge of the fault run: each promise, broken by hand in an account that is otherwise whole, is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.account import Account, Letter, Notice, plain
from tests.chaos.judge import PROMISES, judge, possible_repeats

ASKED = Letter("case-00001", "dana.reyes", "SEV1 case-00001", "Take it. Acknowledge: <link>")
MOVED = Letter("case-00001", "lee.park", "SEV1 case-00001", "Nobody took it. Acknowledge: <link>")
TOLD = Notice("case-00001", "dana", "SEV1 case-00001", "Take it.", "done", claims=1, doubted=0)
STATE = {"state": "in_progress", "level": 2, "owner": "lee"}
RECORD = {"state": "In Progress", "assigned_to": "Lee Park"}
WHOLE = Account(
    answered={("alertmanager", "a1"): 2},
    stored={("alertmanager", "a1"): 2},
    tickets={"case-00001": [STATE]},
    records={"case-00001": [RECORD]},
    comments={"case-00001": {"rung.integration: Moved to L2.": 1}},
    timers={"case-00001": {"clock resolve": 900.0}},
    letters=(ASKED, MOVED),
    notices=(TOLD, replace(TOLD, recipient="lee")),
    writes={"case-00001": {"create_record servicenow-main done": 1}},
    statuses={"delivery applied": 2, "action done": 3},
    waiting={"deliveries received": 0, "actions under way": 0},
    acknowledged=1,
)

BROKEN: dict[str, tuple[dict[str, Any], ...]] = {
    "every delivery answered 202 is stored": ({"stored": {("alertmanager", "a1"): 1}}, {"stored": {}}),
    "every stored delivery was applied": (
        {"statuses": {"delivery applied": 1, "delivery failed": 1}},
        {"statuses": {"delivery applied": 1, "delivery unmapped": 1}},
        {"statuses": {"signal waiting": 1}},
    ),
    "every ticket has its fault-free state": (
        {"tickets": {}},
        {"tickets": {"case-00001": [STATE, STATE]}},
        {"tickets": {"case-00001": [{**STATE, "level": 1}]}},
        {"tickets": {"case-00001": [STATE], "case-00002": [STATE]}},
    ),
    "every record is there once, as without faults": (
        {"records": {"case-00001": [RECORD, RECORD]}},
        {"records": {"case-00001": [{**RECORD, "assigned_to": "Dana Reyes"}]}},
    ),
    "no comment is missing or there twice": (
        {"comments": {}},
        {"comments": {"case-00001": {"rung.integration: Moved to L2.": 2}}},
    ),
    "every level was told": (
        {"letters": (ASKED,)},
        {"letters": (ASKED, MOVED, replace(MOVED, to="sam.okafor"))},
    ),
    "nobody was told twice without doubt": ({"letters": (ASKED, MOVED, MOVED)},),
    "nobody was paged after an acknowledgement": ({"notices": (*WHOLE.notices, replace(TOLD, late=True))},),
    "no action was lost": (
        {"statuses": {"action sent": 1}},
        {"statuses": {"action dead": 1}},
        {"notices": (TOLD,)},
        {"writes": {}},
    ),
    "no timer was lost": (
        {"timers": {}},
        {"timers": {"case-00001": {"clock resolve": 961.0}}},
        {"timers": {"case-00001": {"clock resolve": 900.0, "acknowledge": 60.0}}},
    ),
    "no lease is stuck, nothing waits": ({"waiting": {"actions under way": 1}},),
    "no call that nobody expected": ({"unexpected": ["GET /api/now/table/nothing: it is not played here"]},),
    "no error in Rung itself": ({"errors": ["worker-1: Traceback (most recent call last):"]},),
}


def _broken(ours: Account) -> set[str]:
    return {one.promise for one in judge(ours, WHOLE) if one.broken}


def test_a_run_that_is_as_one_without_faults_breaks_nothing() -> None:
    assert _broken(WHOLE) == set()


@pytest.mark.parametrize("promise", [promise for promise, _, _ in PROMISES])
def test_each_promise_that_is_broken_is_found(promise: str) -> None:
    for change in BROKEN[promise]:
        assert promise in _broken(replace(WHOLE, **change)), change


def test_a_message_may_come_again_where_a_crash_left_doubt_and_is_counted() -> None:
    doubted = (replace(TOLD, claims=2, doubted=1), *WHOLE.notices[1:])
    again = replace(ASKED, doubted=True)
    once_more = replace(WHOLE, letters=(ASKED, again, MOVED), notices=doubted)
    assert _broken(once_more) == set()
    assert possible_repeats(once_more) == 1
    too_often = replace(once_more, letters=(ASKED, again, again, MOVED))
    unsaid = replace(once_more, letters=(ASKED, ASKED, MOVED))
    for wrong in (too_often, unsaid):
        assert _broken(wrong) == {"nobody was told twice without doubt"}


def test_a_body_that_was_stored_though_its_answer_was_lost_breaks_nothing() -> None:
    assert _broken(replace(WHOLE, stored={("alertmanager", "a1"): 3})) == set()


def test_a_timer_that_is_some_seconds_later_because_polling_found_the_change_is_the_same() -> None:
    assert _broken(replace(WHOLE, timers={"case-00001": {"clock resolve": 945.0}})) == set()


def test_a_case_that_is_taken_while_it_escalates_may_end_in_either_way_but_not_twice() -> None:
    raced = replace(WHOLE, tickets={"race-00002": [STATE]}, records={}, timers={}, letters=(), notices=(), writes={})
    other = replace(raced, tickets={"race-00002": [{**STATE, "level": 1}]})
    assert [one for one in judge(raced, other) if one.broken] == []
    twice = replace(raced, tickets={"race-00002": [STATE, STATE]})
    assert [one.promise for one in judge(twice, other) if one.broken] == ["every ticket has its fault-free state"]


def test_a_timer_that_should_have_fired_is_found_even_where_both_runs_have_it() -> None:
    overdue = replace(WHOLE, timers={"case-00001": {"clock resolve": -1.0}})
    found = [one for one in judge(overdue, overdue) if one.broken]
    assert [one.broken for one in found] == [["case-00001: overdue: clock resolve"]]


def test_texts_are_compared_without_links_keys_and_numbers() -> None:
    text = "INC0010003 is late [rung abc-3].\nSee http://rung.example.com/acknowledge/x.y"
    assert plain(text) == "<key> is late . See <link>"

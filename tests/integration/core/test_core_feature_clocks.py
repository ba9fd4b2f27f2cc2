"""Clocks, end to end: targets, calendars, pauses for the reason that ServiceNow tells, warnings and misses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.model import Acknowledge, Clock, Note, ReasonCode, Severity, TimerKind
from core.policy import Calendar, Hours, Pauses, Policy, Target, TargetRule
from tests.integration.world import BEGIN, World, world

HOUR = timedelta(hours=1)
OFFICE = Calendar(
    name="office",
    time_zone="Europe/Paris",
    hours=(Hours(frozenset(range(5)), 9 * HOUR, 17 * HOUR),),
    country="FR",
)
TARGETS = (
    TargetRule(
        name="round the clock",
        targets={
            "acknowledge": Target(within={Severity.SEV1: HOUR / 4}),
            "update": Target(within={Severity.SEV1: HOUR}),
            "resolve": Target(within={Severity.SEV1: 4 * HOUR}, warn_at=(50, 80)),
        },
    ),
    TargetRule(name="office", targets={"resolve": Target(within={Severity.SEV3: 8 * HOUR}, calendar="office")}),
)
PAUSES = Pauses(
    on_hold=frozenset({"resolve"}),
    reasons={"awaiting_caller": frozenset({"resolve", "update"}), "awaiting_vendor": frozenset()},
)


@pytest.fixture
def rung(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    def with_clocks(policy: Policy) -> Policy:
        return replace(policy, targets=TARGETS, pauses=PAUSES, calendars={"office": OFFICE})

    with world(postgres_url, tmp_path, change=with_clocks, journal=True) as made:
        yield made


def clock(world: World, name: str) -> Clock:
    found = world.page().ticket.clock(name)
    assert found is not None
    return found


def acknowledged(world: World) -> str:
    """An incident that Dana has acknowledged, two minutes after it was opened; its number."""
    world.alert()
    world.jump(2)
    world.app.desk.command(1, Acknowledge("dana.reyes", "in a test"))
    world.settle()
    (incident,) = world.box.incidents()
    return str(incident["number"])


def is_moved(world: World, number: str, **values: str) -> None:
    """Somebody changes the state on ServiceNow, and the webhook tells of it."""
    world.box.act("servicenow", "state", who="dana.reyes", number=number, **values)
    world.settle()


def notes(world: World) -> str:
    (incident,) = world.box.incidents()
    return str(incident["work_notes"])


def test_the_clock_of_the_acknowledgement_ends_with_it_and_the_others_run_on(rung: World) -> None:
    acknowledged(rung)
    assert clock(rung, "acknowledge").elapsed == timedelta(minutes=2)
    assert clock(rung, "acknowledge").met_at == rung.now
    assert clock(rung, "resolve").due_at == BEGIN + 4 * HOUR
    assert clock(rung, "update").due_at == rung.now + HOUR


def test_waiting_for_the_caller_on_servicenow_stops_the_clocks_that_the_policy_names(rung: World) -> None:
    number = acknowledged(rung)
    rung.jump(28)
    is_moved(rung, number, state="on_hold", hold_reason="awaiting_caller", comments="Which shop?")
    assert rung.page().ticket.hold_reason == "awaiting_caller"
    assert clock(rung, "resolve").elapsed == HOUR / 2
    assert clock(rung, "resolve").paused == "it is on hold, awaiting caller"
    rung.jump(60 * 24 * 3)
    assert rung.messages.told == ["dana.reyes"]
    is_moved(rung, number, state="in_progress")
    assert clock(rung, "resolve").due_at == rung.now + 3.5 * HOUR
    assert clock(rung, "update").due_at == rung.now + HOUR
    assert rung.page().ticket.hold_reason == ""


def test_waiting_for_a_vendor_stops_nothing_where_the_policy_says_so(rung: World) -> None:
    number = acknowledged(rung)
    is_moved(rung, number, state="on_hold", hold_reason="awaiting_vendor")
    assert clock(rung, "resolve").since == BEGIN
    is_moved(rung, number, state="on_hold", hold_reason="awaiting_problem")
    assert clock(rung, "resolve").paused == "it is on hold, awaiting problem"
    assert ReasonCode.HOLD_REASON_BY_PERSON in rung.reasons()


def test_a_warning_tells_the_owner_and_a_miss_is_noted_on_servicenow(rung: World) -> None:
    acknowledged(rung)
    rung.jump(118)
    assert rung.messages.sent[-1][1].headline.endswith("2 hours left to resolve")
    rung.jump(120)
    assert clock(rung, "resolve").breached_at == BEGIN + 4 * HOUR
    assert rung.messages.sent[-1][1].headline.endswith("No time is left to resolve")
    assert notes(rung).count("The target is missed: 4 hours to resolve.") == 1
    rung.jump(600)
    assert notes(rung).count("The target is missed: 4 hours to resolve.") == 1
    assert rung.page().row.breached == ("update", "resolve")


def test_a_mark_that_came_while_rung_was_down_is_told_once_it_is_up_again(rung: World) -> None:
    acknowledged(rung)
    rung.jump(60 * 3.5)
    warned = [e.reason.facts["percent"] for e in rung.page().entries if e.reason.code is ReasonCode.CLOCK_WARNED]
    assert warned == ["50", "80"]
    assert [notice.why for _, notice, _ in rung.messages.sent if "80 %" in notice.why] != []


def test_a_person_who_comments_on_servicenow_ends_the_silence(rung: World) -> None:
    number = acknowledged(rung)
    rung.jump(50)
    rung.box.act("servicenow", "comment", who="dana.reyes", number=number, text="We look into it")
    rung.settle()
    assert clock(rung, "update").due_at == rung.now + HOUR
    rung.jump(60)
    assert clock(rung, "update").breached_at == rung.now


def test_a_weekend_inside_a_target_does_not_count(rung: World) -> None:
    rung.now = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # Friday 16:00 in Paris
    rung.jump(0)
    rung.alert(severity="warning")
    assert rung.page().ticket.severity is Severity.SEV3
    assert clock(rung, "resolve").due_at == datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


def test_a_ticket_that_gets_worse_keeps_the_time_it_has_spent(rung: World) -> None:
    rung.alert(severity="warning")
    assert clock(rung, "resolve").calendar == "office"
    rung.jump(60)
    (incident,) = rung.box.incidents()
    fields = {"impact": "1", "urgency": "1"}
    rung.box.act("servicenow", "update", who="lee.park", number=incident["number"], fields=fields)
    rung.settle()
    assert rung.page().ticket.severity is Severity.SEV1
    assert clock(rung, "resolve").calendar == "always"
    assert clock(rung, "resolve").due_at == rung.now + 3 * HOUR
    assert [row.percent for row in rung.page().clocks if row.name == "resolve"] == [25]


def test_a_reopened_ticket_goes_on_with_the_time_it_had_spent(rung: World) -> None:
    acknowledged(rung)
    rung.jump(58)
    rung.alert(over=True)
    assert clock(rung, "resolve").met_at == rung.now
    assert rung.page().ticket.timer(TimerKind.CLOCK, "resolve") is None
    rung.jump(600)
    rung.alert()
    assert clock(rung, "resolve").due_at == rung.now + 3 * HOUR


def test_the_board_has_missed_targets_first_then_those_that_nobody_has_then_warned_ones(rung: World) -> None:
    def taken(number: int, name: str) -> None:
        rung.alert(alertname=name)
        rung.app.desk.command(number, Acknowledge("dana.reyes", "in a test"))

    taken(1, "Missed")
    rung.jump(180)
    taken(2, "Warned")
    rung.jump(125)
    rung.app.desk.command(2, Note("dana.reyes", "in a test", text="Still on it"))
    taken(3, "Calm")
    rung.alert(alertname="New")
    assert [(row.id, row.breached, row.warned) for row in rung.app.desk.board().rows] == [
        (1, ("update", "resolve"), ()),
        (4, (), ()),
        (2, (), ("resolve",)),
        (3, (), ()),
    ]

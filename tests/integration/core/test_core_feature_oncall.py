"""On-call, whole: shift changes and people's own calendars, on the real database with time that jumps."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.model import Acknowledge, Notice, ReasonCode
from core.policy import Handover, Hours, OnCall, Policy
from core.work.handover import Handovers
from rung.wiring import Policies
from tests.integration.world import World, world

HOUR = timedelta(hours=1)


@pytest.fixture
def rung(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def duty(world: World, handover: Handover = Handover.STAY, **changes: object) -> None:
    """At L1 Dana and Lee take turns of a day from 09:00 in Paris: on 2 March 2026 Dana comes in."""
    values: dict[str, object] = {
        "people": ("dana.reyes", "lee.park"),
        "rotation": "daily",
        "starts": datetime(2026, 1, 1, 9),
        "time_zone": "Europe/Paris",
        "handover": handover,
    }
    first = OnCall(**{**values, **changes})  # type: ignore[arg-type] # a test's own words
    team = world.policy.roster.teams["payments"]
    team = replace(team, on_call={"L1": first, "L2": OnCall(people=("sam.okafor",))})
    take_effect(world, replace(world.policy, roster=replace(world.policy.roster, teams={"payments": team})))


def take_effect(world: World, policy: Policy) -> None:
    world.policy = policy
    world.loaded = replace(world.loaded, policy=policy, at_version=lambda _: policy)


def at(world: World, *moment: int) -> None:
    """Jump to a moment (UTC) that is yet to come, and do what comes due."""
    there = datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc] # a moment
    world.jump((there - world.now) / timedelta(minutes=1))


def acknowledge(world: World, by: str, ticket: int = 1) -> None:
    world.app.desk.command(ticket, Acknowledge(by=by, via="in the console"))
    world.settle()


def summaries(world: World) -> list[tuple[str, Notice]]:
    return [(person, notice) for person, notice, _ in world.messages.sent if notice.informs]


def assigned_to(world: World, number: int = 0) -> object:
    return world.box.incidents()[number]["fields"]["assigned_to"]


def test_an_acknowledged_ticket_moves_to_the_one_coming_in_who_gets_one_summary(rung: World) -> None:
    duty(rung, Handover.MOVE)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "dana.reyes")
    at(rung, 2026, 3, 3, 7, 59)
    assert rung.page().ticket.owner == "dana.reyes"
    at(rung, 2026, 3, 3, 8, 0)
    assert rung.page().ticket.owner == "lee.park"
    assert rung.page().ticket.is_acknowledged
    assert assigned_to(rung) == rung.person("lee.park")["sys_id"]
    ((person, notice),) = summaries(rung)
    assert person == "lee.park"
    assert notice.headline == "L1 of Payments Support is yours: 1 open ticket, none not acknowledged"
    assert notice.ask.endswith("Payments fail: in progress, acknowledged by Dana Reyes, yours")
    assert notice.ask.startswith("SEV1 INC")
    assert notice.why == (
        "Your shift began Tue 2026-03-03 09:00 CET, after Dana Reyes. Their open tickets are now yours."
    )
    (note,) = [one for one in rung.box.incidents()[0]["work_notes"] if "taken over" in str(one)]
    assert "Passed from Dana Reyes to Lee Park, who has taken over L1 of Payments Support." in str(note)


def test_by_the_rule_that_they_stay_only_the_summary_is_sent(rung: World) -> None:
    duty(rung)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "dana.reyes")
    writes = len(rung.box.incidents()[0]["work_notes"])
    at(rung, 2026, 3, 3, 8, 1)
    assert rung.page().ticket.owner == "dana.reyes"
    assert len(rung.box.incidents()[0]["work_notes"]) == writes
    ((person, notice),) = summaries(rung)
    assert (person, notice.ask.endswith(", Dana Reyes")) == ("lee.park", True)
    assert ReasonCode.SHIFT_STAYED in rung.reasons()


def test_by_the_rule_for_unacknowledged_ones_the_one_coming_in_is_asked_in_the_time_that_is_left(rung: World) -> None:
    duty(rung, Handover.UNACKNOWLEDGED)
    at(rung, 2026, 3, 3, 7, 57)
    rung.alert(instance="a")
    due = rung.page().ticket.deadline
    rung.alert(instance="b")
    acknowledge(rung, "dana.reyes", 2)
    at(rung, 2026, 3, 3, 8, 0)
    first, second = rung.page(1).ticket, rung.page(2).ticket
    assert (first.owner, second.owner) == ("lee.park", "dana.reyes")
    assert first.deadline == due
    asked = [(person, notice.headline) for person, notice, _ in rung.messages.sent if not notice.informs]
    assert asked[-1] == ("lee.park", "SEV1 Payments: Payments fail. 2 minutes to acknowledge")
    assert len(summaries(rung)) == 1
    at(rung, 2026, 3, 3, 8, 3)
    assert rung.page(1).ticket.owner == "sam.okafor"


def test_a_change_is_made_once_though_two_clocks_look_at_once(rung: World) -> None:
    duty(rung, Handover.MOVE)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "dana.reyes")
    rung.now = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
    clocks = [Handovers(rung.database, Policies(lambda: rung.loaded), lambda: rung.now) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(Handovers.look, clocks)) == 1
    rung.jump(1)
    assert rung.reasons().count(ReasonCode.SHIFT_MOVED) == 1
    assert len(summaries(rung)) == 1


def test_changes_that_came_while_nothing_ran_are_caught_up_by_whoever_has_the_duty_now(rung: World) -> None:
    duty(rung, Handover.MOVE, people=("dana.reyes", "sam.okafor", "lee.park"))
    rung.now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    rung.jump(0)
    rung.alert()
    owner = rung.page().ticket.owner
    acknowledge(rung, owner)
    rung.now += timedelta(days=2)
    clock = Handovers(rung.database, Policies(lambda: rung.loaded), lambda: rung.now)  # started anew: it knows nothing
    assert clock.look() == 1
    rung.settle()
    now_on = rung.policy.roster.on_call("payments", "L1", rung.now)
    assert now_on not in ("", owner)
    assert rung.page().ticket.owner == now_on
    ((person, notice),) = summaries(rung)
    assert person == now_on
    assert rung.policy.roster.name(owner) in notice.why


def test_who_comes_back_after_hours_without_anybody_is_told_what_is_open(rung: World) -> None:
    office = (Hours(frozenset(range(5)), 9 * HOUR, 17 * HOUR),)
    duty(rung, Handover.MOVE, people=("dana.reyes",), hours=office, rotation="none", starts=None)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "dana.reyes")
    at(rung, 2026, 3, 2, 17, 0)
    assert summaries(rung) == []
    at(rung, 2026, 3, 3, 8, 0)
    ((person, notice),) = summaries(rung)
    assert (person, "after nobody" in notice.why) == ("dana.reyes", True)
    assert ReasonCode.SHIFT_MOVED not in rung.reasons()


def test_what_somebody_else_has_taken_stays_with_them(rung: World) -> None:
    duty(rung, Handover.MOVE)
    rung.jump(0)
    rung.alert()
    acknowledge(rung, "ines.moreau")
    at(rung, 2026, 3, 3, 8, 0)
    assert rung.page().ticket.owner == "ines.moreau"
    (stayed,) = [one.reason for one in rung.page().entries if one.reason.code is ReasonCode.SHIFT_STAYED]
    assert stayed.sentence.endswith("stays with Inès Moreau because it was not theirs who had the duty before.")


def test_nothing_is_sent_where_nothing_is_open(rung: World) -> None:
    duty(rung, Handover.MOVE)
    rung.jump(0)
    at(rung, 2026, 3, 3, 9, 0)
    assert rung.messages.sent == []


@pytest.mark.parametrize(
    ("before", "change", "word"),
    [
        ((2026, 3, 28, 12), (2026, 3, 29, 7, 0), "CEST"),  # clocks go forward: the shift is an hour shorter
        ((2026, 10, 24, 12), (2026, 10, 25, 8, 0), "CET"),  # and an hour longer where they go back
    ],
)
def test_a_shift_changes_at_the_same_time_on_the_wall_on_both_days_on_which_clocks_change(
    rung: World, before: tuple[int, ...], change: tuple[int, ...], word: str
) -> None:
    duty(rung, Handover.MOVE)
    at(rung, *before)
    rung.alert()
    first = rung.page().ticket.owner
    acknowledge(rung, first)
    told = len(summaries(rung))
    moment = datetime(*change, tzinfo=UTC)  # type: ignore[arg-type, misc] # a moment
    rung.jump((moment - rung.now) / timedelta(minutes=1) - 1)
    assert (rung.page().ticket.owner, len(summaries(rung))) == (first, told)
    rung.jump(1)
    assert rung.page().ticket.owner != first
    notice = summaries(rung)[-1][1]
    assert f" 09:00 {word}, " in notice.why
    assert len(summaries(rung)) == told + 1

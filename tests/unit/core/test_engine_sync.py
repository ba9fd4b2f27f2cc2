"""Two records of one ticket, kept in step by who leads which field."""

from __future__ import annotations

from typing import Any

import pytest

from core.model import ReasonCode, State, Ticket
from core.policy import Condition, Sync, SyncRule
from core.policy.sync import Losing
from tests.unit.core.conftest import a_policy
from tests.unit.core.toys import CUT, Pair, Toy


def pair(sync: Sync | None = None, *, blunt: bool = False, tells: bool = True, echoes: bool = True) -> Pair:
    toys = {"snow": Toy("snow", tells=tells, echoes=echoes), "jira": Toy("jira", blunt, tells, echoes)}
    return Pair(a_policy(sync=sync or Sync()), toys).begin()


def shown(world: Pair, name: str) -> list[Any]:
    return [toy.stands[name] for toy in world.toys.values()]


def last_conflict(ticket: Ticket) -> tuple[str, str, str]:
    one = ticket.conflicts[-1]
    return one.kept.value, one.lost.value, one.lost.where


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize(
    ("name", "value"), [("title", "All is down"), ("description", "Since noon."), ("assignee", "lee"), ("impact", 3)]
)
def test_what_a_person_changes_on_one_record_goes_to_the_other_once(name: str, value: Any, tells: bool) -> None:
    for where in ("snow", "jira"):
        world = pair(tells=tells)
        world.edit(where, name, value)
        world.drain()
        assert shown(world, name) == [value, value]
        other = next(toy for toy in world.toys.values() if toy.name != where)
        assert other.written == 1
        world.poll()
        world.drain()
        assert other.written == 1


def test_a_state_goes_to_the_other_record_with_its_resolution() -> None:
    world = pair()
    world.edit("jira", "state", State.RESOLVED)
    world.drain()
    assert shown(world, "state") == [State.RESOLVED, State.RESOLVED]
    assert world.opened.resolution
    assert world.toys["jira"].written == 0


def test_a_side_that_does_not_lead_is_put_back_and_both_values_are_kept() -> None:
    world = pair(Sync(fields={"title": "snow"}))
    world.edit("jira", "title", "Not so bad")
    world.drain()
    assert shown(world, "title") == ["Down", "Down"]
    assert last_conflict(world.opened) == ("Down", "Not so bad", "jira")
    assert world.opened.conflicted == 1
    assert world.writes == 1
    world.edit("snow", "title", "All is down")
    world.drain()
    assert shown(world, "title") == ["All is down", "All is down"]


def test_what_the_policy_leads_is_put_back_wherever_it_is_changed() -> None:
    world = pair(Sync(fields={"severity": "rung"}))
    before = world.opened.severity
    world.edit("snow", "impact", 1)
    world.drain()
    assert shown(world, "impact") == [2, 2]
    assert world.opened.severity is before
    assert last_conflict(world.opened) == ("2", "1", "snow")


def test_a_losing_value_can_be_left_where_it_is() -> None:
    drills = SyncRule(name="drills", condition=Condition(match={"title": ("*drill*",)}), losing=Losing.LEAVE)
    world = pair(Sync(fields={"description": "snow"}, losing=Losing.LEAVE, rules=(drills,)))
    world.edit("jira", "description", "Mine")
    world.drain()
    assert shown(world, "description") == ["It is down.", "Mine"]
    assert not world.opened.conflicts[-1].put_back
    assert world.writes == 0


def test_of_two_who_change_it_at_once_the_later_one_counts_in_whatever_order_we_hear_of_them() -> None:
    for first, second in (("snow", "jira"), ("jira", "snow")):
        world = pair(Sync(fields={"title": "last_writer"}))
        world.edit("snow", "title", "Earlier")
        world.edit("jira", "title", "Later")
        world.deliver(first)
        world.deliver(second)
        world.drain()
        assert shown(world, "title") == ["Later", "Later"]
        assert last_conflict(world.opened) == ("Later", "Earlier", "snow")
        assert world.writes <= 2


def test_a_change_that_we_wrote_over_before_we_heard_of_it_still_counts_if_it_was_later() -> None:
    world = pair()
    world.edit("snow", "title", "Earlier")
    world.edit("jira", "title", "Later")
    world.deliver("snow")
    world.land("jira")
    world.answer()
    world.drain()
    assert shown(world, "title") == ["Later", "Later"]
    assert last_conflict(world.opened) == ("Later", "Earlier", "snow")


def test_automation_writes_what_the_last_writer_leads_and_leaves_what_a_platform_leads() -> None:
    world = pair(Sync(fields={"assignee": "last_writer"}))
    world.edit("jira", "assignee", "ines")
    world.drain()
    assert "assignee" not in world.opened.theirs


@pytest.mark.parametrize("echoes", [True, False])
@pytest.mark.parametrize("tells", [True, False])
def test_what_a_platform_cannot_hold_makes_no_loop(tells: bool, echoes: bool) -> None:
    world = pair(blunt=True, tells=tells, echoes=echoes)
    title = "A title that is a good deal longer than the other side can hold"
    world.edit("snow", "title", title)
    world.edit("snow", "impact", 3)
    world.drain()
    assert shown(world, "title") == [title, title[:CUT]]
    assert world.toys["jira"].written == 2
    assert world.toys["snow"].written <= 1
    world.edit("jira", "description", "Something else")
    world.drain()
    world.poll()
    world.drain()
    assert world.opened.title == title
    assert shown(world, "title")[0] == title
    assert shown(world, "impact")[0] == 3
    assert world.opened.conflicted == 0


def test_a_change_whose_own_webhook_is_lost_is_found_beside_the_next() -> None:
    world = pair()
    world.edit("jira", "title", "Never told")
    world.lose("jira")
    world.edit("jira", "description", "More")
    world.drain()
    assert shown(world, "title") == ["Never told", "Never told"]


def test_a_change_that_stands_beside_our_own_write_is_not_swallowed() -> None:
    for echoes in (True, False):
        world = pair(echoes=echoes)
        world.edit("jira", "title", "Late")
        world.edit("snow", "description", "More")
        world.deliver("snow")
        world.land("jira")
        world.answer()
        world.drain()
        assert shown(world, "title") == ["Late", "Late"]
        assert shown(world, "description") == ["More", "More"]


def test_a_conflict_is_told_in_words() -> None:
    world = pair(Sync(fields={"state": "snow"}))
    world.edit("jira", "state", State.IN_PROGRESS)
    world.now = world.now
    world.deliver("jira")
    assert world.opened.conflicts[-1].leader == "snow"
    assert ReasonCode.CONFLICT.name


def test_repeats_change_nothing() -> None:
    world = pair()
    world.edit("jira", "title", "Again")
    for _ in range(3):
        world.deliver("jira", twice=True)
    world.drain()
    world.poll()
    assert world.writes == 1
    assert world.opened.conflicted == 0

"""Two records converge, with a bounded number of writes, whatever is doubled, delayed, reordered or lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.model import State
from core.policy import Sync
from tests.unit.core.conftest import a_policy
from tests.unit.core.toys import Pair, Toy

LONG = "A title that is a good deal longer than the other side can hold"
VALUES: dict[str, list[Any]] = {
    "title": ["One", "Two", "Three", LONG],
    "description": ["It is up.", "It was down."],
    "impact": [1, 2, 3],
    "assignee": ["lee", "ines", ""],
    "state": [State.NEW, State.IN_PROGRESS, State.ON_HOLD, State.RESOLVED, State.CLOSED],
}
TEXTS = ("title", "description", "impact", "assignee")
SIDES = st.sampled_from(["snow", "jira"])
EDITS = st.sampled_from(list(VALUES)).flatmap(
    lambda name: st.tuples(st.just("edit"), SIDES, st.just(name), st.sampled_from(VALUES[name]))
)
MOVES = st.one_of(
    EDITS,
    st.tuples(st.just("deliver"), SIDES, st.integers(0, 3)),
    st.tuples(st.just("twice"), SIDES, st.integers(0, 3)),
    st.tuples(st.just("lose"), SIDES, st.integers(0, 3)),
    st.tuples(st.just("land"), SIDES),
    st.tuples(st.just("answer"), st.integers(0, 1)),
    st.tuples(st.just("poll")),
)
LEADERS = st.sampled_from(["person", "last_writer", "rung", "snow", "jira"])


def play(world: Pair, moves: list[tuple[Any, ...]]) -> None:
    for move in moves:
        match move:
            case "edit", where, name, value:
                world.edit(where, name, value)
            case "deliver", where, index:
                world.deliver(where, index)
            case "twice", where, index:
                world.deliver(where, index, twice=True)
            case "lose", where, index:
                world.lose(where, index)
            case "land", where:
                world.land(where)
            case "answer", index:
                world.answer(index)
            case _:
                world.poll()
    for _ in range(3):
        world.drain()
        world.poll()
    world.drain()


def a_pair(sync: Sync, *, blunt: bool, tells: bool, echoes: bool) -> Pair:
    toys = {"snow": Toy("snow", False, tells, echoes), "jira": Toy("jira", blunt, tells, echoes)}
    return Pair(a_policy(sync=sync), toys).begin()


FREELY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("blunt", [False, True])
@FREELY
@example([("edit", "snow", "title", "One"), ("twice", "snow", 0)], True, False, {"title": "rung"})
@given(st.lists(MOVES, max_size=25), st.booleans(), st.booleans(), st.dictionaries(st.sampled_from(TEXTS), LEADERS))
def test_both_sides_come_to_what_the_ticket_has(
    blunt: bool, moves: list[tuple[Any, ...]], tells: bool, echoes: bool, fields: dict[str, str]
) -> None:
    world = a_pair(Sync(fields=fields), blunt=blunt, tells=tells, echoes=echoes)
    play(world, moves)
    if any(toy.stands["state"] is State.CLOSED for toy in world.toys.values()):
        return  # what is closed is not written to any more
    # What is over is not graded again: an impact that is found then can be one that the other side cannot show.
    compared = ("title", "description", "state", *(["impact"] if world.opened.state.is_open else []))
    apart = [name for name in compared if not world.agree(name)]
    assert not apart, world.told(apart)
    assert len({toy.stands["assignee"] for toy in world.toys.values()}) == 1
    for toy in world.toys.values():
        record = world.opened.record_on(toy.name)
        assert record is not None
        assert {n: record.seen[n] for n in VALUES} == {n: str(toy.stands[n]) for n in VALUES}, toy.name


@pytest.mark.parametrize("blunt", [False, True])
@FREELY
@example([("edit", "snow", "impact", 3), ("deliver", "snow", 0), ("land", "jira"), ("poll",)], False, False, {})
@given(st.lists(MOVES, max_size=25), st.booleans(), st.booleans(), st.dictionaries(st.sampled_from(TEXTS), LEADERS))
def test_writes_are_bounded_by_the_edits(
    blunt: bool, moves: list[tuple[Any, ...]], tells: bool, echoes: bool, fields: dict[str, str]
) -> None:
    world = a_pair(Sync(fields=fields), blunt=blunt, tells=tells, echoes=echoes)
    play(world, [move for move in moves if move[0] != "edit" or move[2] != "state"])
    # One for each record, for the severity that follows is noted on both; one more where two edits crossed.
    assert world.writes <= 2 * len(world.edits) + world.opened.conflicted


@FREELY
@given(st.lists(MOVES, max_size=25), st.booleans())
def test_the_side_that_leads_keeps_what_was_last_written_there(moves: list[tuple[Any, ...]], tells: bool) -> None:
    world = a_pair(Sync(fields={"title": "snow"}), blunt=False, tells=tells, echoes=True)
    play(world, moves)
    said = [value for where, name, value in world.edits if (where, name) == ("snow", "title")]
    assert world.opened.title == (said[-1] if said else "Down")


@FREELY
@given(st.lists(MOVES.filter(lambda move: move[0] not in {"lose", "poll"}), max_size=25))
def test_without_losses_the_last_writer_is_the_last_who_wrote(moves: list[tuple[Any, ...]]) -> None:
    world = a_pair(Sync(fields={"title": "last_writer"}), blunt=False, tells=True, echoes=True)
    moves = [move for move in moves if move[0] != "edit" or move[2] == "title"]
    play(world, moves)
    said = [value for _, _, value in world.edits]
    assert world.opened.title == (said[-1] if said else "Down")

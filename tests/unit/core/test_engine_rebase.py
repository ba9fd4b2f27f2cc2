"""A running ticket under another policy: it stays sane, and nobody is asked who is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine import step
from core.model import (
    Acknowledge,
    Person,
    ReasonCode,
    Rebase,
    Severity,
    State,
    Stimulus,
    Surroundings,
    Ticket,
    TimerDue,
    TimerKind,
    Unopened,
)
from core.policy import OnCall, Path, Policy, RollOut, Roster, Routing, Span, Team, Within
from tests.unit.core.conftest import NOON, Story, a_level, a_policy, an_alert

MOVE = Rebase("ines", "on the command line")
EVERYTHING = RollOut(everything=True)


def newer(policy: Policy, **changes: object) -> Policy:
    return replace(policy, version=policy.version + 1, **changes)  # type: ignore[arg-type] # a test's own words


def moved(story: Story, after: float = 0, **changes: object) -> Story:
    story.policy = newer(story.policy, **changes)
    return story.happens(MOVE, after)


def test_the_wait_goes_on_and_is_measured_by_the_new_policy(story: Callable[..., Story]) -> None:
    now = story().fires()
    within = dict.fromkeys(Severity, timedelta(minutes=30))
    level = replace(a_level("L1"), acknowledge_within=within)
    now = moved(now, 3, paths={"standard": Path(name="standard", levels=(level,))})
    timer = now.opened.timer(TimerKind.ACKNOWLEDGE)
    assert timer is not None
    assert timer.due_at == NOON + timedelta(minutes=30)
    assert (now.told, now.written) == ([], [])
    assert now.reasons[0] is ReasonCode.REBASED


def test_what_a_person_decided_stays_theirs(story: Callable[..., Story]) -> None:
    now = story().fires().happens(Acknowledge("lee", "here"), 1)
    now = moved(now, 1)
    assert now.opened.acknowledged_by == "Lee Park"
    assert not now.waits_for_acknowledgement


def test_a_resolved_ticket_is_closed_when_the_new_policy_says(story: Callable[..., Story]) -> None:
    now = story().fires().clears(1)
    now = moved(now, 1, reopen_within=timedelta(hours=1))
    timer = now.opened.timer(TimerKind.CLOSE)
    assert timer is not None
    assert timer.due_at == NOON + timedelta(minutes=61)


def test_leaving_the_shadow_asks_from_the_first_level(story: Callable[..., Story]) -> None:
    now = story(policy=a_policy(roll_out=EVERYTHING)).fires().waits()
    assert now.opened.shadow
    now = moved(now, roll_out=RollOut())
    assert (now.opened.shadow, now.opened.level, now.told) == (False, 1, ["dana"])
    assert [action.verb.value for action in now.written] == ["create_record"]


def test_a_shadowed_record_is_created_once_on_the_ledger(story: Callable[..., Story]) -> None:
    now = story(policy=a_policy(roll_out=EVERYTHING)).fires().waits()
    verbs = [action.verb.value for action in now.actions if action.verb.value != "notify"]
    assert verbs[0] == "create_record"
    assert "create_record" not in verbs[1:]


paths = st.lists(st.sampled_from(["L1", "L2", "L3"]), min_size=1, max_size=3, unique=True)
roll_outs = st.sampled_from([RollOut(), RollOut(), EVERYTHING])
moves = st.lists(
    st.tuples(st.sampled_from(["timer", "clears", "fires", "takes", "move"]), paths, roll_outs), max_size=9
)


@settings(max_examples=150, deadline=None)
@given(moves)
def test_a_ticket_stays_sane_however_the_policy_changes_under_it(
    tale: list[tuple[str, list[str], RollOut]],
) -> None:
    policy, now = a_policy(), NOON
    ticket = step(Unopened(1, "k3f9q2abcd"), an_alert(), policy, now).ticket
    for what, names, roll_out in tale:
        assert ticket is not None
        now += timedelta(minutes=7)
        if what == "move":
            levels = tuple(a_level(name) for name in names)
            policy = newer(policy, paths={"standard": Path(name="standard", levels=levels)}, roll_out=roll_out)
        outcome = step(ticket, stimulus_of(what, ticket), policy, now)
        ticket = outcome.ticket
        assert ticket is not None
        if what == "move" and ticket.state not in {State.CLOSED, State.CANCELED}:
            assert ticket.policy_version == policy.version
        awaited = ticket.state.is_open and not ticket.is_acknowledged
        assert not awaited or ticket.exhausted or ticket.timer(TimerKind.ACKNOWLEDGE)
        assert ticket.level <= max(len(policy.path(ticket.path).levels), 3)


def stimulus_of(what: str, ticket: Ticket) -> Stimulus:
    due = min(ticket.timers, key=lambda one: one.due_at, default=None)
    if what == "timer" and due:
        return TimerDue(due.kind, due.token, due.name)
    state = State.RESOLVED if what == "clears" else State.NEW
    others: dict[str, Stimulus] = {"move": MOVE, "takes": Acknowledge("lee", "here")}
    return others.get(what, an_alert(state=state))


NAMES = ("dana", "lee", "sam", "vic")
spans = st.builds(lambda start: Span(NOON + timedelta(minutes=start), NOON + timedelta(minutes=start + 40)),
                  st.integers(-60, 60))  # fmt: skip
duties = st.lists(st.sampled_from(NAMES), unique=True, max_size=4).map(lambda people: OnCall(people=tuple(people)))


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries({"L1": duties, "L2": duties, "L3": duties}),
    st.dictionaries(st.sampled_from(NAMES), spans),
    st.sets(st.sampled_from(NAMES)),
    st.sampled_from(list(Within)),
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 9)),
)
def test_nobody_who_is_away_or_cannot_be_told_is_asked_at_any_time(
    on_call: dict[str, OnCall], off: dict[str, Span], mute: set[str], way: Within, numbers: dict[str, int]
) -> None:
    people = {one: Person(one, one, ways=() if one in mute else ("w",)) for one in NAMES}
    team = Team(id="pay", name="Payments", on_call=on_call)
    roster = Roster(people, {"pay": team}, {name: (span,) for name, span in off.items()})
    policy = a_policy(roster=roster, routing=Routing(within=way))
    around = Surroundings(load=numbers, turns=numbers)
    now = NOON
    outcome = step(Unopened(1, "k3f9q2abcd"), an_alert(), policy, now, around)
    while outcome.ticket and outcome.ticket.timers:
        for action in outcome.actions:
            asked = action.notice.person if action.notice else ""
            assert asked in {"", "ines"} or (asked not in mute and now not in off.get(asked, Span(now, now)))
        timer = min(outcome.ticket.timers, key=lambda one: one.due_at)
        now = timer.due_at
        outcome = step(outcome.ticket, TimerDue(timer.kind, timer.token, timer.name), policy, now, around)

"""What holds whatever happens, in whatever order."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine import Outcome, step
from core.model import (
    Acknowledge,
    Action,
    Event,
    EventKind,
    Impact,
    Party,
    Receipt,
    Refusal,
    Report,
    State,
    Stimulus,
    Ticket,
    TimerDue,
    TimerKind,
    Unopened,
    Urgency,
    Verb,
)
from core.store.codec import from_json, to_json
from tests.unit.core.conftest import NOON, REF, a_policy, a_record_event, an_alert

PEOPLE = [Party(), Party(email="dana@example.com"), Party(login="lee.park"), Party(name="A stranger", account="x9")]

alerts = st.builds(
    lambda state, key, impact: an_alert(state=state, key=key, impact=impact),
    st.sampled_from([State.NEW, State.RESOLVED]),
    st.sampled_from(["f1", "f2"]),
    st.sampled_from([*Impact, None]),
)
changes = st.builds(
    lambda kind, state, assignee, version, own, urgency, actor: a_record_event(
        kind=kind, state=state, assignee=assignee, version=version, own=own, urgency=urgency, actor=actor
    ),
    st.sampled_from([EventKind.CREATED, EventKind.UPDATED, EventKind.COMMENTED, EventKind.DELETED]),
    st.sampled_from([*State, None]),
    st.sampled_from([*PEOPLE, None]),
    st.sampled_from([None, 1, 2, 3, 4, 5]),
    st.booleans(),
    st.sampled_from([*Urgency, None]),
    st.sampled_from([*PEOPLE, None]),
)
commands = st.builds(Acknowledge, st.sampled_from(["dana", "lee", "somebody"]), st.just("here"))
moves = st.one_of(alerts, changes, commands, st.sampled_from(["timer", "done", "refused", "late timer"]))


def stimulus_of(move: object, ticket: Ticket, actions: list[Action]) -> Stimulus | None:
    """What a drawn move means for the ticket as it stands."""
    if isinstance(move, Event | Acknowledge):
        return move
    if move == "late timer":
        return TimerDue(TimerKind.ACKNOWLEDGE, ticket.timer_token - 1)
    if move == "timer":
        return TimerDue(ticket.timers[0].kind, ticket.timers[0].token) if ticket.timers else None
    if not actions:
        return None
    action = actions.pop(0)
    done = Receipt(None if action.verb is Verb.NOTIFY else REF, 1)
    return Report(action, done if move == "done" else Refusal("refused"))


def assert_sane(outcome: Outcome) -> None:
    ticket = outcome.ticket
    assert ticket is not None
    awaited = ticket.state.is_open and not ticket.is_acknowledged
    has_timer = ticket.timer(TimerKind.ACKNOWLEDGE) is not None
    assert not awaited or has_timer or ticket.exhausted, "an open unacknowledged ticket has a timer or is exhausted"
    assert awaited or not has_timer, "nothing waits for an acknowledgement that nobody needs"
    assert len({timer.kind for timer in ticket.timers}) == len(ticket.timers)
    lanes = [action.lane for action in outcome.actions if action.verb is not Verb.NOTIFY]
    assert len(lanes) == len(set(lanes)), "one step writes to a record once"
    for entry in outcome.entries:
        assert "{" not in entry.reason.sentence
    assert from_json(to_json(ticket), Ticket) == ticket


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(moves, st.integers(0, 20)), max_size=14))
def test_whatever_happens_the_ticket_stays_sane(tale: list[tuple[object, int]]) -> None:
    policy, now = a_policy(), NOON
    outcome = step(Unopened(1, "k3f9q2abcd"), an_alert(), policy, now)
    given_ids: set[str] = set()
    actions: list[Action] = []
    for move, minutes in [("", 0), *tale]:
        ticket = outcome.ticket
        assert ticket is not None
        stimulus = stimulus_of(move, ticket, actions)
        if stimulus is not None:
            now += timedelta(minutes=minutes)
            outcome = step(ticket, stimulus, policy, now)
            assert outcome == step(ticket, stimulus, policy, now), "the same arguments give the same outcome"
        if stimulus is not None or not move:
            assert_sane(outcome)
            assert given_ids.isdisjoint(action.operation_id for action in outcome.actions)
            given_ids |= {action.operation_id for action in outcome.actions}
            actions += outcome.actions


@settings(max_examples=100, deadline=None)
@given(st.permutations([1, 2, 3, 4]))
def test_the_order_in_which_versions_arrive_does_not_change_what_is_known(order: list[int]) -> None:
    policy, now = a_policy(), NOON
    ticket = step(Unopened(1, "k3f9q2abcd"), a_record_event(kind=EventKind.CREATED, version=0), policy, now).ticket
    assert ticket is not None
    for version in order:
        event = a_record_event(version=version, title=f"Title {version}", assignee=None)
        stepped = step(ticket, event, policy, now).ticket
        assert stepped is not None
        ticket = stepped
    assert ticket.title == "Title 4"

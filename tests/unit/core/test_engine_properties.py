"""What holds whatever happens, in whatever order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine import Outcome, step
from core.model import (
    Acknowledge,
    Action,
    Assign,
    ChangeSeverity,
    Command,
    DeEscalate,
    Entry,
    EntryKind,
    EscalateNow,
    EscalateTo,
    Event,
    EventKind,
    HandBack,
    HoldAutomation,
    Impact,
    LinkMajor,
    Note,
    Party,
    ReasonCode,
    Receipt,
    Refusal,
    Report,
    Resume,
    SetBackup,
    SetHandoff,
    SetOwner,
    Severity,
    Snooze,
    State,
    Stimulus,
    Take,
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

said = {
    "by": st.sampled_from(["dana", "lee", "somebody"]),
    "via": st.just("here"),
    "reason": st.sampled_from(["", "so"]),
}
someone = st.sampled_from(["dana", "lee", "ines", "nobody", ""])
somewhere = st.sampled_from(["L1", "L2", "L3", "L9", ""])
commands = st.one_of(
    *(st.builds(kind, **said) for kind in (Acknowledge, Take, EscalateNow, HandBack, Resume)),
    st.builds(Assign, **said, person=someone),
    *(st.builds(kind, **said, level=somewhere) for kind in (EscalateTo, DeEscalate)),
    *(st.builds(kind, **said, level=somewhere, person=someone) for kind in (SetOwner, SetBackup)),
    st.builds(ChangeSeverity, **said, severity=st.sampled_from(Severity)),
    st.builds(HoldAutomation, **said, until=st.integers(-5, 90).map(lambda many: NOON + timedelta(minutes=many))),
    st.builds(Snooze, **said, length=st.integers(-5, 90).map(lambda many: timedelta(minutes=many))),
    st.builds(LinkMajor, **said, major=st.integers(0, 3)),
    st.builds(SetHandoff, **said, tried=st.sampled_from([None, "", "a restart"])),
    st.builds(Note, **said, text=st.sampled_from(["", "Seen it too."])),
)
moves = st.one_of(alerts, changes, commands, st.sampled_from(["timer", "done", "refused", "late timer"]))


def stimulus_of(move: object, ticket: Ticket, actions: list[Action]) -> Stimulus | None:
    """What a drawn move means for the ticket as it stands."""
    if isinstance(move, Event | Command):
        return move
    if move == "late timer":
        return TimerDue(TimerKind.ACKNOWLEDGE, ticket.timer_token - 1)
    if move == "timer":
        due = min(ticket.timers, key=lambda one: one.due_at, default=None)
        return TimerDue(due.kind, due.token) if due else None
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
    assert ticket.hold is None or ticket.timer(TimerKind.HOLD), "every hold ends"
    assert ticket.timer(TimerKind.SNOOZE) is None or has_timer, "only what is awaited is snoozed"
    assert len({timer.kind for timer in ticket.timers}) == len(ticket.timers)
    lanes = [action.lane for action in outcome.actions if action.verb is not Verb.NOTIFY]
    assert len(lanes) == len(set(lanes)), "one step writes to a record once"
    for entry in outcome.entries:
        assert not re.search(r"\{\w+\}", entry.reason.sentence), "every sentence is told with its facts"
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


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(moves, st.integers(0, 20)), max_size=14))
def test_replaying_what_happened_gives_the_same_ticket_though_it_was_stored_after_every_step(
    tale: list[tuple[object, int]],
) -> None:
    policy, now = a_policy(), NOON
    happened: list[tuple[Stimulus, datetime]] = [(an_alert(), now)]
    outcome = step(Unopened(1, "k3f9q2abcd"), an_alert(), policy, now)
    entries, actions = [*outcome.entries], list(outcome.actions)
    for move, minutes in tale:
        assert outcome.ticket is not None
        stimulus = stimulus_of(move, outcome.ticket, actions)
        if stimulus is not None:
            now += timedelta(minutes=minutes)
            happened.append((stimulus, now))
            outcome = step(outcome.ticket, stimulus, policy, now)
            entries += outcome.entries
            actions += outcome.actions
    again: Ticket | Unopened = Unopened(1, "k3f9q2abcd")
    told: list[Entry] = []
    for stimulus, moment in happened:
        replayed = step(again, stimulus, policy, moment)
        told += replayed.entries
        again = from_json(to_json(replayed.ticket), Ticket)
    assert again == outcome.ticket
    assert told == entries


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


@settings(max_examples=200, deadline=None)
@given(st.lists(commands, min_size=1, max_size=8), st.integers(0, 3))
def test_a_command_that_is_refused_changes_nothing(tale: list[Command], level: int) -> None:
    policy = a_policy()
    ticket = step(Unopened(1, "k3f9q2abcd"), an_alert(), policy, NOON).ticket
    for number, command in enumerate(tale):
        assert ticket is not None
        now = NOON + timedelta(minutes=level * number)
        outcome = step(ticket, command, policy, now)
        if outcome.refused:
            assert outcome.ticket == replace(ticket, updated_at=now)
            assert not outcome.actions
            assert [entry.kind for entry in outcome.entries] == [EntryKind.COMMAND]
        ticket = outcome.ticket


unheld = st.one_of(alerts, changes, st.sampled_from(["timer", "done", "refused", "late timer"]))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(unheld, st.integers(0, 20)), max_size=10))
def test_nothing_but_a_person_moves_up_what_is_on_hold(tale: list[tuple[object, int]]) -> None:
    policy, now = a_policy(), NOON
    ticket = step(Unopened(1, "k3f9q2abcd"), an_alert(), policy, now).ticket
    assert ticket is not None
    held = step(ticket, HoldAutomation("dana", "here", "so", until=NOON + timedelta(hours=20)), policy, now)
    ticket, actions = held.ticket, list(held.actions)
    for move, minutes in tale:
        assert ticket is not None
        due = stimulus_of(move, ticket, actions)
        if due is None or (move == "timer" and min(one.due_at for one in ticket.timers) > now):
            continue
        now += timedelta(minutes=minutes)
        outcome = step(ticket, due, policy, now)
        ticket = outcome.ticket
        actions += outcome.actions
        assert ticket is not None
        assert ticket.level <= 1 or ticket.hold is None
        escalated = {ReasonCode.ESCALATED, ReasonCode.EXHAUSTED} & {entry.reason.code for entry in outcome.entries}
        assert not escalated or ticket.hold is None

"""Like tickets become one major incident that people are called for once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine import as_parent
from core.model import (
    Acknowledge,
    DeclareMajor,
    EscalateNow,
    EventKind,
    Gathered,
    Impact,
    LikeCount,
    LinkMajor,
    Party,
    ReasonCode,
    Receipt,
    RecordRef,
    Report,
    Severity,
    State,
    TimerKind,
    Urgency,
    Verb,
)
from core.policy import MajorRule, Service
from core.policy.rollout import RollOut
from tests.unit.core.conftest import a_policy, a_record_event, an_alert
from tests.unit.core.major_world import RULE, Crowd, is_looked_after

MAJOR_REF = RecordRef("snow", "incident", "m1", "INC0099", "https://snow.example/m1")


def a_storm(many: int = 3, **rule: object) -> Crowd:
    crowd = Crowd(policy=a_policy(major=replace(RULE, **rule)))  # type: ignore[arg-type] # a test's own words
    for _ in range(many):
        crowd.opens()
    crowd.settles()
    return crowd


def said(crowd: Crowd, ticket_id: int) -> str:
    """The latest note on a ticket's record."""
    writes = [one for one in crowd.actions if one.ticket_id == ticket_id and one.verb is not Verb.NOTIFY]
    return writes[-1].changes.comments[0].text


def resolved_by_a_person(crowd: Crowd, state: State = State.RESOLVED) -> None:
    """Somebody ends the major incident on its platform."""
    crowd.happens(crowd.parent.id, a_report(crowd))
    crowd.settles()
    ended = a_record_event(record=MAJOR_REF, key="m1", state=state, version=2, assignee=None)
    crowd.happens(crowd.parent.id, ended)
    crowd.settles()


def a_report(crowd: Crowd) -> Report:
    creation = next(one for one in crowd.actions if one.ticket_id == crowd.parent.id and one.verb is Verb.CREATE_RECORD)
    return Report(creation, Receipt(MAJOR_REF, 1))


def test_fewer_like_tickets_than_it_takes_stay_by_themselves() -> None:
    crowd = a_storm(2)
    assert not any(one.major or one.gathered for one in crowd.tickets.values())


def test_the_earlier_ones_know_how_many_came_after_them() -> None:
    crowd = a_storm(2)
    assert [one.like for one in crowd.children] == [1, 1]


def test_enough_like_tickets_are_gathered_under_one_that_is_called_for() -> None:
    crowd = a_storm()
    assert [one.parent for one in crowd.children] == [crowd.parent.id] * 3
    assert all(one.gathered and not one.timers for one in crowd.children)
    assert crowd.parent.timer(TimerKind.ACKNOWLEDGE)
    assert crowd.paged.count(crowd.parent.id) == 1


def test_the_one_that_makes_them_enough_calls_nobody() -> None:
    crowd = a_storm()
    assert crowd.children[-1].id not in crowd.paged


def test_further_like_tickets_join_at_once_and_call_nobody() -> None:
    crowd = a_storm()
    paged = list(crowd.paged)
    late = crowd.opens()
    crowd.settles()
    assert late.parent == crowd.parent.id
    assert crowd.paged == paged
    assert crowd.parent.like == 4


def test_a_ticket_of_another_kind_is_not_gathered() -> None:
    crowd = a_storm()
    assert not crowd.opens(title="The printer is on fire").gathered


def test_tickets_of_which_nothing_is_known_are_not_alike() -> None:
    crowd = Crowd(policy=a_policy(major=MajorRule(like=("service",), at=2)))
    for _ in range(3):
        crowd.opens(service="something unheard of")
    crowd.settles()
    assert not any(one.gathered for one in crowd.tickets.values())


def test_a_like_ticket_long_after_the_last_one_is_not_gathered() -> None:
    crowd = a_storm()
    crowd.jumps(16)
    assert not crowd.opens().gathered


def test_it_is_as_severe_as_the_worst_and_as_the_policy_says_at_least() -> None:
    mild = Crowd(policy=a_policy(major=replace(RULE, least=Severity.SEV2)))
    for _ in range(3):
        mild.opens(impact=Impact.LOW, urgency=Urgency.LOW)
    mild.settles()
    assert mild.parent.severity is Severity.SEV2
    assert a_storm(least=Severity.SEV3).parent.severity is Severity.SEV1


def test_a_worse_ticket_that_joins_makes_it_worse() -> None:
    crowd = Crowd(policy=a_policy(major=replace(RULE, least=Severity.SEV3)))
    for _ in range(3):
        crowd.opens(impact=Impact.LOW, urgency=Urgency.HIGH)
    crowd.settles()
    assert crowd.parent.severity is Severity.SEV3
    crowd.opens()
    crowd.settles()
    assert crowd.parent.severity is Severity.SEV1


def test_every_note_and_notice_of_it_tells_the_bridge_and_the_contact() -> None:
    crowd = a_storm()
    bridge = f"https://meet.example.com/{crowd.parent.uid}"
    mine = [one for one in crowd.actions if one.ticket_id == crowd.parent.id]
    notices = [one.notice for one in mine if one.notice]
    assert notices
    assert all((one.bridge, one.contact) == (bridge, "Ines Moreau") for one in notices)
    assert f"Bridge: {bridge}" in said(crowd, crowd.parent.id)
    assert "Ines Moreau" in said(crowd, crowd.parent.id)


def test_each_that_it_gathers_gets_a_note_that_names_it() -> None:
    crowd = a_storm()
    for child in crowd.children:
        assert f"Rung's ticket {crowd.parent.id}: Major: Payments fail" in said(crowd, child.id)
        assert "https://meet.example.com/" in said(crowd, child.id)


def test_once_its_record_is_there_what_it_gathers_is_told_its_key() -> None:
    crowd = a_storm()
    crowd.happens(crowd.parent.id, a_report(crowd))
    crowd.settles()
    assert "INC0099" in said(crowd, crowd.children[0].id)
    assert "https://snow.example/m1" in said(crowd, crowd.children[0].id)


def test_owners_of_other_services_are_asked_to_the_bridge_once() -> None:
    other = Service(id="orders", name="Orders", team="orders")
    policy = a_policy(major=replace(RULE, like=("title",)))
    team = replace(policy.roster.teams["pay"], id="orders", on_call={"L1": policy.roster.teams["pay"].on_call["L3"]})
    roster = replace(policy.roster, teams={**policy.roster.teams, "orders": team})
    crowd = Crowd(policy=replace(policy, services={**policy.services, "orders": other}, roster=roster))
    for service in ("payment-api", "Orders", "Orders", "Orders"):
        crowd.opens(service=service)
    crowd.settles()
    invited = [one.notice for one in crowd.actions if one.notice and one.notice.informs]
    assert [one.person for one in invited] == ["lee"]
    assert invited[0].bridge
    assert not invited[0].offers_acknowledge


def test_what_it_gathered_is_resolved_with_it() -> None:
    crowd = a_storm()
    resolved_by_a_person(crowd)
    assert {one.state for one in crowd.children} == {State.RESOLVED}
    assert "INC0099" in crowd.children[0].resolution


def test_by_another_word_of_the_policy_it_goes_back_to_its_own_escalation() -> None:
    crowd = a_storm(resolves=False)
    resolved_by_a_person(crowd)
    assert all(one.state.is_open and one.timer(TimerKind.ACKNOWLEDGE) for one in crowd.children)


def test_a_canceled_one_resolves_nothing() -> None:
    crowd = a_storm()
    resolved_by_a_person(crowd, State.CANCELED)
    assert all(is_looked_after(one) and one.state.is_open for one in crowd.children)


def test_somebody_who_had_taken_one_of_them_has_it_still() -> None:
    crowd = Crowd(policy=a_policy(major=replace(RULE, resolves=False)))
    crowd.opens()
    crowd.happens(1, Acknowledge("dana", "here"))
    crowd.opens()
    crowd.opens()
    crowd.settles()
    resolved_by_a_person(crowd)
    assert crowd.tickets[1].acknowledged_by == "Dana Reyes"
    assert not crowd.tickets[1].timers


def test_whoever_acknowledges_it_is_named_to_what_it_gathers() -> None:
    crowd = a_storm()
    crowd.happens(crowd.parent.id, Acknowledge("dana", "here"))
    (_, signal), *_ = crowd.waiting
    assert getattr(signal, "by", "") == "Dana Reyes"


def test_one_that_nobody_took_ends_when_all_that_it_gathered_has() -> None:
    crowd = a_storm()
    for number, child in enumerate(crowd.children, 1):
        over = an_alert(key=child.alerts[0].key, state=State.RESOLVED, occurred_at=crowd.now)
        crowd.happens(child.id, over)
        crowd.settles()
        assert crowd.parent.state.is_open is (number < 3)


def test_one_that_somebody_took_is_theirs_to_end() -> None:
    crowd = a_storm()
    crowd.happens(crowd.parent.id, Acknowledge("dana", "here"))
    for child in crowd.children:
        crowd.happens(child.id, an_alert(key=child.alerts[0].key, state=State.RESOLVED, occurred_at=crowd.now))
    crowd.settles()
    assert crowd.parent.state.is_open


def test_one_that_joins_as_it_ends_is_called_for() -> None:
    crowd = a_storm()
    parent = as_parent(crowd.parent)
    resolved_by_a_person(crowd)
    late = crowd.opens(title="Something else")
    crowd.happens(late.id, Gathered(parent))
    crowd.settles()
    assert is_looked_after(crowd.tickets[late.id])
    assert crowd.tickets[late.id].state.is_open


def test_a_gathered_ticket_that_fires_again_calls_nobody() -> None:
    crowd = a_storm()
    child = crowd.children[0]
    paged = list(crowd.paged)
    crowd.happens(child.id, an_alert(key=child.alerts[0].key, state=State.RESOLVED, occurred_at=crowd.now))
    crowd.now = crowd.now.replace(hour=13)
    crowd.happens(child.id, an_alert(key=child.alerts[0].key, occurred_at=crowd.now))
    crowd.settles()
    assert crowd.tickets[child.id].state is State.NEW
    assert crowd.paged == paged


def test_a_signal_that_comes_twice_changes_nothing_more() -> None:
    crowd = a_storm()
    before = dict(crowd.tickets)
    crowd.happens(1, Gathered(as_parent(crowd.parent)))
    crowd.happens(1, LikeCount(1))
    assert not crowd.waiting
    assert crowd.tickets[1] == before[1]


def test_a_person_links_a_ticket_and_takes_it_out_again() -> None:
    crowd = a_storm()
    other = crowd.opens(title="Something else")
    said = ("dana", "in the console", "The same database")
    linked = crowd.happens(other.id, LinkMajor(*said, major=crowd.parent.id))
    assert linked.gathered
    assert not linked.timers
    crowd.settles()
    assert crowd.parent.like == 4
    free = crowd.happens(other.id, LinkMajor(*said, major=0))
    crowd.settles()
    assert not free.gathered
    assert free.timer(TimerKind.ACKNOWLEDGE)
    assert crowd.parent.like == 3


def test_a_ticket_that_was_taken_out_is_not_gathered_again() -> None:
    crowd = a_storm(2)
    crowd.opens()
    crowd.settles()
    crowd.happens(1, LinkMajor("dana", "in the console", "Not the same", major=0))
    crowd.opens()
    crowd.settles()
    assert not crowd.tickets[1].gathered


def test_nobody_escalates_a_gathered_ticket_by_itself() -> None:
    crowd = a_storm()
    crowd.happens(1, EscalateNow("dana", "in the console", "It is urgent"))
    assert crowd.tickets[1].gathered
    assert not crowd.tickets[1].timers


def test_what_is_in_shadow_mode_keeps_nothing_real_quiet() -> None:
    shadowed = Service(id="orders", name="Orders", team="pay")
    policy = a_policy(major=replace(RULE, like=("title",)), roll_out=RollOut(services=frozenset({"orders"})))
    crowd = Crowd(policy=replace(policy, services={**policy.services, "orders": shadowed}))
    for service in ("Orders", "Orders", "Orders", "payment-api", "payment-api"):
        crowd.opens(service=service)
    crowd.settles()
    real = [one for one in crowd.tickets.values() if not one.shadow]
    assert len(real) == 2
    assert not any(one.gathered for one in real)
    assert crowd.parent.shadow


def test_a_person_declares_a_major_incident() -> None:
    crowd = Crowd(policy=a_policy(major=RULE))
    ticket = crowd.opens(impact=Impact.LOW, urgency=Urgency.LOW)
    declared = crowd.happens(ticket.id, DeclareMajor("dana", "in the console", "All branches are affected"))
    assert declared.major
    assert declared.severity is Severity.SEV2
    assert declared.major.bridge == f"https://meet.example.com/{ticket.uid}"
    assert crowd.opens().parent == ticket.id


def test_a_deleted_major_incident_gives_back_what_it_gathered() -> None:
    crowd = a_storm()
    crowd.happens(crowd.parent.id, a_report(crowd))
    crowd.settles()
    crowd.happens(crowd.parent.id, a_record_event(record=MAJOR_REF, key="m1", kind=EventKind.DELETED, version=3))
    crowd.settles()
    assert all(is_looked_after(one) and not one.gathered for one in crowd.children)


moves = st.one_of(
    st.just("open"),
    st.just("other"),
    st.tuples(st.sampled_from(["clear", "fire", "take", "deliver"]), st.integers(0, 9)),
    st.sampled_from(["wait", "parent taken", "parent resolved", "parent canceled", "parent reopened"]),
)


def play(crowd: Crowd, move: object) -> None:
    """One drawn move; what cannot happen as things stand does not."""
    if move == "open":
        crowd.opens()
    elif move == "other":
        crowd.opens(title="Something else")
    elif move == "wait":
        crowd.jumps(7)
    elif isinstance(move, tuple):
        name, number = move
        _play_one(crowd, name, number)
    else:
        _play_parent(crowd, str(move))


def _play_one(crowd: Crowd, name: str, number: int) -> None:
    if name == "deliver":
        if crowd.waiting:
            crowd.hears(number)
        return
    if not crowd.children:
        return
    child = crowd.children[number % len(crowd.children)]
    key = child.alerts[0].key
    crowd.now = crowd.now.replace(microsecond=(crowd.now.microsecond + 1) % 1_000_000)
    states = {"clear": State.RESOLVED, "fire": State.NEW}
    if name == "take":
        crowd.happens(child.id, Acknowledge("dana", "here"))
    else:
        crowd.happens(child.id, an_alert(key=key, state=states[name], occurred_at=crowd.now, title=child.title))


def _play_parent(crowd: Crowd, move: str) -> None:
    parents = [one for one in crowd.tickets.values() if one.major]
    if not parents:
        return
    ref = RecordRef("snow", "incident", f"m{parents[-1].id}", f"INC{parents[-1].id}")
    states = {"resolved": State.RESOLVED, "canceled": State.CANCELED, "reopened": State.NEW}
    if move == "parent taken":
        crowd.happens(parents[-1].id, Acknowledge("lee", "here"))
        return
    version = 1 + len(crowd.actions)
    state = states[move.split()[1]]
    event = a_record_event(record=ref, state=state, version=version, assignee=None, actor=Party(name="Somebody"))
    crowd.happens(parents[-1].id, event)


@pytest.mark.parametrize("resolves", [True, False])
@settings(max_examples=120, deadline=None)
@given(tale=st.lists(moves, max_size=30))
def test_whatever_happens_gathered_tickets_are_quiet_and_no_other_is_forgotten(
    resolves: bool, tale: list[object]
) -> None:
    crowd = Crowd(policy=a_policy(major=replace(RULE, resolves=resolves)))
    for move in tale:
        quiet = {one.id for one in crowd.tickets.values() if one.gathered}
        paged = len(crowd.paged)
        play(crowd, move)
        still = quiet & {one.id for one in crowd.tickets.values() if one.gathered}
        assert not still & set(crowd.paged[paged:]), "nobody is called for what is gathered"
        for one in crowd.tickets.values():
            assert not (one.gathered and one.timer(TimerKind.ACKNOWLEDGE))
    crowd.settles()
    for one in crowd.tickets.values():
        if one.gathered and one.state.is_open:
            assert crowd.tickets[one.parent].state.is_open, "an open ticket is quiet only while its parent lives"
        elif not one.gathered:
            assert is_looked_after(one)


def test_each_decision_is_told() -> None:
    crowd = a_storm()
    told = {one.reason.code for one in crowd.actions}
    assert {ReasonCode.GATHERED_UNDER} <= told

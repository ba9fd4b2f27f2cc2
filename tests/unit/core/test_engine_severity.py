"""The severity of a running ticket follows what is known of it, and a person's decision stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.model import (
    Action,
    ChangeSeverity,
    EventKind,
    HandBack,
    Impact,
    Party,
    ReasonCode,
    Severity,
    State,
    TimerKind,
    Urgency,
    Verb,
)
from core.policy import Condition, Customer, LocalSeverity, Path, Service, facts_of
from core.policy.risk import RiskPolicy, RiskRule
from tests.unit.core.conftest import NOON, Story, a_level, a_record_event
from tests.unit.core.test_engine_properties import moves, stimulus_of
from tests.unit.core.test_policy_severity import ACME, a_rule, a_segment, ruled

Tell = Callable[..., Story]
GOLD = a_rule("raise", match={"customer_tier": "gold"}, name="gold", because="the contract says so")
MEDIUM = {"impact": Impact.MEDIUM, "urgency": Urgency.MEDIUM}


def told(story: Story) -> list[str]:
    return [entry.reason.sentence for entry in story.outcome.entries]


def opened_there(story: Tell, policy: Any, **changes: object) -> Story:
    return story(policy).happens(a_record_event(kind=EventKind.CREATED, **{**MEDIUM, **changes}))


def gold() -> Any:
    return ruled(GOLD, customers={"acme": ACME})


def test_a_rule_decides_the_severity_of_a_new_ticket_before_anybody_is_asked(story: Tell) -> None:
    now = opened_there(story, gold(), customer="ACME")
    assert now.opened.severity is Severity.SEV2
    assert "SEV2 instead of SEV3 by the rule gold: the contract says so." in told(now)
    assert now.opened.timers[0].due_at == NOON + timedelta(minutes=15)


def test_a_record_opened_by_somebody_is_brought_to_the_severity_of_the_rule(story: Tell) -> None:
    now = opened_there(story, gold(), customer="acme")
    changes = now.last(Verb.WRITE_RECORD).changes
    assert (changes.severity, changes.impact, changes.urgency) == (Severity.SEV2, Impact.HIGH, Urgency.MEDIUM)
    assert (now.opened.impact, now.opened.urgency) == (Impact.MEDIUM, Urgency.MEDIUM)


def test_a_record_whose_priority_says_the_same_is_left_as_it_is(story: Tell) -> None:
    changes = opened_there(story, gold()).last(Verb.WRITE_RECORD).changes
    assert (changes.severity, changes.impact) == (None, None)


def test_a_record_that_is_created_shows_the_severity_of_the_rule(story: Tell) -> None:
    now = story(gold()).fires(**MEDIUM, customer="Acme")
    changes = now.last(Verb.CREATE_RECORD).changes
    assert (changes.severity, changes.impact, changes.urgency) == (Severity.SEV2, Impact.HIGH, Urgency.MEDIUM)


def test_a_customer_who_becomes_known_later_changes_the_severity_and_the_running_wait(story: Tell) -> None:
    now = opened_there(story, gold()).is_changed(after=5, version=2, **MEDIUM, customer="Acme")
    assert now.opened.customer == "acme"
    assert now.opened.severity is Severity.SEV2
    assert "Severity went from SEV3 to SEV2 by the rule gold, which found it at SEV3: the contract says so." in told(
        now
    )
    assert now.opened.timers[0].due_at == NOON + timedelta(minutes=15)
    assert now.written[0].changes.severity is Severity.SEV2


def test_a_rule_that_no_longer_holds_gives_the_severity_back(story: Tell) -> None:
    now = opened_there(story, gold(), customer="acme").is_changed(after=1, version=2, **MEDIUM, customer="Other")
    assert now.opened.severity is Severity.SEV3
    changes = now.written[0].changes
    assert (changes.severity, changes.impact, changes.urgency) == (Severity.SEV3, Impact.MEDIUM, Urgency.MEDIUM)


def test_the_facts_of_a_record_are_followed(story: Tell) -> None:
    now = opened_there(story, gold())
    said = {"category": "network", "configuration_item": "core-1", "region": "Paris", "language": "fr"}
    now.is_changed(version=2, **MEDIUM, **said, caller=Party(name="Ana", email="ana@acme.example"), service="Unknown")
    ticket = now.opened
    assert (ticket.category, ticket.configuration_item, ticket.region, ticket.language) == tuple(said.values())
    assert (ticket.caller, ticket.caller_email, ticket.service) == ("Ana", "ana@acme.example", "")
    changed = "service, category, configuration item, region, language, caller"
    assert f"Lee Park changed {changed} on snow." in told(now)


def test_what_a_platform_fills_in_does_not_replace_what_an_alert_told(story: Tell) -> None:
    now = story(gold()).fires(category="PaymentsFail").is_created()
    now.is_changed(after=1, title="Payments fail!", category="inquiry", service="")
    assert (now.opened.category, now.opened.service) == ("PaymentsFail", "payments")
    now.is_changed(after=1, version=2, title="Payments fail!", category="network")
    assert now.opened.category == "network"


def test_an_alert_that_tells_more_when_it_repeats_is_listened_to(story: Tell) -> None:
    now = story(gold()).fires(**MEDIUM).is_created().fires(after=1, **MEDIUM, customer="acme", category="network")
    assert (now.opened.customer, now.opened.severity) == ("acme", Severity.SEV2)
    assert "alertmanager reports it again and tells more: category, customer." in told(now)
    assert now.fires(after=1, **MEDIUM, customer="acme", category="other").reasons == [ReasonCode.REPEATED]


def test_an_alert_that_gets_worse_is_written_by_the_rules_severity(story: Tell) -> None:
    now = story(gold()).fires(impact=Impact.LOW, urgency=Urgency.LOW, customer="acme").is_created()
    now.fires(after=1, **MEDIUM, customer="acme")
    changes = now.written[0].changes
    assert (changes.severity, changes.impact, changes.urgency) == (Severity.SEV2, Impact.HIGH, Urgency.MEDIUM)


def test_impact_that_a_person_set_is_not_written_over_by_a_rule(story: Tell) -> None:
    now = opened_there(story, gold(), customer="acme")
    now.is_changed(after=1, version=2, impact=Impact.LOW, urgency=Urgency.LOW, customer="acme")
    assert now.opened.severity is Severity.SEV3
    assert now.written == []


def test_a_persons_severity_stands_whatever_the_facts_become(story: Tell) -> None:
    now = opened_there(story, gold())
    now.happens(ChangeSeverity("dana", "in the console", "the shop is closed", severity=Severity.SEV1))
    now.is_changed(after=1, version=2, **MEDIUM, customer="Acme")
    assert now.opened.severity is Severity.SEV1
    assert now.opened.policy_severity is Severity.SEV2
    assert "The severity stays at SEV1 as Dana Reyes set it, though the policy now says SEV2." in told(now)
    now.is_changed(after=1, version=3, **MEDIUM, customer="Acme", title="Still")
    assert ReasonCode.SEVERITY_STANDS not in now.reasons
    now.happens(HandBack("dana", "in the console", "it was a mistake"))
    assert now.opened.severity is Severity.SEV2


def test_what_got_worse_after_nobody_was_left_is_asked_of_everybody_again(story: Tell) -> None:
    now = opened_there(story, gold()).waits().waits()
    assert now.opened.exhausted
    now.is_changed(after=1, version=2, **MEDIUM, customer="Acme")
    assert not now.opened.exhausted
    assert now.told == ["dana"]


def test_a_ticket_that_reopens_is_asked_for_by_the_severity_that_its_facts_now_give(story: Tell) -> None:
    now = opened_there(story, gold()).is_changed(after=1, version=2, **MEDIUM, state=State.RESOLVED)
    now.is_changed(after=1, version=3, **MEDIUM, state=State.RESOLVED, customer="Acme")
    assert now.opened.severity is Severity.SEV3
    now.is_changed(after=1, version=4, **MEDIUM, state=State.NEW, customer="Acme")
    assert now.opened.severity is Severity.SEV2
    timer = now.opened.timer(TimerKind.ACKNOWLEDGE)
    assert timer is not None
    assert timer.due_at - now.now == timedelta(minutes=15)


def test_a_step_that_changes_nothing_known_of_the_ticket_says_nothing_of_the_severity(story: Tell) -> None:
    now = opened_there(story, gold(), customer="acme").waits()
    assert not [code for code in now.reasons if code.name.startswith("SEVERITY")]


def test_a_class_of_risk_decides_the_severity_before_anybody_is_asked(story: Tell) -> None:
    leak = RiskRule(
        name="leak", classes=("privacy",), because="a leak", condition=Condition(match={"category": ("leak",)})
    )
    private = a_rule("at_least", match={"risk": "privacy"}, to=Severity.SEV1, name="privacy", because="of the law")
    policy = replace(ruled(private), risk=RiskPolicy(rules=(leak,)))
    now = opened_there(story, policy, category="leak")
    assert now.opened.severity is Severity.SEV1
    assert now.opened.timers[0].due_at == NOON + timedelta(minutes=5)
    assert not [code for code in now.reasons if code.name.startswith("SEVERITY_CHANGED")]


def emea(**ways: Any) -> Any:
    quick = Path(name="quick", levels=(a_level("L1"),))
    policy = ruled(segments={"emea": a_segment("emea", {"region": "Paris"}, **ways)})
    return replace(policy, paths={**policy.paths, "quick": quick})


def test_a_segments_tickets_begin_on_its_path_and_are_told_so(story: Tell) -> None:
    now = opened_there(story, emea(path="quick"), region="Paris")
    assert (now.opened.segment, now.opened.path) == ("emea", "quick")
    assert "It belongs to the segment emea." in told(now)
    assert opened_there(story, emea(path="quick"), region="Rome").opened.path == "standard"


def test_a_ticket_that_comes_into_a_segment_takes_on_its_severity(story: Tell) -> None:
    local = LocalSeverity(segment="emea", matrix={(Impact.MEDIUM, Urgency.MEDIUM): Severity.SEV1})
    now = opened_there(story, emea(severity=local)).is_changed(after=1, version=2, **MEDIUM, region="Paris")
    assert (now.opened.segment, now.opened.severity) == ("emea", Severity.SEV1)
    assert ReasonCode.SEVERITY_CHANGED_BY_SEGMENT in now.reasons
    now.is_changed(after=1, version=3, **MEDIUM, region="Rome")
    assert (now.opened.segment, now.opened.severity) == ("", Severity.SEV3)
    assert ReasonCode.SEGMENT_LEFT in now.reasons


NEWS = {
    "customer": ["Acme", "Umbrella", ""],
    "service": ["Payments", "Checkout", ""],
    "category": ["network", "database"],
    "region": ["Paris", "Rome"],
    "caller": [Party(name="Ana"), Party(name="Bo"), Party()],
    "configuration_item": ["test-1", "core-1"],
}
POLICY = replace(
    ruled(
        a_rule("set", match={"configuration_item": "test-*"}, to=Severity.SEV4),
        a_rule("raise", when="vip && category == 'network'"),
        a_rule("at_least", match={"customer_tier": "gold", "segment": "emea"}, to=Severity.SEV2),
        a_rule("raise", when="dependents >= 1 && severity != 'SEV4'"),
        customers={"acme": ACME, "umbrella": Customer(id="umbrella", name="Umbrella", region="Paris")},
        services={
            "payments": Service(id="payments", name="Payments", team="pay"),
            "checkout": Service(id="checkout", name="Checkout", team="pay", depends_on=("payments",)),
        },
        segments={
            "emea": a_segment(
                "emea",
                {"region": "Paris"},
                severity=LocalSeverity(segment="emea", matrix={(Impact.LOW, Urgency.LOW): Severity.SEV3}),
            )
        },
    )
)


SILENT = dict.fromkeys(("impact", "urgency", "service", "assignee"))


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
    """The same news in two orders."""
    said = [(name, draw(st.sampled_from(values))) for name, values in NEWS.items() if draw(st.booleans())]
    return said, draw(st.permutations(said))


grades = st.fixed_dictionaries(
    {"impact": st.sampled_from([*Impact, None]), "urgency": st.sampled_from([*Urgency, None])}
)


def _decided(news: list[dict[str, Any]], grades: dict[str, Any]) -> tuple[object, ...]:
    """What comes of news that arrive one after the other at a record of that impact and urgency."""
    now = Story(POLICY).happens(a_record_event(kind=EventKind.CREATED, **{**SILENT, **grades, **news[0]}))
    for told in news[1:]:
        now.is_changed(**{**SILENT, **told})
    ticket = now.opened
    return ticket.severity, ticket.policy_severity, ticket.segment, ticket.customer, ticket.service


@settings(max_examples=200, deadline=None)
@given(orders(), grades)
def test_the_severity_depends_on_the_facts_and_never_on_the_order_in_which_they_arrived(
    told_in: tuple[list[tuple[str, Any]], list[tuple[str, Any]]], grades: dict[str, Any]
) -> None:
    first, second = ([{}, *(dict([fact]) for fact in order)] for order in told_in)
    at_once = [dict(told_in[0])]
    assert _decided(first, grades) == _decided(second, grades) == _decided(at_once, grades)


RULES = replace(
    POLICY,
    severity=replace(
        POLICY.severity,
        rules=(
            a_rule("set", match={"state": "on_hold"}, to=Severity.SEV4),
            a_rule("raise", when="reopenings > 0 || reassignments > 1"),
            a_rule("lower", match={"title": "*again*"}),
            *POLICY.severity.rules,
        ),
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(moves, st.integers(0, 20)), max_size=12))
def test_after_every_step_the_severity_is_what_the_facts_or_a_person_make_it(tale: list[tuple[object, int]]) -> None:
    now, actions = Story(RULES).fires(), list[Action]()
    for move, minutes in [("", 0), *tale]:
        stimulus = stimulus_of(move, now.opened, actions) if move else None
        if stimulus is not None:
            now.happens(stimulus, minutes)
        actions += now.outcome.actions
        ticket = now.opened
        if ticket.state.is_open:
            assert ticket.policy_severity is RULES.severity_of(facts_of(ticket, RULES, now.now))[0]
            override = ticket.severity_override
            assert ticket.severity is (override.severity if override else ticket.policy_severity)

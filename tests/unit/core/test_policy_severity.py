"""Severity from the facts: the matrix, the rules, the catalogue, customers and segments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.model import Impact, ReasonCode, Severity, Ticket, TicketKind, Urgency
from core.policy import (
    Condition,
    Criticality,
    Customer,
    LocalSeverity,
    Policy,
    Segment,
    Service,
    SeverityTurn,
    Turn,
    facts_of,
)
from tests.unit.core.conftest import NOON, a_policy

ACME = Customer(
    id="acme", name="Acme", aliases=("acme.example",), tier="gold", region="Lyon", language="fr", vips=("Ana",)
)


def a_rule(turn: str = "raise", *, when: str = "", match: dict[str, str] | None = None, **how: Any) -> SeverityTurn:
    condition = Condition(match={name: (value,) for name, value in (match or {}).items()}, when=when)
    values = {"name": turn, "because": "so it is", **how}
    return SeverityTurn(condition=condition, turn=Turn(turn), **values)


def ruled(*rules: SeverityTurn, **changes: object) -> Policy:
    policy = a_policy(**changes)
    return replace(policy, severity=replace(policy.severity, rules=rules))


def a_ticket(**changes: Any) -> Ticket:
    values: dict[str, Any] = {
        "id": 1,
        "uid": "u",
        "kind": TicketKind.INCIDENT,
        "source": "snow",
        "title": "Payments fail",
        "opened_at": NOON,
        "updated_at": NOON,
        "policy_version": 7,
        "impact": Impact.MEDIUM,
        "urgency": Urgency.MEDIUM,
        "service": "payments",
    }
    return Ticket(**{**values, **changes})


def severity(policy: Policy, **changes: Any) -> tuple[Severity, ReasonCode]:
    found, why = policy.severity_of(facts_of(a_ticket(**changes), policy, NOON))
    return found, why.code


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (a_rule("raise"), Severity.SEV2),
        (a_rule("raise", steps=3), Severity.SEV1),
        (a_rule("lower"), Severity.SEV4),
        (a_rule("lower", steps=3), Severity.SEV4),
        (a_rule("set", to=Severity.SEV1), Severity.SEV1),
        (a_rule("at_least", to=Severity.SEV2), Severity.SEV2),
        (a_rule("at_least", to=Severity.SEV4), Severity.SEV3),
        (a_rule("at_most", to=Severity.SEV4), Severity.SEV4),
        (a_rule("at_most", to=Severity.SEV1), Severity.SEV3),
    ],
)
def test_each_turn_does_what_its_name_says(rule: SeverityTurn, expected: Severity) -> None:
    assert severity(ruled(rule))[0] is expected


def test_only_the_first_rule_that_holds_counts() -> None:
    elsewhere = a_rule("set", match={"service": "checkout"}, to=Severity.SEV4)
    rules = (elsewhere, a_rule("raise", match={"service": "payments"}), a_rule("set", to=Severity.SEV1))
    assert severity(ruled(*rules)) == (Severity.SEV2, ReasonCode.SEVERITY_BY_RULE)


def test_a_rule_that_changes_nothing_leaves_the_reason_as_it_is_and_still_counts_as_the_first() -> None:
    rules = (a_rule("at_least", to=Severity.SEV4), a_rule("raise"))
    assert severity(ruled(*rules)) == (Severity.SEV3, ReasonCode.SEVERITY_DERIVED)


def test_to_a_rule_the_severity_is_what_impact_and_urgency_give_and_not_the_tickets_present_one() -> None:
    policy = ruled(a_rule("raise", match={"severity": "SEV3"}))
    assert severity(policy, severity=Severity.SEV3)[0] is Severity.SEV2
    assert severity(policy, severity=Severity.SEV2)[0] is Severity.SEV2


def test_rules_know_the_customers_tier_and_whether_the_caller_is_a_vip() -> None:
    gold, vip = a_rule("raise", match={"customer_tier": "gold"}), a_rule("raise", when="vip")
    known: dict[str, Any] = {"customers": {"acme": ACME}}
    assert severity(ruled(gold, **known), customer="acme")[0] is Severity.SEV2
    assert severity(ruled(gold, **known), customer="Acme Ltd")[0] is Severity.SEV3
    assert severity(ruled(vip, **known), customer="acme", caller="ana")[0] is Severity.SEV2
    assert severity(ruled(vip, **known), caller="Ana")[0] is Severity.SEV2
    assert severity(ruled(vip, **known), customer="somebody else", caller="Ana")[0] is Severity.SEV3


def test_a_vip_is_also_known_by_an_e_mail_address() -> None:
    customer = replace(ACME, vips=("ana@acme.example",))
    policy = ruled(a_rule("raise", match={"vip": "true"}), customers={"acme": customer})
    assert severity(policy, caller="Ana Lima", caller_email="Ana@ACME.example")[0] is Severity.SEV2


def services(**needs: str) -> dict[str, Service]:
    return {
        name: Service(id=name, name=name.title(), team="pay", depends_on=tuple(other.split()))
        for name, other in needs.items()
    }


def test_dependents_are_counted_also_through_others_and_once_each() -> None:
    policy = a_policy(services=services(db="", payments="db", checkout="payments db", portal="checkout", mail=""))
    counted = {name: policy.catalogue.dependents[name] for name in policy.services}
    assert counted == {"db": 3, "payments": 2, "checkout": 1, "portal": 0, "mail": 0}


def test_services_that_depend_on_each_other_in_a_circle_do_not_count_themselves() -> None:
    policy = a_policy(services=services(a="b", b="c", c="a"))
    assert policy.catalogue.dependents == {"a": 2, "b": 2, "c": 2}


def test_rules_know_what_the_catalogue_says_of_the_service() -> None:
    service = Service(
        id="payments",
        name="Payments",
        team="pay",
        criticality=Criticality.CRITICAL,
        business_unit="Retail",
        service_line="Money",
    )
    match = {"service_criticality": "critical", "business_unit": "retail", "service_line": "money"}
    policy = ruled(a_rule("raise", match=match), services={"payments": service})
    assert severity(policy)[0] is Severity.SEV2
    assert severity(policy, service="")[0] is Severity.SEV3


def test_a_customer_tells_region_and_language_where_the_source_does_not() -> None:
    policy = a_policy(customers={"acme": ACME}, geographies={"france": ("Lyon", "paris*"), "asia": ("Tokyo",)})
    told = facts_of(a_ticket(customer="acme"), policy, NOON)
    assert (told["region"], told["language"], told["geography"]) == ("Lyon", "fr", "france")
    told = facts_of(a_ticket(customer="acme", region="TOKYO", language="ja"), policy, NOON)
    assert (told["region"], told["language"], told["geography"]) == ("TOKYO", "ja", "asia")


def test_customers_and_services_are_found_by_any_of_their_names_whatever_the_case() -> None:
    policy = a_policy(customers={"acme": ACME})
    assert [policy.customer_named(name) for name in ("ACME", "acme.Example", "nobody")] == [ACME, ACME, None]


def a_segment(name: str, match: dict[str, str], **ways: Any) -> Segment:
    return Segment(name=name, condition=Condition(match={key: (one,) for key, one in match.items()}), **ways)


def test_a_segment_has_its_own_severity_where_it_names_one() -> None:
    local = LocalSeverity(
        segment="emea", matrix={(Impact.MEDIUM, Urgency.MEDIUM): Severity.SEV2}, default=Severity.SEV1
    )
    policy = a_policy(segments={"emea": a_segment("emea", {"region": "Paris"}, severity=local)})
    assert severity(policy, segment="emea") == (Severity.SEV2, ReasonCode.SEVERITY_BY_SEGMENT)
    assert severity(policy, segment="emea", impact=None) == (Severity.SEV1, ReasonCode.SEVERITY_BY_SEGMENT)
    assert severity(policy, segment="emea", impact=Impact.HIGH)[1] is ReasonCode.SEVERITY_DERIVED
    assert severity(policy) == (Severity.SEV3, ReasonCode.SEVERITY_DERIVED)


def test_a_ticket_belongs_to_the_first_segment_whose_condition_holds() -> None:
    both = {"emea": a_segment("emea", {"region": "P*"}), "france": a_segment("france", {"region": "Paris"})}
    policy = a_policy(segments=both)
    found = [policy.segment_of(facts_of(a_ticket(region=one), policy, NOON)) for one in ("Paris", "Prague", "Rome")]
    assert found == ["emea", "emea", ""]


def test_a_platform_that_derives_its_priority_gets_the_tickets_own_values_where_they_give_the_severity() -> None:
    shown = a_policy().severity.shown_as
    assert shown(Severity.SEV3, Impact.LOW, Urgency.HIGH) == (Impact.LOW, Urgency.HIGH)
    assert shown(Severity.SEV1, Impact.LOW, Urgency.HIGH) == (Impact.HIGH, Urgency.HIGH)
    assert shown(Severity.SEV2, None, None) == (Impact.HIGH, Urgency.MEDIUM)
    assert shown(Severity.SEV4, Impact.HIGH, Urgency.HIGH) == (Impact.LOW, Urgency.LOW)

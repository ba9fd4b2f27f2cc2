"""Severity rules, the service catalogue, customers and segments: what they mean, and what of them is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.model import Impact, Severity, Ticket, TicketKind, Urgency
from core.policy import Criticality, Owners, Policy, Turn, facts_of
from rung import documents
from rung.documents import DocumentsError
from rung.live import packaged

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROSTER = """\
people:
  dana: {name: Dana Reyes, notify: ["${A}"]}
teams:
  payments: {name: Payments Support, on_call: {L1: {people: [dana]}}}
"""
POLICY = """\
severity:
  rules:
    - {name: gold, match: {customer_tier: gold}, raise: 2, because: The contract says so.}
    - {name: drill, when: "labels['drill'] == 'yes'", set: SEV4, because: it is an exercise}
services:
  payments:
    name: Payments
    team: payments
    criticality: critical
    depends_on: [database]
    business_unit: Retail
    service_line: Money
    owners: {L1: {owner: dana}}
  database: {name: Database, team: payments}
customers:
  acme: {name: Acme, aliases: [acme.example.com], tier: gold, region: Paris, language: fr, vips: [Ana Lima]}
geographies: {emea: [Paris, "eu-*"]}
segments:
  retail:
    match: {business_unit: Retail, geography: emea}
    path: short
    language: fr
    severity: {default: SEV2, matrix: {medium: {medium: SEV2}}}
targets:
  - {name: retail, match: {segment: retail}, resolve: {SEV1: 2h, SEV2: 8h}}
  - {name: rest, resolve: 30d}
limits: {acknowledge_within: 30m, path_within: {SEV1: 1h, SEV2: 2h}, severity_steps: 1, resolve: {SEV2: 8h}}
paths:
  standard: {levels: [{name: L1, acknowledge_within: 1h}]}
  short: {levels: [{name: L1, acknowledge_within: 10m}], rounds: 2}
default_path: standard
"""


def policy(text: str = POLICY) -> Policy:
    return documents.read({"roster.yaml": ROSTER, "policy.yaml": text}, packaged()).policy


def problems(old: str, new: str) -> list[str]:
    assert old in POLICY
    with pytest.raises(DocumentsError) as refused:
        policy(POLICY.replace(old, new))
    return [str(one) for one in refused.value.problems]


def test_severity_rules_mean_what_they_say() -> None:
    gold, drill = policy().severity.rules
    assert (gold.name, gold.turn, gold.steps, gold.because) == ("gold", Turn.RAISE, 2, "The contract says so")
    assert (drill.turn, drill.to) == (Turn.SET, Severity.SEV4)
    assert gold.condition.holds({"customer_tier": "Gold"})
    assert drill.condition.holds({"labels": {"drill": "yes"}})


def test_the_catalogue_and_the_customers_are_read() -> None:
    read = policy()
    service = read.services["payments"]
    assert (service.criticality, service.depends_on) == (Criticality.CRITICAL, ("database",))
    assert (service.business_unit, service.service_line) == ("Retail", "Money")
    assert service.owners == {"L1": Owners(owner="dana")}
    customer = read.customer_named("ACME.example.com")
    assert customer is not None
    assert (customer.tier, customer.region, customer.language, customer.vips) == ("gold", "Paris", "fr", ("Ana Lima",))


def test_segments_and_limits_are_read() -> None:
    read = policy()
    segment = read.segments["retail"]
    assert (segment.path, segment.language) == ("short", "fr")
    assert segment.severity is not None
    assert segment.severity.default is Severity.SEV2
    assert segment.severity.matrix == {(Impact.MEDIUM, Urgency.MEDIUM): Severity.SEV2}
    assert read.limits.acknowledge_within[Severity.SEV3] == timedelta(minutes=30)
    assert read.limits.severity_steps == 1
    assert read.geography_of("EU-west") == "emea"


def test_the_packaged_rules_hold_where_a_policy_has_none_of_its_own() -> None:
    rules = policy("services: {}\n").severity.rules
    assert "critical service" in [rule.name for rule in rules]
    assert policy("severity: {rules: []}\n").severity.rules == ()


CATALOGUE = """\
services:
  db: {name: Database, team: payments}
  web: {name: Web, team: payments, criticality: critical, depends_on: [db]}
  wiki: {name: Wiki, team: payments, criticality: low, depends_on: [db]}
  a: {name: A, team: payments, depends_on: [web]}
  b: {name: B, team: payments, depends_on: [a]}
  c: {name: C, team: payments, depends_on: [db]}
customers: {acme: {name: Acme, vips: [Ana Lima]}}
"""


@pytest.mark.parametrize(
    ("about", "severity", "by"),
    [
        ({}, Severity.SEV3, ""),
        ({"service": "web"}, Severity.SEV2, "critical service"),
        ({"service": "web", "impact": Impact.HIGH}, Severity.SEV1, "critical service"),
        ({"service": "web", "impact": Impact.LOW}, Severity.SEV4, ""),
        ({"service": "db"}, Severity.SEV2, "needed by many"),
        (
            {"service": "wiki", "impact": Impact.HIGH, "urgency": Urgency.HIGH},
            Severity.SEV3,
            "service of low criticality",
        ),
        ({"kind": TicketKind.SECURITY}, Severity.SEV2, "security"),
        ({"kind": TicketKind.REQUEST, "impact": Impact.HIGH}, Severity.SEV3, "requests"),
        ({"impact": Impact.LOW, "risk": ("privacy",)}, Severity.SEV2, "harm to people or their data"),
        ({"impact": Impact.LOW, "like": 12}, Severity.SEV2, "many alike"),
        ({"impact": Impact.LOW, "customer": "acme", "caller": "Ana Lima"}, Severity.SEV3, "vip"),
    ],
)
def test_the_packaged_rules_tell_what_impact_and_urgency_do_not(
    about: dict[str, Any], severity: Severity, by: str
) -> None:
    read = policy(CATALOGUE)
    grades = {"impact": Impact.MEDIUM, "urgency": Urgency.MEDIUM}
    known = {"id": 1, "uid": "u", "kind": TicketKind.INCIDENT, "source": "snow", "title": "Down", "policy_version": 1}
    ticket = Ticket(**{**known, "opened_at": NOON, "updated_at": NOON, **grades, **about})
    found, why = read.severity_of(facts_of(ticket, read, NOON))
    assert (found, why.facts.get("rule", "")) == (severity, by)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("raise: 2, ", "", "policy.yaml:3: severity.rules[0]: does not say what it does. Say one of raise, lower"),
        ("raise: 2", "raise: 2, set: SEV1", "severity.rules[0]: says raise and set."),
        ("raise: 2", "raise: 4", "severity.rules[0].raise: must be a whole number from 1 to 3."),
        (", because: it is an exercise", "", "policy.yaml:4: severity.rules[1].because: is missing."),
        (
            "{customer_tier: gold}",
            "{level: '2'}",
            "policy.yaml:3: severity.rules[0].match.level: follows from the severity",
        ),
        ("labels['drill'] == 'yes'", "age > 3600", "severity.rules[1].when: uses age, which follows from the severity"),
        ("{customer_tier: gold}", "{customer_teir: gold}", "Did you mean “customer_tier”?"),
        ("criticality: critical", "criticality: severe", "services.payments.criticality: cannot be “severe”."),
        ("[database]", "[databse]", "services.payments.depends_on[0]: there is no service “databse”."),
        ("[database]", "[payments]", "services.payments.depends_on[0]: is the service itself."),
        ("owner: dana", "owner: danna", "services.payments.owners.L1.owner: there is no person “danna”."),
        ("{L1: {owner", "{L7: {owner", "services.payments.owners.L7: there is no level “L7”."),
        ("name: Acme,", "name: Acme, colour: red,", "customers.acme.colour: is not known here."),
        ("geography: emea", "segment: other", "segments.retail.match.segment: follows from the segment"),
        ("    path: short", "    path: shrt", "segments.retail.path: there is no path “shrt”."),
        ("limits: {acknowledge_within: 30m", "limits: {acknowledge_within: 5m", "gives its first level 10m at SEV1"),
        ("path_within: {SEV1: 1h", "path_within: {SEV1: 15m", "the path short takes 20m at SEV1; the limit is 15m."),
        (
            "labels['drill'] == 'yes'",
            "servce == 'x'",
            "uses servce, which is no fact of a ticket. Did you mean “service”?",
        ),
        (
            "default: SEV2",
            "default: SEV1",
            "segments.retail.severity.default: is SEV1 where the organisation has",
        ),
        ("{medium: {medium: SEV2}}", "{low: {low: SEV2}}", "segments.retail.severity.matrix.low.low: is SEV2 where"),
    ],
)
def test_what_cannot_be_is_refused_in_words_with_its_line(old: str, new: str, says: str) -> None:
    found = problems(old, new)
    assert any(says in one for one in found), found
    assert all(one.startswith("policy.yaml:") for one in found)


def test_customers_share_no_name() -> None:
    found = problems("geographies:", "  other: {name: ACME}\ngeographies:")
    assert found == ["policy.yaml:17: customers.other.name: “ACME” already belongs to acme. Each needs its own."]


@pytest.mark.parametrize("wrong", ["{SEV1: 10m}", "{SEV1: 10m, SEV5: 1h}", "ten minutes"])
def test_a_length_that_cannot_be_read_is_not_held_against_the_limits(wrong: str) -> None:
    found = problems(
        "short: {levels: [{name: L1, acknowledge_within: 10m}]",
        f"short: {{levels: [{{name: L1, acknowledge_within: {wrong}}}, {{name: L2, acknowledge_within: 2h}}]",
    )
    assert found
    assert all("paths.short.levels[0].acknowledge_within" in one for one in found), found


def test_nothing_is_said_of_names_that_a_document_without_form_may_hold() -> None:
    roster = ROSTER.replace("L1:", "Managers:")
    with pytest.raises(DocumentsError) as refused:
        documents.read({"roster.yaml": roster, "policy.yaml": "paths: [1, 2"}, packaged())
    assert [one.file for one in refused.value.problems] == ["policy.yaml"]

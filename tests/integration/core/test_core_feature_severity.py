"""Severity by rules, the catalogue, customers and segments: from webhook to what the platforms show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.model import ChangeSeverity, HandBack, ReasonCode, Severity, TimerKind
from core.policy import Policy
from rung import documents
from rung.live import packaged
from tests.integration.world import BEGIN, World, world

ROSTER = """\
people: {dana.reyes: {name: Dana Reyes, notify: ["${A}"]}}
teams: {payments: {name: Payments Support, on_call: {L1: {people: [dana.reyes]}}}}
"""
POLICY = """\
severity:
  rules:
    - {name: drill, match: {category: drill}, set: SEV4, because: it is an exercise}
    - {name: gold, match: {customer_tier: gold}, raise: 1, because: the contract with gold customers says so}
    - {name: vip, match: {vip: "true"}, at_least: SEV2, because: a VIP is waiting}
    - {name: backbone, when: dependents >= 2, at_least: SEV2, because: two or more services stand on it}
services:
  payments: {name: Payments, aliases: [payments-api], team: payments, depends_on: [data], business_unit: Retail}
  checkout: {name: Checkout, team: payments, depends_on: [payments]}
  data: {name: Data Platform, team: payments}
customers:
  acme: {name: Acme Corporation, aliases: [acme], tier: gold}
  umbrella: {name: Umbrella Bank, vips: [ines.moreau@example.com], region: London}
geographies: {emea: [Paris, London]}
segments:
  emea-retail:
    match: {geography: emea, business_unit: retail}
    path: short
    severity: {matrix: {medium: {medium: SEV2}}}
limits: {acknowledge_within: 30m, severity_steps: 1}
paths:
  standard: {levels: [{name: L1, acknowledge_within: 1h}]}
  short: {levels: [{name: L1, acknowledge_within: 3m}]}
default_path: standard
"""


def ruled(policy: Policy) -> Policy:
    """The world's policy with those sections of the document above that are tried out here."""
    read = documents.read({"roster.yaml": ROSTER, "policy.yaml": POLICY}, packaged()).policy
    names = ("severity", "services", "customers", "geographies", "segments", "limits")
    short = {"short": read.paths["short"], **policy.paths}
    return replace(policy, paths=short, **{name: getattr(read, name) for name in names})


@pytest.fixture
def rung(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path, change=ruled) as made:
        yield made


def opened(rung: World, **fields: str) -> str:
    """An incident that Inès opens in ServiceNow, with medium impact and urgency; returns its number."""
    said = {"short_description": "Payments fail", "impact": "2", "urgency": "2", "business_service": "Identity"}
    record = rung.box.act("servicenow", "create", who="ines.moreau", fields={**said, **fields})
    rung.settle()
    return str(record["number"])


def changed(rung: World, number: str, **fields: str) -> None:
    """Inès changes the incident there."""
    rung.box.act("servicenow", "update", who="ines.moreau", number=number, fields=fields)
    rung.settle()


def grades(rung: World, number: str) -> tuple[str, str, str]:
    """What ServiceNow shows: impact, urgency, and the priority that it makes of them."""
    fields = rung.box.incident(number)["fields"]
    return fields["impact"], fields["urgency"], fields["priority"]


def notes(rung: World, number: str) -> str:
    return "\n".join(note["text"] for note in rung.box.incident(number)["work_notes"])


def due(rung: World) -> timedelta:
    """How long after the beginning somebody must have acknowledged."""
    timer = rung.page().ticket.timer(TimerKind.ACKNOWLEDGE)
    assert timer is not None
    return timer.due_at - BEGIN


def test_an_incident_of_a_gold_customer_is_raised_there_with_the_reason(rung: World) -> None:
    number = opened(rung, company="Acme Corporation")
    ticket = rung.page().ticket
    assert (ticket.customer, ticket.severity) == ("acme", Severity.SEV2)
    assert grades(rung, number) == ("1", "2", "2")
    assert "SEV2 instead of SEV3 by the rule gold: the contract with gold customers says so." in notes(rung, number)


def test_an_alert_about_a_gold_customer_creates_an_incident_of_the_raised_priority(rung: World) -> None:
    rung.alert(severity="warning", customer="acme", service="Identity")
    (incident,) = rung.box.incidents()
    assert grades(rung, incident["number"]) == ("1", "2", "2")
    assert rung.page().ticket.severity is Severity.SEV2


def test_a_jira_issue_of_a_gold_customer_gets_the_raised_priority(rung: World) -> None:
    fields: dict[str, Any] = {"summary": "Payments fail", "priority": "Medium", "labels": ["customer-acme"]}
    key = rung.box.act("jira", "create", who="ines.moreau", project="OPS", fields=fields)["key"]
    rung.settle()
    assert rung.box.issue(key)["priority"] == "High"
    assert any("by the rule gold" in comment["text"] for comment in rung.box.issue(key)["comments"])
    rung.box.act("jira", "edit", who="ines.moreau", key=key, fields={"summary": "Payments fail again"})
    rung.settle()
    assert rung.box.issue(key)["priority"] == "High", "our own priority does not raise it once more"
    assert rung.page().ticket.severity is Severity.SEV2


def test_a_jira_priority_that_a_person_sets_is_left_to_them(rung: World) -> None:
    fields: dict[str, Any] = {"summary": "Payments fail", "priority": "Medium", "labels": ["customer-acme"]}
    key = rung.box.act("jira", "create", who="ines.moreau", project="OPS", fields=fields)["key"]
    rung.settle()
    rung.box.act("jira", "edit", who="ines.moreau", key=key, fields={"priority": "Low"})
    rung.settle()
    assert rung.box.issue(key)["priority"] == "Low"
    assert rung.page().ticket.severity is Severity.SEV3, "one above what the person said"


def test_a_customer_who_becomes_known_later_raises_it_and_shortens_the_running_wait(rung: World) -> None:
    number = opened(rung)
    assert (grades(rung, number), due(rung)) == (("2", "2", "3"), timedelta(minutes=60))
    rung.jump(10)
    changed(rung, number, company="Acme Corporation")
    assert grades(rung, number) == ("1", "2", "2")
    assert due(rung) == timedelta(minutes=15)
    assert ReasonCode.SEVERITY_CHANGED_BY_RULE in rung.reasons()
    rung.jump(5)
    assert rung.messages.told == ["dana.reyes", "lee.park"]


def test_facts_that_change_back_give_the_severity_back(rung: World) -> None:
    number = opened(rung, company="Acme Corporation")
    changed(rung, number, company="")
    assert rung.page().ticket.severity is Severity.SEV3
    assert grades(rung, number) == ("2", "2", "3")
    changed(rung, number, category="drill")
    assert rung.page().ticket.severity is Severity.SEV4
    assert grades(rung, number) == ("3", "3", "5")


def test_a_vip_and_a_service_on_which_others_stand_are_known(rung: World) -> None:
    number = opened(rung, company="Umbrella Bank", impact="3", urgency="3")
    assert rung.page().ticket.severity is Severity.SEV4
    changed(rung, number, caller_id="ines.moreau")
    assert (rung.page().ticket.severity, grades(rung, number)) == (Severity.SEV2, ("1", "2", "2"))
    opened(rung, business_service="Data Platform")
    assert rung.page(2).ticket.severity is Severity.SEV2
    assert rung.policy.catalogue.dependents["data"] == 2


def test_a_persons_severity_stays_whatever_becomes_known_until_it_is_handed_back(rung: World) -> None:
    number = opened(rung)
    rung.app.desk.command(
        1, ChangeSeverity("dana.reyes", "in the console", "the shop is closed", severity=Severity.SEV1)
    )
    rung.settle()
    assert grades(rung, number) == ("1", "1", "1")
    changed(rung, number, company="Acme Corporation")
    page = rung.page()
    assert (page.ticket.severity, page.ticket.policy_severity) == (Severity.SEV1, Severity.SEV2)
    assert grades(rung, number) == ("1", "1", "1")
    told = [entry.reason.sentence for entry in page.entries]
    assert "The severity stays at SEV1 as Dana Reyes set it, though the policy now says SEV2." in told
    rung.app.desk.command(1, HandBack("dana.reyes", "in the console", "it is open again"))
    rung.settle()
    assert grades(rung, number) == ("1", "2", "2")


def test_a_segment_has_its_own_path_and_severity(rung: World) -> None:
    number = opened(rung, business_service="Payments", location="Paris")
    ticket = rung.page().ticket
    assert (ticket.segment, ticket.path, ticket.severity) == ("emea-retail", "short", Severity.SEV2)
    assert due(rung) == timedelta(minutes=3)
    assert grades(rung, number) == ("1", "2", "2")
    opened(rung, business_service="Payments", location="Singapore")
    ticket = rung.page(2).ticket
    assert (ticket.segment, ticket.path, ticket.severity) == ("", "standard", Severity.SEV3)


def test_a_customers_region_puts_a_ticket_into_a_segment(rung: World) -> None:
    number = opened(rung, business_service="Payments")
    changed(rung, number, company="Umbrella Bank")
    ticket = rung.page().ticket
    assert (ticket.segment, ticket.severity) == ("emea-retail", Severity.SEV2)
    assert ReasonCode.SEGMENT in rung.reasons()

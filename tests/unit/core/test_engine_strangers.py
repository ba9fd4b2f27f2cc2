"""People and groups that the roster does not know, and those whom it knows by other words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.engine import Outcome, step
from core.model import (
    Event,
    EventKind,
    Party,
    Person,
    ReasonCode,
    Record,
    RecordRef,
    Severity,
    State,
    Ticket,
    TicketKind,
)
from core.policy import Level, Policy, Roster, SeverityRule, Team
from core.policy import Path as EscalationPath
from core.work.unknown import strangers

NOW = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
ISSUE = RecordRef("jira", "OPS", "10", "OPS-1")
DANA = Person("dana", "Dana Reyes", "Dana.Reyes@example.com", aliases=("d.reyes@old.example.com",))
LEE = Person("lee", "Lee Park", "lee@example.com", accounts={"jira": "5b10-LEE"})
SHARED = Person("desk", "Service Desk", "lee@example.com")
ROSTER = Roster(
    {one.id: one for one in (DANA, SHARED, LEE)}, {"pay": Team(id="pay", name="Pay", groups={"jira": "Pay"})}
)


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        (Party(email="dana.reyes@EXAMPLE.com"), "dana"),
        (Party(email="D.Reyes@old.example.com"), "dana"),
        (Party(login="dana.reyes@example.com"), "dana"),
        (Party(account="5b10-lee", email="lee@example.com"), "lee"),
        (Party(login="5B10-LEE"), "lee"),
        (Party(name="Dana Reyes"), ""),
        (Party(login="dana.reyes"), ""),
        (Party(), ""),
    ],
)
def test_a_person_is_found_by_account_and_addresses_and_never_by_name(party: Party, expected: str) -> None:
    assert ROSTER.find(party, "jira") == expected


def policy() -> Policy:
    path = EscalationPath(
        name="p",
        levels=(Level(name="L1", acknowledge_within={one: timedelta(hours=1) for one in Severity}),),
        last_resorts=(),
    )
    return Policy(
        version=1,
        name="T",
        severity=SeverityRule(matrix={}, default=Severity.SEV3),
        paths={"p": path},
        default_path="p",
        roster=ROSTER,
    )


def changed(party: Party, group: str | None = None, version: int = 2) -> Event:
    about: dict[str, Any] = {"source": "jira", "key": "10", "record": ISSUE, "state": State.NEW, "version": version}
    return Event(kind=EventKind.UPDATED, assignee=party, assignment_group=group, occurred_at=NOW, **about)


def ticket(record: Record) -> Ticket:
    about: dict[str, Any] = {"id": 1, "uid": "abcdefghij", "kind": TicketKind.INCIDENT, "source": "jira", "title": "x"}
    return Ticket(**about, opened_at=NOW, updated_at=NOW, policy_version=1, records=(record,))


def codes(outcome: Outcome) -> list[ReasonCode]:
    return [one.reason.code for one in outcome.entries]


def test_somebody_unknown_is_told_once_with_what_to_add_where() -> None:
    begun = ticket(Record(ISSUE, 1))
    stranger = Party(account="a1b2c3", name="Kim Ito")
    first = step(begun, changed(stranger, "Bank Team"), policy(), NOW)
    assert {ReasonCode.STRANGER, ReasonCode.STRANGE_GROUP} <= set(codes(first))
    told = {(one.kind.value, one.place, one.name): one.advice for one in strangers(first.entries)}
    assert told == {
        ("person", "jira", "Kim Ito (a1b2c3)"): (
            "Add jira: a1b2c3 to the accounts of the right person in roster.yaml; jira does not tell their e-mail."
        ),
        ("group", "jira", "Bank Team"): "Add groups: {jira: Bank Team} to the right team in roster.yaml.",
    }
    assert first.ticket is not None
    again = step(first.ticket, changed(stranger, "Bank Team", 3), policy(), NOW)
    assert strangers(again.entries) == []


def test_those_whom_the_roster_knows_are_not_told_of() -> None:
    outcome = step(ticket(Record(ISSUE, 1)), changed(Party(account="5b10-LEE"), "pay"), policy(), NOW)
    assert strangers(outcome.entries) == []


def test_an_account_without_an_e_mail_that_our_own_assignment_put_there_is_no_stranger() -> None:
    waiting = Record(ISSUE, 1, wanted={"assignee": ("", "dana")})
    hidden = Party(account="z9", name="Dana R")
    assert strangers(step(ticket(waiting), changed(hidden), policy(), NOW).entries) == []
    assigned = replace(waiting, people={"z9": "dana"}, wanted={})
    assert strangers(step(ticket(assigned), changed(hidden), policy(), NOW).entries) == []

"""A record that a person gives to another group, and the ticket's team."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

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
    Verb,
)
from core.policy import Level, OnCall, Policy, Roster, SeverityRule, Team, WorksOn
from core.policy import Path as EscalationPath
from core.policy.sync import Sync

NOW = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
INCIDENT = RecordRef("snow", "incident", "s1", "INC1")
OTHER = RecordRef("snow-two", "incident", "s2", "INC2")
PEOPLE = {name: Person(name, name.title(), f"{name}@example.com", ("way:1",)) for name in ("dana", "lee")}


def team(name: str, person: str) -> Team:
    groups = {"snow": f"{name} support", "snow-two": f"{name} two"}
    return Team(id=name, name=name.title(), groups=groups, on_call={"L1": OnCall(people=(person,))})


def policy(**fields: str) -> Policy:
    level = Level(name="L1", acknowledge_within={one: timedelta(hours=1) for one in Severity})
    return Policy(
        version=1,
        name="T",
        severity=SeverityRule(matrix={}, default=Severity.SEV3),
        paths={"p": EscalationPath(name="p", levels=(level,), last_resorts=())},
        default_path="p",
        roster=Roster(PEOPLE, {"pay": team("pay", "dana"), "ops": team("ops", "lee")}),
        sync=Sync(fields=fields),
    )


def ticket(**about: Any) -> Ticket:
    records = (Record(INCIDENT, 1, seen={"team": "pay"}), Record(OTHER, 1, seen={"team": "pay"}))
    said = {"id": 1, "uid": "abcdefghij", "kind": TicketKind.INCIDENT, "source": "snow", "title": "Down"}
    said |= {"opened_at": NOW, "updated_at": NOW, "policy_version": 1, "records": records, "path": "p", "level": 1}
    return Ticket(**{**said, "team": "pay", **about})


def given(group: str, version: int = 2, **about: Any) -> Event:
    said: dict[str, Any] = {"source": "snow", "key": "s1", "record": INCIDENT, "state": State.NEW, "occurred_at": NOW}
    said |= {"kind": EventKind.UPDATED, "actor": Party(name="Kim"), "version": version, "assignment_group": group}
    return Event(**{**said, **about})


def codes(outcome: Outcome) -> list[ReasonCode]:
    return [one.reason.code for one in outcome.entries]


def writes(outcome: Outcome) -> dict[str, str | None]:
    return {one.platform: one.changes.team for one in outcome.actions if one.verb is Verb.WRITE_RECORD}


def test_the_ticket_goes_to_the_team_and_to_its_group_on_the_other_record() -> None:
    outcome = step(ticket(), given("OPS support"), policy(), NOW)
    assert outcome.ticket is not None
    assert (outcome.ticket.team, outcome.ticket.reassignments) == ("ops", 1)
    assert ReasonCode.TEAM_BY_PERSON in codes(outcome)
    assert writes(outcome)["snow-two"] == "ops"
    assert [one.person for one in outcome.ticket.asked] == ["lee"]
    again = step(outcome.ticket, given("ops support", 3), policy(), NOW)
    assert ReasonCode.TEAM_BY_PERSON not in codes(again)


def test_whoever_has_taken_it_keeps_it_while_the_team_changes() -> None:
    taken = ticket(acknowledged_at=NOW, acknowledged_by="dana", owner="dana", state=State.IN_PROGRESS)
    outcome = step(taken, given("ops support", state=State.IN_PROGRESS), policy(), NOW)
    assert outcome.ticket is not None
    assert (outcome.ticket.team, outcome.ticket.owner) == ("ops", "dana")
    assert outcome.ticket.asked == ()


def test_a_team_that_works_elsewhere_gets_a_record_there_also_of_what_somebody_has_taken() -> None:
    rules = policy()
    teams = {**rules.roster.teams, "ops": replace(rules.roster.teams["ops"], works_on=WorksOn("jira", "OPS"))}
    rules = replace(rules, roster=replace(rules.roster, teams=teams))
    for taken in (ticket(), ticket(acknowledged_at=NOW, owner="dana", state=State.IN_PROGRESS)):
        outcome = step(taken, given("ops support", state=taken.state), rules, NOW)
        made = [one for one in outcome.actions if one.verb is Verb.CREATE_RECORD]
        assert [(one.platform, one.changes.team) for one in made] == [("jira", "ops")]
        assert made[0].changes.links[0].to == INCIDENT


def test_a_team_that_others_lead_is_put_back() -> None:
    for leader in ("rung", "snow-two"):
        outcome = step(ticket(), given("ops support"), policy(team=leader), NOW)
        assert outcome.ticket is not None
        assert outcome.ticket.team == "pay"
        assert ReasonCode.TEAM_KEPT in codes(outcome)
        assert writes(outcome)["snow"] == "pay"


def test_what_our_own_write_has_put_there_or_an_older_event_tells_moves_nothing() -> None:
    asked = replace(ticket().records[0], wanted={"team": ("pay", "ops")})
    events = (
        (ticket(records=(asked,)), given("ops support")),
        (ticket(records=(replace(asked, wanted={}, viewed=9, version=9),)), given("ops support")),
        (ticket(), given("ops support", own=True)),
        (ticket(), given("ops support", changed=frozenset({"title"}))),
        (ticket(), given("strangers")),
        (ticket(records=(Record(INCIDENT, 1),)), given("ops support")),
    )
    for before, event in events:
        outcome = step(before, event, policy(), NOW)
        assert outcome.ticket is not None
        assert outcome.ticket.team == "pay"

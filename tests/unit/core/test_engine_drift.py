"""Drift: told once, mended by policy, and never in a circle."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.engine import step
from core.engine.drift import CALM, PAUSES
from core.model import DriftLook, Impact, ReasonCode, Record, RecordRef, Severity, State, Ticket, TicketKind, Urgency
from core.policy import Policy
from core.policy.sync import Drifting, Losing, Sync
from tests.integration.world import a_policy

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LOOK = DriftLook("servicenow", {"title": "Set back"})
WELL = DriftLook("servicenow", {"title": "As Rung wrote it"})
REF = RecordRef("servicenow", "incident", "a" * 32, "INC1")


ON_ITS_WAY = Record(REF, seen={"title": "B"}, wanted={"title": ("B", "As")}, written={"title": 1})


def ticket(**changed: object) -> Ticket:
    record = Record(REF, version=3, seen={"title": "Set back", "state": "new"}, written={"title": 2})
    base = Ticket(
        id=1,
        uid="abcdefghij",
        kind=TicketKind.INCIDENT,
        source="alertmanager",
        title="As Rung wrote it",
        description="",
        state=State.NEW,
        severity=Severity.SEV3,
        impact=Impact.MEDIUM,
        urgency=Urgency.MEDIUM,
        opened_at=NOW,
        updated_at=NOW,
        policy_version=1,
        path="standard",
        records=(record,),
    )
    return replace(base, **changed)  # type: ignore[arg-type]


def policy(drift: Drifting = Drifting.MEND, **said: object) -> Policy:
    return replace(a_policy(cloud=True), sync=Sync(drift=drift, **said))  # type: ignore[arg-type]


def codes(outcome: object) -> list[ReasonCode]:
    return [entry.reason.code for entry in outcome.entries]  # type: ignore[attr-defined]


def landed(after: Ticket, title: str) -> Ticket:
    (record,) = after.records
    return replace(after, records=(replace(record, seen={**record.seen, "title": title}, wanted={}),))


def test_it_is_told_once_where_the_policy_only_reports() -> None:
    first = step(ticket(), LOOK, policy(Drifting.REPORT), NOW)
    assert codes(first) == [ReasonCode.DRIFTED]
    assert "shows “Set back” as title, where “As Rung wrote it” was written" in first.entries[0].reason.sentence
    assert not first.actions
    assert first.ticket is not None
    again = step(first.ticket, LOOK, policy(Drifting.REPORT), NOW + timedelta(hours=3))
    assert codes(again) == []


def test_it_is_written_again_a_few_times_each_later_than_before_and_then_given_up() -> None:
    now, there, writes = NOW, ticket(), []
    for _ in range(200):
        outcome = step(there, LOOK, policy(), now)
        writes += [now - NOW for action in outcome.actions]
        assert outcome.ticket is not None
        there, now = landed(outcome.ticket, "Set back"), now + timedelta(minutes=2)
    assert writes == [timedelta(0), timedelta(minutes=16), timedelta(minutes=76)]
    assert len(writes) == len(PAUSES)
    assert there.records[0].drifts["title"].given_up


def test_a_rule_that_sets_back_what_was_mended_does_not_begin_the_count_anew() -> None:
    now, there, writes = NOW, ticket(), 0
    for turn in range(200):
        outcome = step(there, WELL if turn % 2 else LOOK, policy(), now)
        writes += len(outcome.actions)
        assert outcome.ticket is not None
        there, now = landed(outcome.ticket, "As Rung wrote it"), now + timedelta(minutes=2)
    assert writes <= len(PAUSES)


def test_what_stands_again_for_long_enough_is_over() -> None:
    first = step(ticket(), LOOK, policy(), NOW)
    assert first.ticket is not None
    mended = landed(first.ticket, "As Rung wrote it")
    assert codes(step(mended, WELL, policy(), NOW + timedelta(minutes=5))) == []
    calm = step(mended, WELL, policy(), NOW + timedelta(minutes=5)).ticket
    assert calm is not None
    over = step(calm, WELL, policy(), NOW + timedelta(minutes=5) + CALM)
    assert codes(over) == [ReasonCode.DRIFT_OVER]
    assert over.ticket is not None
    assert over.ticket.records[0].drifts == {}


@pytest.mark.parametrize(
    ("there", "rules"),
    [
        (ticket(title="Set back"), policy()),
        (ticket(state=State.RESOLVED), policy()),
        (ticket(), policy(fields={"title": "servicenow"})),
        (ticket(), policy(fields={"title": "rung"}, losing=Losing.LEAVE)),
        (ticket(records=(Record(REF, seen={"title": "Set back"}),)), policy()),
        (
            ticket(records=(Record(REF, seen={"title": "B"}, wanted={"title": ("B", "As")}, written={"title": 1}),)),
            policy(),
        ),
    ],
    ids=["in step", "over", "led there", "left there", "never written", "on its way"],
)
def test_nothing_is_said_of_what_is_no_drift(there: Ticket, rules: Policy) -> None:
    outcome = step(there, LOOK, rules, NOW)
    assert codes(outcome) == []
    assert not outcome.actions


def test_a_look_from_before_what_is_known_by_now_tells_nothing() -> None:
    before = ticket()
    assert codes(step(before, replace(LOOK, version=2), policy(), NOW)) == []
    assert ReasonCode.DRIFTED in codes(step(before, replace(LOOK, version=3), policy(), NOW))

"""A record that a ticket had once, and what is still told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.engine import step
from core.model import Event, EventKind, ReasonCode, Record, State, Ticket
from tests.unit.core.test_engine_mirroring import INCIDENT, ISSUE, NOW, policy, ticket

LATER = replace(ISSUE, id="11", key="OPS-2")


def told(kind: EventKind) -> Event:
    return Event(source="jira", kind=kind, key=ISSUE.id, record=ISSUE, title="Told late", version=9, occurred_at=NOW)


def handed_over() -> Ticket:
    first, second = ticket(INCIDENT, ISSUE).records
    return replace(ticket(), records=(first, replace(second, linked=True)))


@pytest.mark.parametrize("kind", [EventKind.DELETED, EventKind.UPDATED])
@pytest.mark.parametrize("again", [(), (Record(LATER, linked=True),)])
def test_what_is_told_of_a_deleted_record_after_its_deletion_changes_nothing(
    kind: EventKind, again: tuple[Record, ...]
) -> None:
    gone = step(handed_over(), told(EventKind.DELETED), policy(), NOW).ticket
    assert gone is not None
    assert [one.ref for one in gone.records] == [INCIDENT]
    before = replace(gone, records=(*gone.records, *again))
    outcome = step(before, told(kind), policy(), NOW)
    assert outcome.ticket is not None
    assert outcome.ticket.records == before.records
    assert (outcome.ticket.state, outcome.ticket.title) == (State.NEW, before.title)
    assert [one.reason.code for one in outcome.entries] == [ReasonCode.FORMER_RECORD]
    assert not outcome.actions

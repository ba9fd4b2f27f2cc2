"""A change whose webhook was lost, found beside our own comment: a body that shows a part of a record hides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from core.engine import step
from core.model import Event, EventKind, Record, RecordRef
from tests.integration.world import a_policy
from tests.unit.core.test_engine_drift import ticket

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REF = RecordRef("jira", "OPS", "10000", "OPS-1")


def ours(kind: EventKind, description: str | None) -> Event:
    told = {"title": "As Rung wrote it", "description": description}
    return Event(source="jira", kind=kind, key="10000", record=REF, version=20, own=True, occurred_at=NOW, **told)  # type: ignore[arg-type]


def test_a_description_that_the_first_body_left_out_is_found_in_the_second_of_the_same_version() -> None:
    seen = {"title": "As Rung wrote it", "description": "Before"}
    there = ticket(description="Before", records=(Record(REF, version=10, viewed=10, seen=seen),))
    policy = replace(a_policy(cloud=True))
    brief = step(there, ours(EventKind.COMMENTED, None), policy, NOW).ticket
    assert brief is not None
    whole = step(brief, ours(EventKind.UPDATED, "A person's"), policy, NOW).ticket
    assert whole is not None
    assert whole.description == "A person's"

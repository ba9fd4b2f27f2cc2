from collections.abc import Callable
from typing import Any

import pytest

from core.model import Changes, Comment, Impact, Person, RecordRef, Severity, State, Urgency
from core.ports import DeliveryError, OutField, RecordWrite
from mappings import PACKAGED, BoundMapping, load_catalogue

CATALOGUE = load_catalogue([PACKAGED])
DANA = Person("dana", "Dana Reyes", "dana.reyes@example.com")


def out(name: str, *, create: bool = False, options: dict[str, str] | None = None, **said: Any) -> tuple[OutField, ...]:
    about = {key: said.pop(key) for key in ("group", "person") if key in said}
    record = None if create else RecordRef(f"{name}-main", "", "1", "X-1")
    write = RecordWrite(operation_id="t1-3", record=record, changes=Changes(**said), **about)
    return CATALOGUE[name].bind(f"{name}-main", f"{name}-main", options=options or {}).out(write)


def values(fields: tuple[OutField, ...]) -> dict[str, object]:
    return {field.field: field.value for field in fields}


def test_servicenow_is_given_impact_and_urgency_and_never_a_priority() -> None:
    found = values(out("servicenow", severity=Severity.SEV1, impact=Impact.HIGH, urgency=Urgency.MEDIUM))
    assert found == {"impact": "1", "urgency": "2"}


@pytest.mark.parametrize(
    ("state", "code"),
    [(State.NEW, "1"), (State.IN_PROGRESS, "2"), (State.ON_HOLD, "3"), (State.CANCELED, "8")],
)
def test_servicenow_is_given_its_state_codes(state: State, code: str) -> None:
    assert values(out("servicenow", state=state)) == {"state": code}


@pytest.mark.parametrize(("state", "code"), [(State.RESOLVED, "6"), (State.CLOSED, "7")])
def test_a_resolution_goes_with_close_code_and_notes(state: State, code: str) -> None:
    found = values(out("servicenow", state=state, resolution="It is over.", options={"close_code": "Solved"}))
    assert found == {"state": code, "close_code": "Solved", "close_notes": "It is over."}
    usual = values(out("servicenow", state=state))
    assert usual == {"state": code, "close_code": "Solution provided", "close_notes": "Resolved by Rung."}


def test_a_resolution_without_a_state_writes_nothing() -> None:
    assert out("servicenow", resolution="It is over.") == ()


def test_a_hold_reason_is_written_where_one_is_configured() -> None:
    found = values(out("servicenow", state=State.ON_HOLD, options={"hold_reason": "4"}))
    assert found == {"state": "3", "hold_reason": "4"}


def test_groups_and_people_are_left_to_be_looked_up() -> None:
    found = out("servicenow", team="payments", group="Payments Support", assignee="dana", person=DANA)
    assert found == (
        OutField("assignment_group", "Payments Support", "group"),
        OutField("assigned_to", DANA, "person"),
    )


def test_a_cleared_assignee_is_written_as_empty() -> None:
    assert out("servicenow", assignee="") == (OutField("assigned_to", "", "value"),)


def test_a_team_without_a_group_there_is_left_alone() -> None:
    assert out("servicenow", team="payments", group="") == ()


def test_comments_go_where_their_readers_are() -> None:
    comments = (Comment("for us"), Comment("for all", internal=False))
    assert out("servicenow", comments=comments) == (
        OutField("work_notes", "for us", "comment"),
        OutField("comments", "for all", "comment"),
    )
    assert [field.field for field in out("jira", comments=comments)] == ["internal", "public"]


def test_what_is_created_bears_the_operation_id() -> None:
    assert values(out("servicenow", create=True, title="Disk")) == {
        "correlation_id": "t1-3",
        "correlation_display": "Rung",
        "short_description": "Disk",
    }
    assert values(out("jira", create=True, title="Disk")) == {"labels": ["rung-t1-3"], "summary": "Disk"}


def test_a_service_is_written_only_where_its_field_is_configured() -> None:
    assert out("servicenow", service="payments") == ()
    found = out("servicenow", service="payments", options={"service_field": "u_service"})
    assert found == (OutField("u_service", "payments", "value"),)


@pytest.mark.parametrize(
    ("severity", "priority"), list(zip(Severity, ["Highest", "High", "Medium", "Low"], strict=True))
)
def test_jira_is_given_a_priority_by_severity(severity: Severity, priority: str) -> None:
    assert values(out("jira", severity=severity)) == {"priority": {"name": priority}}


def test_jira_is_given_the_states_that_would_do() -> None:
    (found,) = out("jira", state=State.RESOLVED)
    assert found == OutField("status", ("Resolved", "Done", "Completed", "done"), "state")


def test_jira_has_no_group_unless_a_field_is_configured() -> None:
    assert out("jira", team="payments", group="Payments") == ()
    found = out("jira", team="payments", group="Payments", options={"group_field": "customfield_1"})
    assert found == (OutField("customfield_1", "Payments", "group"),)


def test_a_value_that_has_no_word_there_is_a_permanent_refusal(load: Callable[..., BoundMapping]) -> None:
    text = """
shapes: [{name: a, kind: {is: alert}, key: id, state: {is: new}}]
out: {title: {field: t, table: {known: x}}}
"""
    write = RecordWrite(operation_id="1", record=None, changes=Changes(title="odd"))
    with pytest.raises(DeliveryError, match="has no word for odd") as refused:
        load(text, platform="p").out(write)
    assert refused.value.permanent


def test_a_source_that_is_no_platform_writes_nothing() -> None:
    assert out("alertmanager", title="x") == ()


def test_what_is_canceled_in_jira_says_so_in_its_resolution() -> None:
    found = values(out("jira", state=State.CANCELED))
    assert found["resolution"] == "Won't Do"
    assert "resolution" not in values(out("jira", state=State.CLOSED))
    assert values(out("jira", state=State.CLOSED, options={"resolution": "Fixed"}))["resolution"] == "Fixed"

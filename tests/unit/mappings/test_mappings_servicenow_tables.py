"""ServiceNow's tables: each has states of its own, and what is written for a state is read as the same state."""

import pytest
from mappings_made import delivery

import mappings
from core.model import Changes, RecordRef, State
from core.ports import RecordWrite

OPTIONS = {
    "resolution_code": "risk_accepted",
    "change_close_code": "successful_issues",
    "cause_notes": "A typo.",
}
SERVICENOW = mappings.load_catalogue([mappings.PACKAGED])["servicenow"]
TABLES = ["incident", *sorted(SERVICENOW.variants)]
LOST = {
    **{(table, State.RESOLVED): State.CLOSED for table in TABLES if "task" in table or table.startswith("sc_")},
    ("problem_task", State.CANCELED): State.CLOSED,
}
"""Where a table has one state for two of ours: what is read instead of what was written."""
UNWRITTEN = {(table, State.ON_HOLD) for table in ("problem", "problem_task", "sn_si_incident")}
"""Tables that know no hold: their state is left alone."""


def written(table: str, state: State, **options: str) -> dict[str, object]:
    write = RecordWrite(operation_id="o", record=RecordRef("s", table, "1", "N1"), changes=Changes(state=state))
    return {one.field: one.value for one in SERVICENOW.bind("s", "s", options=options).out(write)}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("table", TABLES)
def test_what_is_written_for_a_state_is_read_as_that_state(table: str, state: State) -> None:
    fields = written(table, state)
    if (table, state) in UNWRITTEN:
        assert "state" not in fields
        return
    body = {"table": table, "sys_id": "1", "operation": "update", "fields": {"state": "1", **fields}}
    if table == "change_request" and state is State.ON_HOLD:
        body["fields"] = {"state": "-1", **fields}
    event = SERVICENOW.bind("s").events(delivery(body)).events[0]
    assert event.state == LOST.get((table, state), state)


def test_a_problem_ends_with_its_own_code_and_notes() -> None:
    assert written("problem", State.RESOLVED) == {
        "state": "106",
        "resolution_code": "fix_applied",
        "fix_notes": "Resolved by Rung.",
        "close_notes": "Resolved by Rung.",
    }
    ended = written("problem", State.CLOSED, **OPTIONS)
    assert (ended["resolution_code"], ended["cause_notes"]) == ("risk_accepted", "A typo.")


def test_a_change_is_put_on_hold_by_a_flag_and_closed_with_a_code() -> None:
    assert written("change_request", State.ON_HOLD) == {"on_hold": "true", "on_hold_reason": "Put on hold by Rung."}
    assert written("change_request", State.CLOSED, **OPTIONS)["close_code"] == "successful_issues"
    assert "close_code" not in written("change_request", State.RESOLVED)


def test_no_table_but_incidents_and_security_gets_an_incident_s_close_code() -> None:
    coded = {table for table in TABLES if "close_code" in written(table, State.RESOLVED)}
    assert coded == {"incident", "sn_si_incident"}


@pytest.mark.parametrize(
    ("number", "table"),
    [
        ("INC1", "incident"),
        ("PRB1", "problem"),
        ("CHG1", "change_request"),
        ("RITM1", "sc_req_item"),
        ("ABC1", "incident"),
    ],
)
def test_a_body_that_does_not_name_its_table_tells_it_by_its_number(number: str, table: str) -> None:
    record = SERVICENOW.bind("s").events(delivery({"number": number})).events[0].record
    assert record is not None
    assert record.collection == table

"""Which transition is taken."""

from __future__ import annotations

from typing import Any

from connectors.jira import workflow


def status(name: str, category: str) -> dict[str, Any]:
    return {"name": name, "statusCategory": {"key": category}}


def to(id_: str, name: str, category: str) -> dict[str, Any]:
    return {"id": id_, "to": status(name, category)}


DONE = ("Done", "Resolved", "done")
START = to("11", "In Progress", "indeterminate")


def test_from_open_to_done_it_goes_through_work_where_there_is_no_other_way() -> None:
    assert workflow.through(status("To Do", "new"), [START], DONE) == "11"


def test_a_direct_way_is_taken_where_there_is_one() -> None:
    assert workflow.through(status("To Do", "new"), [START, to("21", "Closed", "done")], DONE) == ""


def test_nothing_is_gone_through_from_work_or_to_work() -> None:
    assert workflow.through(status("In Progress", "indeterminate"), [START], DONE) == ""
    assert workflow.through(status("Done", "done"), [START], ("In Progress", "indeterminate")) == ""


def test_back_from_done_to_open_goes_through_work_too() -> None:
    assert workflow.through(status("Done", "done"), [START], ("To Do", "new")) == "11"


def test_an_unknown_status_is_left_where_it_is() -> None:
    assert workflow.through(None, [START], DONE) == ""

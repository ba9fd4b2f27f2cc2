"""Work handed over to a team on another platform: its record there, made once, in step, closed as the policy says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.model import DeEscalate, EscalateNow, HandoffFact, ReasonCode, SetHandoff, State
from core.policy import Closes, Level, OnCall, Policy, Returned, Roster, Sync, Team, WorksOn
from tests.integration.world import World, world


def with_engineers(sync: Sync, works_on: WorksOn) -> Any:
    """The world's policy, whose second level is a team that works elsewhere."""

    def change(policy: Policy) -> Policy:
        roster, path = policy.roster, policy.paths["standard"]
        duties = {"L2": OnCall(people=("lee.park",))}
        engineers = Team(id="engineering", name="Engineering", on_call=duties, works_on=works_on)
        levels: tuple[Level, ...] = (path.levels[0], replace(path.levels[1], team="engineering"))
        return replace(
            policy,
            roster=Roster(roster.people, {**roster.teams, "engineering": engineers}),
            paths={"standard": replace(path, levels=levels)},
            handoff=(HandoffFact.TRIED, HandoffFact.LINKS),
            sync=sync,
        )

    return change


@contextmanager
def handed(url: str, folder: Path, sync: Sync | None = None, project: str = "PAY") -> Iterator[World]:
    with world(url, folder, change=with_engineers(sync or Sync(), WorksOn("jira", project))) as made:
        yield made


@pytest.fixture
def rung(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with handed(postgres_url, tmp_path) as made:
        yield made


def opened(rung: World) -> str:
    fields = {"short_description": "Payments fail", "impact": "2", "urgency": "2", "business_service": "Payments"}
    record = rung.box.act("servicenow", "create", who="ines.moreau", fields=fields)
    rung.settle()
    return str(record["number"])


def escalated(rung: World) -> tuple[str, str]:
    """An incident whose work went to the engineers; its number, and the issue's key."""
    number = opened(rung)
    ordered(rung, EscalateNow("dana.reyes", "in a test", "it is beyond us"))
    (issue,) = rung.box.issues()
    return number, str(issue["key"])


def ordered(rung: World, command: Any) -> None:
    rung.app.desk.command(1, command)
    rung.settle()


def finished(rung: World, key: str) -> None:
    """Lee works on the issue, and is done with it."""
    for to in ("In Progress", "Done"):
        rung.box.act("jira", "transition", who="lee.park", key=key, to=to)
        rung.settle()


def notes(rung: World, number: str) -> str:
    return "\n".join(note["text"] for note in rung.box.incident(number)["work_notes"])


def state(rung: World, number: str) -> str:
    return str(rung.box.incident(number)["fields"]["state"])


def test_the_issue_is_created_in_the_teams_project_with_what_is_known_and_both_point_to_each_other(rung: World) -> None:
    number = opened(rung)
    ordered(rung, SetHandoff("dana.reyes", "in a test", tried="restarted it twice"))
    ordered(rung, EscalateNow("dana.reyes", "in a test", "it is beyond us"))
    (issue,) = rung.box.issues()
    assert issue["key"].startswith("PAY-")
    assert (issue["summary"], issue["priority"]) == ("Payments fail", "Medium")
    said = "\n".join(one["text"] for one in issue["comments"])
    assert "The work goes to Engineering, who work on jira. SEV3. Tried: restarted it twice." in said
    assert f"The first record is {number} on servicenow" in said
    (link,) = issue["remote_links"]
    assert link["object"]["url"].endswith(rung.box.incident(number)["sys_id"])
    assert f"{issue['key']} on jira carries the work on: {rung.box.jira_url}/browse/{issue['key']}" in notes(
        rung, number
    )
    assert rung.box.incident(number)["fields"]["correlation_id"] == issue["key"]


def test_there_is_one_issue_whatever_is_doubled_cut_off_or_done_again(rung: World) -> None:
    number = opened(rung)
    rung.box.fault("jira", kind="commit_then_drop", method="POST", path="*/issue", times=1)
    rung.box.fault("jira", kind="webhook_twice", event="*")
    rung.box.fault("servicenow", kind="webhook_twice", event="*")
    ordered(rung, EscalateNow("dana.reyes", "in a test", "it is beyond us"))
    for _ in range(3):
        rung.hurry()
    rung.box.act("servicenow", "update", who="ines.moreau", number=number, fields={"description": "More is known"})
    rung.settle()
    (issue,) = rung.box.issues()
    assert len(issue["remote_links"]) == 1
    assert [record.ref.key for record in rung.page().ticket.records] == [number, issue["key"]]
    assert issue["description"] == "More is known"


def test_title_priority_and_state_follow_each_other(rung: World) -> None:
    number, key = escalated(rung)
    rung.box.act("jira", "edit", who="lee.park", key=key, fields={"summary": "Card payments fail", "priority": "High"})
    rung.settle()
    fields = rung.box.incident(number)["fields"]
    assert (fields["short_description"], fields["impact"], fields["urgency"]) == ("Card payments fail", "1", "2")
    rung.box.act("servicenow", "update", who="ines.moreau", number=number, fields={"impact": "3", "urgency": "3"})
    rung.settle()
    assert rung.box.issue(key)["priority"] == "Low"
    rung.box.act("jira", "transition", who="lee.park", key=key, to="In Progress")
    rung.settle()
    assert state(rung, number) == "2"
    assert rung.page().ticket.is_acknowledged
    assert rung.page().ticket.conflicted == 0


def test_what_the_engineers_finish_resolves_the_incident(rung: World) -> None:
    number, key = escalated(rung)
    finished(rung, key)
    assert state(rung, number) == "6"
    assert rung.page().ticket.state is State.RESOLVED
    rung.box.act("servicenow", "state", who="ines.moreau", number=number, state="in_progress")
    rung.settle()
    assert rung.box.issue(key)["status"] != "Done"


def test_where_the_first_record_decides_the_others_end_is_only_told_there(postgres_url: str, tmp_path: Path) -> None:
    with handed(postgres_url, tmp_path, Sync(closes=Closes.ORIGIN_DECIDES)) as rung:
        number, key = escalated(rung)
        finished(rung, key)
        assert rung.page().ticket.state.is_open
        assert f"Lee Park moved {key} on jira to resolved; the ticket stays as it is." in notes(rung, number)
        ordered(rung, SetHandoff("dana.reyes", "in a test", tried="asked the engineers"))
        assert rung.box.issue(key)["status"] == "Done"
        ends = {"close_code": "Solution provided", "close_notes": "Done."}
        rung.box.act("servicenow", "state", who="ines.moreau", number=number, state="6", fields=ends)
        rung.settle()
        assert rung.page().ticket.state is State.RESOLVED


def test_work_that_goes_back_resolves_the_issue_and_opens_it_again_when_it_comes_again(rung: World) -> None:
    number, key = escalated(rung)
    ordered(rung, DeEscalate("ines.moreau", "in a test", "ours after all"))
    assert ReasonCode.WORK_RETURNED_AND_CLOSED in rung.reasons()
    assert rung.box.issue(key)["status"] == "Done"
    assert rung.page().ticket.state.is_open
    assert state(rung, number) in {"1", "2"}
    ordered(rung, EscalateNow("dana.reyes", "in a test", "theirs after all"))
    assert len(rung.box.issues()) == 1
    assert rung.box.issue(key)["status"] != "Done"


def test_work_that_goes_back_can_be_left_where_it_is(postgres_url: str, tmp_path: Path) -> None:
    with handed(postgres_url, tmp_path, Sync(returned=Returned.LEAVE)) as rung:
        _, key = escalated(rung)
        ordered(rung, DeEscalate("ines.moreau", "in a test", "ours after all"))
        assert rung.box.issue(key)["status"] != "Done"


def test_a_deleted_issue_is_told_and_the_ticket_goes_on(rung: World) -> None:
    number, key = escalated(rung)
    rung.box.act("jira", "delete", who="tomas.novak", key=key)
    rung.settle()
    assert rung.page().ticket.state.is_open
    assert f"deleted {key} on jira; the ticket goes on without it." in notes(rung, number)

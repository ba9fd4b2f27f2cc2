"""People overrule, end to end: through the doors, on the real database, seen on the stand-in platforms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.model import HandoffFact, ReasonCode, Right
from core.policy import Authority
from tests.integration.world import World, world

SNOW, JIRA = "alertmanager", "jira-alerts"


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


def says(here: World, name: str, by: str = "dana.reyes", ticket: int = 1, **words: object) -> tuple[int, str]:
    """A command through the API; the answer's status and sentence."""
    body = {"by": by, "reason": "the test says so", **words}
    answer = here.flask.test_client().post(f"/api/v1/tickets/{ticket}/{name}", json=body)
    here.settle()
    said = answer.get_json()
    return answer.status_code, said.get("reason") or said["error"]


def incident(here: World) -> dict[str, Any]:
    (one,) = here.box.incidents()
    return dict(one)


def notes(here: World) -> str:
    return str(incident(here)["work_notes"])


def assigned(here: World) -> str:
    sys_id = incident(here)["fields"]["assigned_to"]
    names = ("dana.reyes", "lee.park", "sam.okafor", "ines.moreau")
    return next((name for name in names if here.person(name)["sys_id"] == sys_id), "")


def test_taking_it_assigns_the_incident_and_calls_nobody_further(here: World) -> None:
    here.alert()
    status, said = says(here, "take", "lee.park")
    assert status == 200
    assert said.startswith("Lee Park took it through the API: the test says so.")
    assert assigned(here) == "lee.park"
    assert incident(here)["fields"]["state"] == "2"
    assert "Lee Park took it through the API: the test says so." in notes(here)
    here.jump(60)
    assert here.messages.told == ["dana.reyes"]
    assert here.page().ticket.owner == "lee.park"


def test_taking_it_assigns_the_jira_issue_too(here: World) -> None:
    here.alert(source=JIRA)
    assert says(here, "take", "lee.park")[0] == 200
    (issue,) = here.box.issues()
    assert (issue["assignee"], issue["status"]) == ("lee.park", "In Progress")


def test_an_assignment_in_the_console_stays_until_the_next_level(here: World) -> None:
    here.alert()
    client = here.flask.test_client()
    page = client.get("/tickets/1").get_data(as_text=True)
    token = page.partition('name="token" value="')[2].partition('"')[0]
    fields = {"command": "assign", "by": "dana.reyes", "reason": "Sam built it", "assign.person": "sam.okafor"}
    answer = client.post("/tickets/1/command", data={"token": token, **fields})
    assert answer.status_code == 303, answer.text
    here.settle()
    assert assigned(here) == "sam.okafor"
    assert here.messages.told == ["dana.reyes", "sam.okafor"]
    assert not here.page().ticket.is_acknowledged
    here.alert()
    assert assigned(here) == "sam.okafor"
    here.jump(5)
    assert assigned(here) == "lee.park"


def test_escalating_now_asks_the_next_level_without_waiting(here: World) -> None:
    here.alert()
    says(here, "acknowledge")
    assert says(here, "escalate", reason="needs the database team")[0] == 200
    assert assigned(here) == "lee.park"
    assert here.messages.told == ["dana.reyes", "lee.park"]
    assert "Dana Reyes escalated it through the API: needs the database team." in notes(here)
    assert not here.page().ticket.is_acknowledged


def test_escalating_to_a_level_and_down_again_moves_the_assignment(here: World) -> None:
    here.alert(source=JIRA)
    assert says(here, "escalate", level="L2")[0] == 200
    assert here.box.issues()[0]["assignee"] == "lee.park"
    assert says(here, "de-escalate", "lee.park")[0] == 200
    assert here.box.issues()[0]["assignee"] == "dana.reyes"
    here.jump(5)
    assert here.box.issues()[0]["assignee"] == "lee.park"


def test_a_persons_severity_is_written_and_stands_against_the_alert(here: World) -> None:
    here.alert()
    assert incident(here)["fields"]["priority"] == "1"
    assert says(here, "severity", severity="SEV3")[0] == 200
    fields = incident(here)["fields"]
    assert (fields["impact"], fields["urgency"], fields["priority"]) == ("2", "2", "3")
    here.alert()
    assert here.page().ticket.severity.value == "SEV3"
    assert says(here, "hand-back")[0] == 200
    assert incident(here)["fields"]["priority"] == "1"


def test_a_persons_severity_is_the_jira_issues_priority(here: World) -> None:
    here.alert(source=JIRA)
    says(here, "severity", severity="SEV4")
    assert here.box.issues()[0]["priority"] == "Low"
    assert here.page().ticket.severity_override is not None


def test_a_priority_that_a_person_sets_on_the_platform_later_ends_the_severity_of_the_console(here: World) -> None:
    here.alert(source=JIRA)
    says(here, "severity", severity="SEV4")
    key = here.box.issues()[0]["key"]
    here.box.act("jira", "edit", who="lee.park", key=key, fields={"priority": "High"})
    here.settle()
    assert here.page().ticket.severity_override is None
    assert here.page().ticket.severity.value == "SEV2"


def test_nothing_escalates_while_automation_is_on_hold_and_all_goes_on_afterwards(here: World) -> None:
    here.alert()
    status, said = says(here, "hold", **{"for": "2h"})
    assert status == 200
    assert "until 14:00 UTC on 2 March" in said
    here.jump(119)
    assert here.messages.told == ["dana.reyes"]
    assert "put automation on hold for 2 hours" in notes(here)
    here.jump(1)
    assert assigned(here) == "lee.park"
    assert here.page().ticket.hold is None
    assert ReasonCode.HOLD_ENDED in here.reasons()


def test_resuming_does_at_once_what_came_due(here: World) -> None:
    here.alert()
    says(here, "hold", **{"for": "2h"})
    here.jump(30)
    assert says(here, "resume")[0] == 200
    here.jump(0)
    assert assigned(here) == "lee.park"


def test_a_snooze_asks_the_same_person_again_and_then_escalates(here: World) -> None:
    here.alert()
    assert says(here, "snooze", **{"for": "30m"})[0] == 200
    here.jump(29)
    assert here.messages.told == ["dana.reyes"]
    here.jump(1)
    assert here.messages.told == ["dana.reyes", "dana.reyes"]
    here.jump(5)
    assert here.messages.told[-1] == "lee.park"
    assert assigned(here) == "lee.park"


def test_whoever_is_named_for_a_level_is_asked_instead_of_who_is_on_call(here: World) -> None:
    here.alert()
    assert says(here, "owner", "lee.park", level="L2", person="sam.okafor")[0] == 200
    here.jump(5)
    assert assigned(here) == "sam.okafor"
    assert here.messages.told == ["dana.reyes", "sam.okafor"]


def test_it_is_linked_to_a_major_incident_that_is_there(here: World) -> None:
    here.alert()
    here.alert(source=JIRA, alertname="AnotherOne")
    status, said = says(here, "link", ticket=2, major=1)
    assert status == 409
    assert "ticket 1 is no major incident that is open" in said
    assert says(here, "declare", ticket=1)[0] == 200
    assert says(here, "link", ticket=2, major=1)[0] == 200
    assert here.page(2).ticket.parent == 1
    assert "linked it to the major incident INC" in str(here.box.issues()[0]["comments"])
    assert says(here, "link", ticket=2, major=77) == (404, "There is no ticket 77.")


def test_a_note_is_a_work_note_with_its_author(here: World) -> None:
    here.alert()
    assert says(here, "note", text="The gateway was restarted", reason="")[0] == 200
    assert "Dana Reyes noted through the API: The gateway was restarted." in notes(here)


def test_what_makes_no_sense_is_refused_and_stands_in_the_timeline(here: World) -> None:
    here.alert()
    before = here.page()
    status, said = says(here, "escalate", level="L9")
    assert status == 409
    assert "its path has no level L9; it has L1, L2" in said
    here.alert(over=True)
    status, said = says(here, "take")
    assert (status, said.endswith("because the ticket is resolved.")) == (409, True)
    assert here.page().entries[-1].reason.code is ReasonCode.COMMAND_REFUSED
    assert len(before.entries) < len(here.page().entries)


def test_an_attempt_without_the_right_is_refused_told_and_recorded(here: World) -> None:
    path = here.policy.paths["standard"]
    first = replace(path.levels[0], may=frozenset({Right.ACKNOWLEDGE, Right.TAKE}))
    policy = replace(
        here.policy,
        paths={"standard": replace(path, levels=(first, path.levels[1]))},
        authority=Authority(others=frozenset({Right.NOTE})),
    )
    here.loaded = replace(here.loaded, policy=policy, at_version=lambda _: policy)
    here.alert()
    status, said = says(here, "severity", severity="SEV4")
    assert status == 403
    assert said == ("Dana Reyes may not lower its severity: that takes the right severity_down, which is held by L2.")
    assert here.page().entries[-1].reason.sentence == said
    assert here.page().entries[-1].by == "Dana Reyes"
    assert incident(here)["fields"]["priority"] == "1"
    assert says(here, "take", "sam.okafor")[0] == 403
    assert says(here, "severity", "lee.park", severity="SEV4")[0] == 200
    assert incident(here)["fields"]["priority"] != "1"


def test_what_is_told_for_those_who_take_over_reaches_the_next_level(here: World) -> None:
    policy = replace(here.policy, handoff=tuple(HandoffFact))
    here.loaded = replace(here.loaded, policy=policy, at_version=lambda _: policy)
    here.alert()
    assert says(here, "handoff", tried="a restart", impact="nobody can pay", links="https://wiki.example/7")[0] == 200
    here.jump(5)
    assert here.messages.told == ["dana.reyes", "lee.park"]
    assert "Tried: a restart. Impact: nobody can pay." in here.messages.sent[-1][1].tried
    assert "https://wiki.example/7" in notes(here)

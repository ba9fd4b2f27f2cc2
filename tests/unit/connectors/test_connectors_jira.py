"""Jira's traps, each in the exact form in which the platform or the library sets it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from connectors.config import ApiKey, Bearer, Secret
from connectors.failures import PlatformError
from connectors.jira import screen, workflow
from connectors.jira.creation import Creations
from core.model import Changes, Person, RecordRef, Severity, State
from core.ports import DeliveryError, OutField, Platform, RecordWrite

API = "https://jira.example.com/rest/api/2"
REF = RecordRef("there", "OPS", "10001", "OPS-1")
DANA = Person("dana", "Dana", "dana.reyes@example.com")
NEW = {"name": "To Do", "statusCategory": {"key": "new", "name": "To Do"}}
DONE = {"name": "Erledigt", "statusCategory": {"key": "done", "name": "Done"}}
PRIORITY = {
    "schema": {"type": "priority"},
    "allowedValues": [{"id": "1", "name": "Highest"}, {"id": "2", "name": "High"}],
}
META: dict[str, Any] = {
    "summary": {"schema": {"type": "string"}},
    "description": {"schema": {"type": "string"}},
    "assignee": {"schema": {"type": "user"}},
    "priority": PRIORITY,
}


def update(look_first: bool = False, **changes: Any) -> RecordWrite:
    return RecordWrite(operation_id="op-7", record=REF, changes=Changes(**changes), look_first=look_first)


def creation(look_first: bool = False, **changes: Any) -> RecordWrite:
    return RecordWrite(operation_id="op-7", record=None, changes=Changes(**changes), look_first=look_first)


def issue(**fields: Any) -> dict[str, Any]:
    told = {"summary": "Down", "status": NEW, "updated": "2026-03-01T12:00:00.123+0000", "labels": [], **fields}
    return {"id": "10001", "key": "OPS-1", "self": f"{API}/issue/10001", "fields": told}


class There:
    """A mocked issue."""

    def __init__(self, net: responses.RequestsMock) -> None:
        self.net = net
        net.get(f"{API}/issue/10001/editmeta", json={"fields": META})
        me = {"accountId": "me", "displayName": "Rung", "emailAddress": "rung@example.com"}
        net.get(f"{API}/myself", json=me)

    def reads(self, **fields: Any) -> None:
        self.net.get(f"{API}/issue/10001", json=issue(**fields))

    def sent(self, method: str, path: str) -> list[Any]:
        calls = [one for one in self.net.calls if one.request.method == method and one.request.url.endswith(path)]
        return [json.loads(one.request.body) for one in calls]


@pytest.fixture
def there(net: responses.RequestsMock) -> There:
    return There(net)


def fails(platform: Platform, write: RecordWrite) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        platform.write(write)
    return caught.value


def test_the_fields_of_a_decision_are_one_put(jira: Any, there: There) -> None:
    there.reads()
    there.net.put(f"{API}/issue/10001", status=204)
    there.net.get(
        f"{API}/user/search", json=[{"self": "x", "accountId": "d1", "emailAddress": "Dana.Reyes@example.com"}]
    )
    jira(OutField("priority", {"name": "High"}), OutField("assignee", DANA, "person")).write(update())
    assert there.sent("PUT", "/issue/10001") == [
        {"fields": {"priority": {"id": "2"}, "assignee": {"accountId": "d1"}}, "update": {}}
    ]
    assert not there.sent("PUT", "/assignee")


def test_data_center_names_people_by_name_and_searches_by_username(jira: Any, there: There) -> None:
    there.reads()
    there.net.put(f"{API}/issue/10001", status=204)
    there.net.get(f"{API}/user/search", json=[{"self": "x", "name": "dana", "emailAddress": "dana.reyes@example.com"}])
    jira(OutField("assignee", DANA, "person"), deployment="datacenter").write(update())
    assert there.sent("PUT", "/issue/10001")[0]["fields"] == {"assignee": {"name": "dana"}}
    asked = next(one.request.url for one in there.net.calls if "user/search" in one.request.url)
    assert "username" in parse_qs(urlsplit(asked).query)


@pytest.mark.parametrize(
    "users",
    [
        [],
        [{"accountId": "x", "emailAddress": "dana.reyes@example.com.evil"}],
        [{"accountId": "x", "displayName": "dana.reyes@example.com"}],
        [{"accountId": "x", "emailAddress": "dana.reyes@example.com", "active": False}],
        [{"accountId": one, "emailAddress": "dana.reyes@example.com"} for one in "xy"],
    ],
    ids=["nobody", "a longer one", "hidden", "inactive", "two"],
)
def test_a_fuzzy_match_is_never_assigned(jira: Any, there: There, users: Any) -> None:
    there.reads()
    there.net.get(f"{API}/user/search", json=[{"self": f"{API}/user", **one} for one in users])
    receipt = jira(OutField("assignee", DANA, "person")).write(update())
    assert there.sent("PUT", "/issue/10001") == []
    assert "dana's accounts on the roster" in receipt.warnings[0]


def test_the_account_that_the_roster_names_is_used_without_a_search(jira: Any, there: There) -> None:
    there.reads()
    there.net.put(f"{API}/issue/10001", status=204)
    person = Person("dana", "Dana", "x@example.com", accounts={"there": "d9"})
    jira(OutField("assignee", person, "person")).write(update())
    assert there.sent("PUT", "/issue/10001")[0]["fields"] == {"assignee": {"accountId": "d9"}}
    assert not any("search" in one.request.url for one in there.net.calls)


def test_an_empty_assignee_clears_it(jira: Any, there: There) -> None:
    there.reads(assignee={"accountId": "d1"})
    there.net.put(f"{API}/issue/10001", status=204)
    jira(OutField("assignee", "")).write(update(assignee=""))
    assert there.sent("PUT", "/issue/10001")[0]["fields"] == {"assignee": None}


def test_a_priority_outside_the_scheme_is_a_warning_that_names_the_others(jira: Any, there: There) -> None:
    there.reads()
    there.net.put(f"{API}/issue/10001", status=204)
    there_is = jira(OutField("priority", {"name": "Urgent"}), OutField("summary", "A\nnew  title"))
    receipt = there_is.write(update())
    assert receipt.warnings == ("there OPS-1: priority Urgent is not offered here; there is Highest, High.",)
    assert there.sent("PUT", "/issue/10001")[0]["fields"] == {"summary": "A new title"}


def test_what_already_stands_is_not_written_again(jira: Any, there: There) -> None:
    there.reads(priority={"id": "2", "name": "High", "self": "x"})
    receipt = jira(OutField("priority", "High")).write(update(severity=Severity.SEV2))
    assert there.sent("PUT", "/issue/10001") == []
    assert receipt.values["severity"] == "SEV2"
    assert receipt.values["priority"] == "High"


def test_a_field_that_jira_refuses_by_name_does_not_keep_the_others_from_being_written(jira: Any, there: There) -> None:
    there.reads()
    body = {"errorMessages": [], "errors": {"assignee": "User 'd9' cannot be assigned issues."}}
    there.net.put(f"{API}/issue/10001", status=400, json=body)
    there.net.put(f"{API}/issue/10001", status=204)
    person = Person("dana", "Dana", accounts={"there": "d9"})
    receipt = jira(OutField("assignee", person, "person"), OutField("summary", "New")).write(update())
    assert [set(one["fields"]) for one in there.sent("PUT", "/issue/10001")] == [{"assignee", "summary"}, {"summary"}]
    assert "assignee was refused: User 'd9' cannot be assigned issues." in receipt.warnings[0]


def test_the_error_says_what_the_library_drops(jira: Any, there: There) -> None:
    there.reads()
    body = {"errorMessages": ["Issue is archived."], "errors": {"summary": "Too short."}}
    there.net.put(f"{API}/issue/10001", status=400, json=body)
    error = fails(jira(OutField("summary", "x")), update())
    assert "Issue is archived.; summary: Too short." in error.message
    assert error.permanent


def test_a_transition_goes_out_with_its_id_as_a_text_and_its_screens_resolution(jira: Any, there: There) -> None:
    there.reads()
    allowed = [{"id": "7", "name": "Won't Do"}, {"id": "8", "name": "Done"}]
    steps = [
        {"id": 11, "name": "Start", "to": {"name": "Doing", "statusCategory": {"key": "indeterminate"}}},
        {"id": "21", "name": "Finish", "to": DONE, "fields": {"resolution": {"allowedValues": allowed}}},
    ]
    there.net.get(f"{API}/issue/10001/transitions", json={"transitions": steps})
    there.net.post(f"{API}/issue/10001/transitions", status=204)
    jira(OutField("status", ("Resolved", "done"), "state")).write(update(state=State.RESOLVED))
    assert there.sent("POST", "/transitions") == [{"transition": {"id": "21"}, "fields": {"resolution": {"id": "8"}}}]


def test_no_field_goes_with_a_transition_that_asks_for_none(jira: Any, there: There) -> None:
    there.reads()
    there.net.get(f"{API}/issue/10001/transitions", json={"transitions": [{"id": 21, "to": DONE, "fields": {}}]})
    there.net.post(f"{API}/issue/10001/transitions", status=204)
    fields = OutField("status", ("done",), "state"), OutField("resolution", "Done")
    jira(*fields).write(update())
    assert there.sent("POST", "/transitions") == [{"transition": {"id": "21"}}]


def test_an_issue_that_is_already_there_is_left_alone(jira: Any, there: There) -> None:
    there.reads(status=DONE)
    receipt = jira(OutField("status", ("Resolved", "done"), "state")).write(update(state=State.RESOLVED))
    assert [one.request.method for one in there.net.calls] == ["GET"]
    assert receipt.values["state"] == "resolved"


def test_a_dead_end_names_where_one_can_go(jira: Any, there: There) -> None:
    there.reads()
    steps = [{"id": "1", "to": {"name": "Doing"}}, {"id": "2", "to": {"name": "Blocked"}}]
    there.net.get(f"{API}/issue/10001/transitions", json={"transitions": steps})
    receipt = jira(OutField("status", ("Resolved", "done"), "state")).write(update(state=State.RESOLVED))
    assert receipt.warnings == (
        "there OPS-1: no transition leads to Resolved or done from here; one can go to Doing, Blocked.",
    )


def test_a_comment_bears_its_marks_in_the_one_post(jira: Any, there: There) -> None:
    there.reads()
    there.net.post(f"{API}/issue/10001/comment", status=201, json={"id": "1"})
    jira(OutField("internal", "For us.", "comment"), OutField("public", "For all.", "comment")).write(update())
    internal, public = there.sent("POST", "/comment")
    assert internal == {
        "body": "For us.\n[rung op-7]",
        "properties": [
            {"key": "rung.operation", "value": {"id": "op-7", "part": "internal"}},
            {"key": "sd.public.comment", "value": {"internal": True}},
        ],
    }
    assert public == {
        "body": "For all.",
        "properties": [{"key": "rung.operation", "value": {"id": "op-7", "part": "public"}}],
    }


MARK = {"key": "rung.operation", "value": {"id": "op-7", "part": "public"}}
ME = {"accountId": "me"}


@pytest.mark.parametrize(
    ("field", "comment", "stands"),
    [
        ("public", {"body": "Edited since.", "properties": [MARK]}, True),
        ("internal", {"body": "For us.\r\n[rung op-7]"}, True),
        ("internal", {"body": "For us.\n[rung op-70]"}, False),
        ("internal", {"body": "For us.", "properties": [MARK]}, False),
        ("public", {"body": "Text.", "author": ME}, True),
        ("public", {"body": "Text.", "author": {"accountId": "dana"}}, False),
        ("public", {"body": "Text.", "author": ME, "properties": [{**MARK, "value": {"id": "op-6"}}]}, False),
    ],
)
def test_a_comment_is_looked_for_before_it_is_repeated(
    jira: Any, there: There, field: str, comment: dict[str, Any], stands: bool
) -> None:
    there.reads()
    there.net.get(f"{API}/issue/10001/comment", json={"comments": [comment]})
    there.net.post(f"{API}/issue/10001/comment", status=201, json={"id": "1"})
    receipt = jira(OutField(field, "Text.", "comment")).write(update(look_first=True))
    assert receipt.found is stands
    assert len(there.sent("POST", "/comment")) == (0 if stands else 1)
    asked = next(one.request.url for one in there.net.calls if "/comment?" in one.request.url)
    assert parse_qs(urlsplit(asked).query) == {"expand": ["properties"], "orderBy": ["-created"], "maxResults": ["100"]}


def test_a_failure_after_something_was_done_must_be_looked_for(jira: Any, there: There) -> None:
    """The first comment stands; the second was refused for now: a blind repetition would write the first twice."""
    there.reads()
    there.net.post(f"{API}/issue/10001/comment", status=201, json={"id": "1"})
    there.net.post(f"{API}/issue/10001/comment", status=429, headers={"Retry-After": "20"})
    error = fails(jira(OutField("internal", "A", "comment"), OutField("public", "B", "comment")), update())
    assert error.ambiguous
    assert error.retry_after == 20.0


def test_a_refusal_beside_something_done_is_a_warning(jira: Any, there: There) -> None:
    there.reads()
    there.net.put(f"{API}/issue/10001", status=204)
    there.net.post(f"{API}/issue/10001/comment", status=403, json={"errorMessages": ["No permission to comment."]})
    receipt = jira(OutField("summary", "New"), OutField("public", "B", "comment")).write(update())
    assert "No permission to comment." in receipt.warnings[0]


def test_a_limit_on_one_issue_does_not_hold_the_platform(jira: Any, there: There) -> None:
    there.reads()
    headers = {"Retry-After": "30", "RateLimit-Reason": "jira-per-issue-on-write"}
    there.net.put(f"{API}/issue/10001", status=429, headers=headers)
    error = fails(jira(OutField("summary", "New")), update())
    assert (error.platform_down, error.permanent, error.retry_after) == (False, False, 30.0)


@pytest.mark.parametrize("reason", ["jira-quota-global-based", "jira-burst-based", ""])
def test_a_limit_on_the_account_holds_the_platform(jira: Any, there: There, reason: str) -> None:
    there.reads()
    there.net.put(f"{API}/issue/10001", status=429, headers={"Retry-After": "30", "RateLimit-Reason": reason})
    assert fails(jira(OutField("summary", "New")), update()).platform_down


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (401, {}),
        (404, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}),
        (403, {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}),
        (403, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example.com/login.jsp"}),
    ],
)
def test_wrong_credentials_are_told_from_a_missing_issue(
    jira: Any, net: responses.RequestsMock, status: int, headers: dict[str, str]
) -> None:
    net.get(f"{API}/issue/10001", status=status, headers=headers)
    error = fails(jira(OutField("summary", "New")), update())
    assert error.platform_down
    assert not error.permanent
    assert "token" in error.message


def test_the_library_does_not_repeat_a_post(jira: Any, net: responses.RequestsMock) -> None:
    net.post(f"{API}/issue", body=requests.ConnectionError("cut"))
    error = fails(jira(OutField("summary", "New")), creation(title="New"))
    assert error.ambiguous
    assert len(net.calls) == 1


def test_a_creation_holds_only_what_every_project_takes_and_the_rest_follows(jira: Any, there: There) -> None:
    there.net.post(f"{API}/issue", status=201, json={"id": "10001", "key": "OPS-1"})
    there.reads()
    there.net.put(f"{API}/issue/10001", status=204)
    fields = OutField("summary", "Down"), OutField("labels", ["alert"]), OutField("priority", "High")
    jira(*fields, issue_type="[System] Incident").write(creation(title="Down"))
    assert there.sent("POST", "/issue")[0]["fields"] == {
        "summary": "Down",
        "labels": ["alert", "rung-op-7"],
        "project": {"key": "OPS"},
        "issuetype": {"name": "[System] Incident"},
    }
    assert there.sent("PUT", "/issue/10001")[0]["fields"] == {"priority": {"id": "2"}}


def test_a_creation_survives_what_its_project_refuses(jira: Any, there: There) -> None:
    there.net.post(f"{API}/issue", status=201, json={"id": "10001", "key": "OPS-1"})
    there.reads()
    there.net.put(f"{API}/issue/10001", status=403, json={"errorMessages": ["You may not edit."]})
    receipt = jira(OutField("summary", "Down"), OutField("priority", "High")).write(creation(title="Down"))
    assert receipt.record is not None
    assert receipt.record.key == "OPS-1"
    assert "You may not edit." in receipt.warnings[0]


def test_a_creation_without_a_project_says_what_to_configure(jira: Any) -> None:
    error = fails(jira(OutField("summary", "Down"), project=""), creation(title="Down"))
    assert error.permanent
    assert "project" in error.message


class Api:
    """A search that lags behind."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def search(self, jql: str) -> list[str]:
        self.asked.append(jql)
        return self.answers.pop(0)


def test_a_search_that_lags_is_asked_again_before_anything_is_created_twice() -> None:
    now = [0.0]
    api: Any = Api([], ["10001"])
    creations = Creations(api, "there", "OPS", 10.0, lambda: now[0])
    creations.begin("op-7")
    now[0] = 1.0
    with pytest.raises(PlatformError, match="lags behind") as caught:
        creations.earlier("op-7")
    assert caught.value.ambiguous
    assert caught.value.retry_after == pytest.approx(9.0)
    assert not caught.value.platform_down
    assert creations.earlier("op-7") == "10001"
    assert api.asked[0] == 'project = "OPS" AND labels = "rung-op-7" ORDER BY created ASC'


def test_a_search_that_has_settled_is_believed() -> None:
    now = [0.0]
    api: Any = Api([], [])
    creations = Creations(api, "there", "OPS", 10.0, lambda: now[0])
    with pytest.raises(PlatformError):
        creations.earlier("op-7")
    now[0] = 10.5
    assert creations.earlier("op-7") == ""


def test_an_operation_id_cannot_change_the_search() -> None:
    api: Any = Api([])
    with pytest.raises(PlatformError):
        Creations(api, "there", "OPS", 10.0).earlier('x" OR project = "PAY')
    assert api.asked == []


@pytest.mark.parametrize("key", ["../myself", "OPS-1/comment", "", "OPS 1", "OPS-1?x"])
def test_a_key_cannot_lead_elsewhere(jira: Any, net: responses.RequestsMock, key: str) -> None:
    write = RecordWrite(operation_id="op-7", record=RecordRef("there", "OPS", key, ""), changes=Changes())
    assert fails(jira(OutField("summary", "x")), write).permanent
    assert len(net.calls) == 0


@pytest.mark.parametrize("body", [{}, [], {"fields": None, "id": "1", "key": "K"}, {"id": "10001"}, 7, None])
def test_an_answer_of_another_shape_is_the_platforms_trouble(jira: Any, net: responses.RequestsMock, body: Any) -> None:
    net.get(f"{API}/issue/10001", json=body)
    error = fails(jira(OutField("summary", "x")), update())
    assert error.platform_down
    assert not error.ambiguous


def test_what_was_written_is_not_undone_by_a_failing_read(jira: Any, there: There) -> None:
    there.reads()
    there.net.post(f"{API}/issue/10001/comment", status=201, json={"id": "1"})
    there.net.add(responses.GET, f"{API}/issue/10001", status=404, json={"errorMessages": ["gone"]})
    receipt = jira(OutField("public", "B", "comment")).write(update())
    assert "could not be read back" in receipt.warnings[0]
    assert receipt.record == RecordRef("there", "OPS", "10001", "OPS-1", "https://jira.example.com/browse/OPS-1")


def test_the_version_is_the_moment_of_the_last_change(jira: Any, there: There) -> None:
    there.reads(updated="2026-03-01T13:00:00.123+0100")
    there_is = jira()
    assert there_is.write(update()).version == 1772366400123
    body = there_is.fetch(REF)
    assert body is not None
    assert body["timestamp"] == 1772366400123
    assert body["webhookEvent"] == "jira:issue_updated"


def test_a_personal_token_is_a_bearer_token(jira: Any, net: responses.RequestsMock) -> None:
    net.get(f"{API}/myself", json={"name": "rung", "key": "JIRAUSER10100", "displayName": "Rung"})
    me = jira(auth=Bearer(Secret.of("pat-1")), deployment="datacenter").identity()
    assert net.calls[0].request.headers["Authorization"] == "Bearer pat-1"
    assert (me.account, me.login) == ("rung", "rung")


def test_an_auth_or_option_that_jira_does_not_have_stops_the_start(jira: Any) -> None:
    with pytest.raises(ValueError, match="basic or bearer"):
        jira(auth=ApiKey(Secret.of("x")))
    with pytest.raises(ValueError, match="search_settles"):
        jira(options={"search_settles": "soon"})


@pytest.mark.parametrize(
    ("value", "about", "shape"),
    [
        ("High", PRIORITY, {"id": "2"}),
        ({"id": "2"}, PRIORITY, {"id": "2"}),
        ("Payments", {"schema": {"type": "string"}}, "Payments"),
        ("Payments", {"schema": {"type": "group"}}, {"name": "Payments"}),
        ("Payments", {"schema": {"type": "option"}}, {"value": "Payments"}),
        ("Payments", {"schema": {"type": "option"}, "allowedValues": [{"id": "5", "value": "payments"}]}, {"id": "5"}),
        ("Payments", {"schema": {"type": "array", "items": "component"}}, [{"name": "Payments"}]),
        ("x", {"schema": {"type": "array", "items": "string"}}, ["x"]),
        ("", {"schema": {"type": "option"}}, None),
        ("", {"schema": {"type": "string"}}, ""),
        (["a", "b"], {"schema": {"type": "array", "items": "string"}}, ["a", "b"]),
    ],
)
def test_a_value_takes_the_shape_that_its_field_asks_for(value: Any, about: Any, shape: Any) -> None:
    assert screen.shaped("field", value, about) == shape


def test_a_field_that_is_on_no_screen_is_a_warning() -> None:
    fitted = screen.fit_to({"customfield_1": "x"}, {}, "there OPS-1")
    assert fitted.fields == {}
    assert "customfield_1 cannot be edited; put it on the edit screen" in fitted.warnings[0]


def test_the_first_wanted_status_wins_and_a_name_before_a_category() -> None:
    steps = [
        {"id": "1", "to": {"name": "Closed", "statusCategory": {"key": "done"}}},
        {"id": "2", "to": {"name": "Resolved", "statusCategory": {"key": "done"}}},
    ]
    assert workflow.step(steps, ("Resolved", "done"), None, "x").id == "2"
    assert workflow.step(steps, ("done", "Resolved"), None, "x").id == "1"
    assert workflow.step(steps, ("Gone",), None, "x").id == ""

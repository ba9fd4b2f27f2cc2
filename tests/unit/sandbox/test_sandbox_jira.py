"""The Jira stand-in, asked by the real jira library and by plain requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests
from jira import JIRA, JIRAError

from sandbox.embedded import Sandbox
from sandbox.seed import load_seed

CLOUD_LOGIN = ("rung.integration@example.com", "sandbox-only")
SERVER_LOGIN = ("rung.integration", "sandbox-only")


def make(client: JIRA, **fields: Any) -> Any:
    return client.create_issue(project={"key": "OPS"}, issuetype={"name": "Task"}, summary="Down", **fields)


def api(box: Sandbox, method: str, path: str, auth: Any = CLOUD_LOGIN, **rest: Any) -> requests.Response:
    return requests.request(method, f"{box.jira_url}/rest/api/{path}", auth=auth, timeout=5, **rest)


@pytest.fixture(params=["cloud", "datacenter"])
def either(request: pytest.FixtureRequest) -> tuple[JIRA, Sandbox]:
    name = {"cloud": "box", "datacenter": "dc_box"}[request.param]
    return request.getfixturevalue(request.param), request.getfixturevalue(name)


def test_it_tells_its_deployment_type(cloud: JIRA, datacenter: JIRA) -> None:
    assert cloud.deploymentType == "Cloud"
    assert datacenter.deploymentType == "Server"
    assert datacenter._version >= (10, 0, 0)


def test_it_knows_who_is_asking(box: Sandbox, cloud: JIRA, datacenter: JIRA) -> None:
    assert cloud.myself()["accountId"] == box.person("rung.integration")["account_id"]
    assert (datacenter.myself()["name"], datacenter.myself()["key"]) == ("rung.integration", "rung.integration")


def test_it_creates_and_shows_an_issue(either: tuple[JIRA, Sandbox]) -> None:
    client, box = either
    issue = client.create_issue(
        project="OPS", issuetype="Incident", summary="Down", description="h1. All", labels=["b", "a"]
    )
    assert (issue.key, issue.fields.status.name, issue.fields.priority.name) == ("OPS-1", "To Do", "Medium")
    assert issue.fields.status.statusCategory.key == "new"
    assert issue.fields.labels == ["a", "b"]
    assert issue.fields.reporter.displayName == "Rung Integration"
    box.assert_nothing_unexpected()


def test_it_edits_with_fields_and_with_verbs(either: tuple[JIRA, Sandbox]) -> None:
    client, box = either
    issue = make(client, labels=["old"])
    issue.update(fields={"priority": {"id": "1"}, "summary": "Still down"})
    issue.update(update={"labels": [{"add": "new"}, {"remove": "old"}], "comment": [{"add": {"body": "hello"}}]})
    assert (issue.fields.priority.name, issue.fields.labels) == ("Highest", ["new"])
    assert box.issue(issue.key)["comments"][0]["text"] == "hello"
    box.assert_nothing_unexpected()


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"priority": {"id": "9"}}, "priority"),
        ({"labels": ["two words"]}, "labels"),
        ({"summary": "two\nlines"}, "summary"),
        ({"severity": "1"}, "severity"),
        ({"assignee": {"accountId": "nobody"}}, "assignee"),
        ({"description": {"type": "doc"}}, "description"),
    ],
)
def test_it_refuses_bad_values_field_by_field(box: Sandbox, cloud: JIRA, fields: Any, complaint: str) -> None:
    issue = make(cloud)
    answer = api(box, "PUT", f"2/issue/{issue.key}", json={"fields": {"duedate": "2026-12-01", **fields}})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [complaint]
    assert box.issue(issue.key)["duedate"] is None


def test_status_cannot_be_edited(box: Sandbox, cloud: JIRA) -> None:
    issue = make(cloud)
    with pytest.raises(JIRAError):
        issue.update(fields={"status": {"name": "Done"}})
    assert box.issue(issue.key)["status"] == "To Do"
    with pytest.raises(AssertionError, match="use a transition"):
        box.assert_nothing_unexpected()


def test_cloud_assigns_by_account_id(box: Sandbox, cloud: JIRA) -> None:
    issue, lee = make(cloud), box.person("lee.park")
    put = api(box, "PUT", f"2/issue/{issue.key}/assignee", json={"accountId": lee["account_id"]})
    assert put.status_code == 204
    issue.update(fields={"assignee": {"accountId": box.person("dana.reyes")["account_id"]}})
    assert issue.fields.assignee.displayName == "Dana Reyes"
    by_name = api(box, "PUT", f"2/issue/{issue.key}/assignee", json={"name": "lee.park"})
    assert by_name.status_code == 400
    assert api(box, "PUT", f"2/issue/{issue.key}/assignee", json={"accountId": None}).status_code == 204
    assert box.issue(issue.key)["assignee"] is None


def test_datacenter_assigns_by_name(dc_box: Sandbox, datacenter: JIRA) -> None:
    issue = make(datacenter)
    assert datacenter.assign_issue(issue.key, "lee.park")
    assert dc_box.issue(issue.key)["assignee"] == "lee.park"
    dc_box.assert_nothing_unexpected()


def test_the_librarys_fuzzy_search_can_assign_the_wrong_account(box: Sandbox, cloud: JIRA) -> None:
    issue = make(cloud)
    cloud.assign_issue(issue.key, "dana")
    assert box.issue(issue.key)["assignee"] == "dana.reyes"


def test_it_walks_the_workflow_one_step_at_a_time(either: tuple[JIRA, Sandbox]) -> None:
    client, box = either
    issue = make(client)
    assert [(one["id"], one["to"]["name"]) for one in client.transitions(issue)] == [("11", "In Progress")]
    with pytest.raises(JIRAError, match="not valid for this issue"):
        client.transition_issue(issue, "21")
    client.transition_issue(issue, "Start progress")
    client.transition_issue(issue, "21", fields={"resolution": {"name": "Won't Do"}}, comment="no need")
    done = client.issue(issue.key)
    assert (done.fields.status.name, done.fields.resolution.name) == ("Done", "Won't Do")
    assert done.fields.resolutiondate
    client.transition_issue(issue, "Reopen")
    assert client.issue(issue.key).fields.resolution is None
    assert [comment["text"] for comment in box.issue(issue.key)["comments"]] == ["no need"]
    assert "came as a number" in box.calls("jira", "POST", "*/transitions")[0]["notes"][0]
    box.assert_nothing_unexpected()


def test_comments_carry_properties(either: tuple[JIRA, Sandbox]) -> None:
    client, box = either
    issue = make(client)
    where = f"{box.jira_url}/rest/api/2"
    body = {"body": "hi", "properties": [{"key": "rung.operation", "value": {"id": "op-1"}}]}
    made = client._session.post(f"{where}/issue/{issue.key}/comment", json=body)
    number = made.json()["id"]
    assert made.status_code == 201
    assert client._session.get(f"{where}/comment/{number}/properties/rung.operation").json()["value"] == {"id": "op-1"}
    assert client._session.put(f"{where}/comment/{number}/properties/rung.operation", json=2).status_code == 200
    assert client._session.put(f"{where}/comment/{number}/properties/other", json=[1]).status_code == 201
    listed = client._session.get(f"{where}/issue/{issue.key}/comment", params={"expand": "properties"}).json()
    assert {one["key"] for one in listed["comments"][0]["properties"]} == {"rung.operation", "other"}
    assert "properties" not in client._session.get(f"{where}/issue/{issue.key}/comment").json()["comments"][0]
    box.assert_nothing_unexpected()


def test_comments_can_be_listed_read_changed_and_be_internal(either: tuple[JIRA, Sandbox]) -> None:
    client, box = either
    issue = make(client)
    client.add_comment(issue, "first", is_internal=True)
    second = client.add_comment(issue, "second")
    second.update(body="second, mended")
    assert [one.body for one in client.comments(issue, order_by="-created")] == ["second, mended", "first"]
    assert client.comment(issue.key, second.id).updateAuthor.displayName == "Rung Integration"
    assert [one["internal"] for one in box.issue(issue.key)["comments"]] == [True, False]
    if client.deploymentType == "Cloud":
        assert [one.jsdPublic for one in client.comments(issue)] == [False, True]
    with pytest.raises(JIRAError):
        client.add_comment(issue, " ")
    box.assert_nothing_unexpected()


def test_issue_properties_and_remote_links_are_upserted(either: tuple[JIRA, Sandbox]) -> None:
    client, box = either
    issue = make(client)
    assert client.add_issue_property(issue.key, "rung", {"ticket": 1}).status_code == 201
    assert client.add_issue_property(issue.key, "rung", {"ticket": 2}).status_code == 200
    assert client.issue_property(issue.key, "rung").value.ticket == 2
    for title in ("one", "two"):
        link = {"globalId": "rung:1", "object": {"url": "http://rung.example.com/1", "title": title}}
        client._session.post(f"{box.jira_url}/rest/api/2/issue/{issue.key}/remotelink", json=link)
    assert [one.object.title for one in client.remote_links(issue)] == ["two"]
    with pytest.warns(Warning, match="applicationlinks"):
        client.add_remote_link(issue.key, {"url": "http://x.example.com", "title": "x"}, globalId="rung:2")
    assert len(box.issue(issue.key)["remote_links"]) == 2
    box.assert_nothing_unexpected()


def test_metadata_names_what_may_be_set(either: tuple[JIRA, Sandbox]) -> None:
    client, box = either
    issue = make(client)
    allowed = client.editmeta(issue.key)["fields"]["priority"]["allowedValues"]
    assert [one["name"] for one in allowed] == ["Highest", "High", "Medium", "Low", "Lowest"]
    assert [one.id for one in client.priorities()] == ["1", "2", "3", "4", "5"]
    assert {one.key for one in client.projects()} == {"OPS", "PAY"}
    assert {one.name for one in client.project("OPS").issueTypes} == {"Task", "Incident", "Bug"}
    if client.deploymentType == "Cloud":
        assert client.createmeta(projectKeys="OPS")["projects"][0]["issuetypes"][0]["fields"]["summary"]["required"]
    else:
        assert {one.name for one in client.project_issue_types("OPS")} == {"Task", "Incident", "Bug"}
        assert "priority" in {one.fieldId for one in client.project_issue_fields("OPS", "10001")}
    box.assert_nothing_unexpected()


def test_cloud_finds_users_by_query_and_hides_an_email(box: Sandbox, cloud: JIRA) -> None:
    found = cloud.search_users(query="lee.park@example.com")
    assert [(one.accountId, one.emailAddress) for one in found] == [
        (box.person("lee.park")["account_id"], "lee.park@example.com")
    ]
    hidden = cloud.search_users(query="Sam")[0]
    assert "emailAddress" not in hidden.raw
    assert "name" not in hidden.raw
    assert cloud.search_users(query="sam.okafor@ex") == []
    assert cloud.search_assignable_users_for_issues(query="Dana", project="OPS")[0].displayName == "Dana Reyes"
    assert api(box, "GET", "2/user/search", params={"username": "lee"}).status_code == 400
    box.assert_nothing_unexpected()


def test_datacenter_finds_users_by_username(dc_box: Sandbox, datacenter: JIRA) -> None:
    found = datacenter.search_users(user="sam.okafor@example.com")
    assert [(one.name, one.emailAddress) for one in found] == [("sam.okafor", "sam.okafor@example.com")]
    assert datacenter.search_assignable_users_for_issues(username="lee", project="OPS")[0].key == "lee.park"
    missing = requests.get(f"{dc_box.jira_url}/rest/api/2/user/search?query=x", auth=SERVER_LOGIN, timeout=5)
    assert missing.status_code == 400
    dc_box.assert_nothing_unexpected()


@pytest.mark.parametrize(
    ("jql", "found"),
    [
        ("project = OPS ORDER BY key", "OPS-1 OPS-2 OPS-3"),
        ("project = OPS AND status = 'In Progress'", "OPS-2"),
        ("project = OPS AND statusCategory != Done ORDER BY key DESC", "OPS-2 OPS-1"),
        ("project = OPS AND labels = x", "OPS-1"),
        ("project = OPS AND reporter = currentUser() order by key", "OPS-1 OPS-2"),
        ("creator = currentUser() AND project != PAY order by key", "OPS-1 OPS-2"),
        ("key in (OPS-1, 'OPS-3') ORDER BY key", "OPS-1 OPS-3"),
        ("key = OPS-2", "OPS-2"),
        ("project = OPS AND updated >= '-5m' ORDER BY key", "OPS-1 OPS-2 OPS-3"),
        ('project = OPS AND created >= "2099-01-01 00:00"', ""),
        ("project = OPS AND assignee is EMPTY order by key", "OPS-1 OPS-2 OPS-3"),
    ],
)
def test_it_searches(either: tuple[JIRA, Sandbox], jql: str, found: str) -> None:
    client, box = either
    make(client, labels=["x"])
    client.transition_issue(make(client), "11")
    third = box.act("jira", "create", who="dana.reyes", project="OPS", fields={"summary": "Mine"})["key"]
    for to in ("In Progress", "Done"):
        box.act("jira", "transition", who="dana.reyes", key=third, to=to)
    assert " ".join(issue.key for issue in client.search_issues(jql)) == found
    box.assert_nothing_unexpected()


@pytest.mark.parametrize(
    "jql",
    [
        "project = NOPE",
        "colour = red",
        "project = OPS OR project = PAY",
        "key = OPS-99",
        "updated >= soon",
        "project =",
    ],
)
def test_it_refuses_jql_that_it_does_not_know(either: tuple[JIRA, Sandbox], jql: str) -> None:
    client, _ = either
    with pytest.raises(JIRAError) as refused:
        client.search_issues(jql)
    assert refused.value.status_code == 400
    assert refused.value.response.json()["errorMessages"]


def test_cloud_pages_by_token_and_its_old_search_is_gone(box: Sandbox, cloud: JIRA) -> None:
    for _ in range(5):
        make(cloud)
    assert len(cloud.search_issues("project = OPS", maxResults=0)) == 5
    page = api(
        box, "POST", "3/search/jql", json={"jql": "project = OPS", "maxResults": 2, "fields": ["summary"]}
    ).json()
    assert (page["isLast"], len(page["issues"])) == (False, 2)
    token = page["nextPageToken"]
    params = {"jql": "project = OPS", "maxResults": 3, "nextPageToken": token}
    rest = api(box, "GET", "3/search/jql", params=params).json()
    assert (rest["isLast"], set(rest["issues"][0])) == (True, {"id"})
    assert api(box, "POST", "3/search/jql", json={"jql": "order by key"}).status_code == 400
    box.assert_nothing_unexpected()
    assert api(box, "GET", "2/search", params={"jql": "project = OPS"}).status_code == 410


def test_version_3_sends_documents(box: Sandbox, cloud: JIRA) -> None:
    make(cloud, description="a\nb")
    params = {"jql": "project = OPS", "fields": "description"}
    found = api(box, "GET", "3/search/jql", params=params).json()["issues"][0]["fields"]["description"]
    assert (found["type"], len(found["content"])) == ("doc", 2)


def test_it_keeps_a_changelog(either: tuple[JIRA, Sandbox]) -> None:
    client, box = either
    issue = make(client)
    issue.update(fields={"priority": {"id": "2"}})
    [entry] = client.issue(issue.key, expand="changelog").changelog.histories
    item = entry.items[0]
    assert (item.field, item.fromString, item.toString) == ("priority", "Medium", "High")
    box.assert_nothing_unexpected()


def test_wrong_credentials_are_refused(box: Sandbox, dc_box: Sandbox) -> None:
    assert api(box, "GET", "2/myself", auth=("rung.integration@example.com", "wrong")).status_code == 401
    assert api(box, "GET", "2/myself", auth=None).status_code == 401
    headers = {"Authorization": "Bearer wrong"}
    assert requests.get(f"{dc_box.jira_url}/rest/api/2/myself", headers=headers, timeout=5).status_code == 401


def test_a_missing_issue_is_404_with_jiras_body(box: Sandbox) -> None:
    answer = api(box, "GET", "2/issue/OPS-99")
    assert answer.status_code == 404
    assert answer.json() == {
        "errorMessages": ["Issue does not exist or you do not have permission to see it."],
        "errors": {},
    }


def test_cloud_limits_writes_to_one_issue(box: Sandbox, cloud: JIRA) -> None:
    busy, calm = make(cloud), make(cloud)
    put = [api(box, "PUT", f"2/issue/{busy.key}/properties/p", json=number) for number in range(21)]
    assert [answer.status_code for answer in put] == [201] + 19 * [200] + [429]
    assert put[-1].headers["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert 1 <= int(put[-1].headers["Retry-After"]) <= 3
    assert api(box, "PUT", f"2/issue/{calm.key}/properties/p", json=1).status_code == 201
    assert api(box, "GET", f"2/issue/{busy.key}").status_code == 200


@pytest.mark.parametrize("path", ["2/issue/OPS-1/worklog", "3/issue/OPS-1", "2/myself?colour=red", "2/dashboard"])
def test_an_unknown_call_is_answered_501_and_listed(box: Sandbox, cloud: JIRA, path: str) -> None:
    make(cloud)
    assert api(box, "GET", path).status_code == 501
    assert len(box.unexpected()) == 1


def test_remote_links_are_removed_by_their_global_id(box: Sandbox, cloud: JIRA) -> None:
    issue = make(cloud)
    link = {"globalId": "rung:1", "object": {"url": "http://rung.example.com/1", "title": "one"}}
    where = f"2/issue/{issue.key}/remotelink"
    assert [api(box, "POST", where, json=link).status_code for _ in range(2)] == [201, 200]
    assert api(box, "DELETE", where).status_code == 400
    assert api(box, "DELETE", where, params={"globalId": "rung:1"}).status_code == 204
    assert api(box, "GET", where, params={"globalId": "rung:1"}).status_code == 404


def test_clouds_search_can_lag_behind() -> None:
    seed = replace(load_seed(), jira_search_lag=60.0)
    with Sandbox(seed=seed) as box:
        client = JIRA(box.jira_url, basic_auth=CLOUD_LOGIN, max_retries=0, timeout=(3, 5))
        issue = make(client)
        assert client.search_issues("project = OPS") == []
        assert client.issue(issue.key).fields.summary == "Down"

"""The webhooks of both stand-ins: bodies, credentials, retries and what can go wrong with them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from jira import JIRA

from sandbox.embedded import Sandbox
from sandbox.hooks import signature
from sandbox.seed import load_seed


def bodies(listener: Any) -> list[dict[str, Any]]:
    return [json.loads(raw) for _, raw in listener.got]


def test_the_signature_is_the_published_one() -> None:
    expected = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert signature("It's a Secret to Everybody", b"Hello World!") == expected


def test_the_business_rule_sends_the_pinned_body(box: Sandbox, listener: Any) -> None:
    token = {"kind": "header", "name": "X-Token", "value": "t"}
    box.targets("servicenow", [{"url": listener.url, "auth": token}])
    made = box.act("servicenow", "create", who="dana.reyes", fields={"short_description": "Down", "impact": "1"})
    box.act("servicenow", "assign", who="dana.reyes", number=made["number"], group="Payments Support", to="lee.park")
    assert box.settle()
    first, second = bodies(listener)
    assert (first["operation"], first["sys_mod_count"], first["fields"]["assigned_to"]["value"]) == ("insert", "0", "")
    assert (second["table"], second["operation"], second["sys_mod_count"]) == ("incident", "update", "1")
    assert (second["number"], second["sys_updated_by"]) == (made["number"], "dana.reyes")
    lee = box.person("lee.park")
    assert second["fields"]["assigned_to"] == {
        "value": lee["sys_id"],
        "display_value": "Lee Park",
        "email": "lee.park@example.com",
    }
    assert second["fields"]["assignment_group"]["display_value"] == "Payments Support"
    assert set(second) == {
        "table", "sys_id", "number", "operation", "sys_mod_count", "sys_updated_on", "sys_updated_by", "sys_created_by",
        "changed", "fields",
    }  # fmt: skip
    assert listener.got[0][0]["X-Token"] == "t"


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ({"kind": "basic", "username": "u", "password": "p"}, "Basic dTpw"),
        ({"kind": "bearer", "token": "abc"}, "Bearer abc"),
    ],
)
def test_credentials_go_with_a_webhook_and_are_not_shown(
    box: Sandbox, listener: Any, auth: dict[str, str], header: str
) -> None:
    box.targets("servicenow", [{"url": listener.url, "auth": auth}])
    box.act("servicenow", "create", who="dana.reyes")
    box.settle()
    assert listener.got[0][0]["Authorization"] == header
    assert "auth" not in json.dumps(box.webhooks("servicenow"))


def test_servicenow_does_not_retry(box: Sandbox, listener: Any) -> None:
    listener.answers = [503]
    box.targets("servicenow", [{"url": listener.url}])
    box.act("servicenow", "create", who="dana.reyes")
    box.settle()
    [told] = box.webhooks("servicenow")
    assert (told["state"], [one["status"] for one in told["attempts"]]) == ("failed", [503])


def test_own_writes_come_back_unless_the_rule_leaves_the_user_out(box: Sandbox, listener: Any) -> None:
    box.targets("servicenow", [{"url": listener.url}, {"url": listener.url, "exclude_user": "rung.integration"}])
    box.act("servicenow", "create", who="rung.integration")
    box.settle()
    assert len(listener.got) == 1


def test_jira_signs_marks_and_describes_its_webhooks(box: Sandbox, listener: Any) -> None:
    box.targets("jira", [{"url": listener.url, "secret": "s"}])
    key = box.act("jira", "create", who="dana.reyes", project="OPS", fields={"summary": "Down"})["key"]
    box.act("jira", "assign", who="dana.reyes", key=key, to="lee.park")
    box.act("jira", "transition", who="lee.park", key=key, to="In Progress")
    box.act("jira", "delete", who="tomas.novak", key=key)
    assert box.settle()
    created, assigned, moved, deleted = bodies(listener)
    assert (created["webhookEvent"], created["issue_event_type_name"]) == ("jira:issue_created", "issue_created")
    assert (assigned["webhookEvent"], assigned["issue_event_type_name"]) == ("jira:issue_updated", "issue_assigned")
    assert (moved["issue_event_type_name"], deleted["webhookEvent"]) == ("issue_generic", "jira:issue_deleted")
    item = assigned["changelog"]["items"][0]
    assert (item["field"], item["to"], item["toString"]) == (
        "assignee",
        box.person("lee.park")["account_id"],
        "Lee Park",
    )
    assert moved["changelog"]["items"][0]["toString"] == "In Progress"
    assert "emailAddress" not in json.dumps(assigned)
    assert assigned["issue"]["fields"]["status"]["statusCategory"]["key"] == "new"
    for headers, raw in listener.got:
        assert headers["X-Hub-Signature"] == "sha256=" + hmac.new(b"s", raw, hashlib.sha256).hexdigest()
        assert "X-Atlassian-Webhook-Retry" not in headers
    assert len({headers["X-Atlassian-Webhook-Identifier"] for headers, _ in listener.got}) == 4


def test_one_comment_is_told_twice(box: Sandbox, dc_box: Sandbox, listener: Any) -> None:
    for one, has_issue in ((box, True), (dc_box, False)):
        key = one.act("jira", "create", who="dana.reyes", project="OPS", fields={"summary": "Down"})["key"]
        one.targets("jira", [{"url": listener.url}])
        one.act("jira", "comment", who="lee.park", key=key, text="Looking")
        one.settle()
        comment, update = bodies(listener)[-2:]
        assert (comment["webhookEvent"], update["webhookEvent"]) == ("comment_created", "jira:issue_updated")
        assert comment["comment"]["id"] == update["comment"]["id"]
        assert ("issue" in comment, "changelog" in update) == (has_issue, False)
        assert update["issue_event_type_name"] == "issue_commented"


def test_cloud_retries_with_the_same_identifier_and_a_count(listener: Any) -> None:
    listener.answers = [429, 500]
    with Sandbox(speed=100_000) as box:
        box.targets("jira", [{"url": listener.url}])
        box.act("jira", "create", who="dana.reyes", fields={"summary": "x"})
        end = time.monotonic() + 5
        while len(listener.got) < 3 and time.monotonic() < end:
            box.settle()
        [told] = box.webhooks("jira")
    assert [one["status"] for one in told["attempts"]] == [429, 500, 202]
    headers = [got[0] for got in listener.got]
    assert len({one["X-Atlassian-Webhook-Identifier"] for one in headers}) == 1
    assert [one.get("X-Atlassian-Webhook-Retry") for one in headers] == [None, "1", "2"]
    assert len({raw for _, raw in listener.got}) == 1


def test_cloud_gives_up_after_five_retries_and_never_retries_a_404(listener: Any) -> None:
    listener.answers = [404] + 6 * [503]
    with Sandbox(speed=1_000_000) as box:
        box.targets("jira", [{"url": listener.url}])
        for _ in range(2):
            box.act("jira", "create", who="dana.reyes", fields={"summary": "x"})
        end = time.monotonic() + 5
        while len(listener.got) < 7 and time.monotonic() < end:
            box.settle()
        box.settle()
        first, second = box.webhooks("jira")
    assert (first["state"], len(first["attempts"])) == ("failed", 1)
    assert (second["state"], len(second["attempts"])) == ("failed", 6)


def test_datacenter_does_not_retry(dc_box: Sandbox, listener: Any) -> None:
    listener.answers = [503]
    dc_box.targets("jira", [{"url": listener.url}])
    dc_box.act("jira", "create", who="dana.reyes", fields={"summary": "x"})
    dc_box.settle()
    assert [one["state"] for one in dc_box.webhooks("jira")] == ["failed"]


def test_only_the_wanted_events_are_sent(box: Sandbox, listener: Any) -> None:
    box.targets("jira", [{"url": listener.url, "events": ["comment_*"]}])
    key = box.act("jira", "create", who="dana.reyes", fields={"summary": "x"})["key"]
    box.act("jira", "comment", who="dana.reyes", key=key, text="x")
    box.settle()
    assert [body["webhookEvent"] for body in bodies(listener)] == ["comment_created"]


def three(box: Sandbox) -> list[str]:
    numbers = [box.act("servicenow", "create", who="dana.reyes")["number"] for _ in range(3)]
    assert box.settle()
    return numbers


@pytest.mark.parametrize(
    ("kind", "arrive"),
    [
        ("webhook_twice", [0, 0, 1, 2]),
        ("webhook_out_of_order", [1, 0, 2]),
        ("webhook_lose", [1, 2]),
        ("webhook_never", []),
        ("webhook_delay", [1, 2, 0]),
    ],
)
def test_webhooks_can_go_wrong(box: Sandbox, listener: Any, kind: str, arrive: list[int]) -> None:
    box.targets("servicenow", [{"url": listener.url}])
    box.fault("servicenow", kind=kind, seconds=0.3)
    numbers = three(box)
    assert [body["number"] for body in bodies(listener)] == [numbers[place] for place in arrive]


def test_a_webhook_held_back_arrives_even_when_nothing_overtakes_it(box: Sandbox, listener: Any) -> None:
    box.targets("servicenow", [{"url": listener.url}])
    box.fault("servicenow", kind="webhook_out_of_order")
    box.act("servicenow", "create", who="dana.reyes")
    assert listener.got == []
    assert box.settle()
    assert len(listener.got) == 1


def test_a_dead_target_is_kept_as_a_failed_attempt(box: Sandbox) -> None:
    box.targets("servicenow", [{"url": "http://127.0.0.1:9/none"}])
    box.act("servicenow", "create", who="dana.reyes")
    assert box.settle()
    assert box.webhooks("servicenow")[0]["attempts"][0]["error"] == "ConnectionError"


def test_a_write_through_the_library_echoes(box: Sandbox, cloud: JIRA, listener: Any) -> None:
    box.targets("jira", [{"url": listener.url}])
    cloud.create_issue(project={"key": "OPS"}, issuetype={"name": "Task"}, summary="x")
    box.settle()
    assert bodies(listener)[0]["user"]["accountId"] == cloud.myself()["accountId"]


def test_the_rule_can_report_the_texts_of_its_change(listener: Any) -> None:
    with Sandbox(seed=replace(load_seed(), journal_in_webhooks=True)) as box:
        box.targets("servicenow", [{"url": listener.url}])
        made = box.act("servicenow", "create", who="dana.reyes")
        box.act("servicenow", "comment", who="dana.reyes", number=made["number"], text="Looking", internal=True)
        box.settle()
    first, second = bodies(listener)
    assert "work_notes" not in first["fields"]
    assert second["fields"]["work_notes"] == "Looking"

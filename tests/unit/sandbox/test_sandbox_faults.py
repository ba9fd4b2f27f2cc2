"""The faults that can be switched on, seen through the real clients."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pysnow.exceptions
import pytest
import requests
from jira import JIRA, JIRAError

from sandbox.embedded import Sandbox

Snow = Callable[..., Any]
INCIDENTS = "/api/now/table/incident*"


def test_429_comes_with_and_without_retry_after(box: Sandbox, snow: Snow) -> None:
    box.fault("servicenow", kind="status", status=429, retry_after=7, path=INCIDENTS)
    box.fault("servicenow", kind="status", status=429, path=INCIDENTS)
    for expected in ("7", None):
        with pytest.raises(requests.HTTPError) as refused:
            snow("incident").get({}).all()
        headers = refused.value.response.headers
        assert headers.get("Retry-After") == expected
        assert ("X-RateLimit-Limit" in headers, "X-RateLimit-Rule" in headers) == (bool(expected), bool(expected))
    assert snow("incident").get({}).all() == []
    assert [call["fault"] for call in box.calls("servicenow")] == ["status", "status", ""]


def test_html_and_202_break_pysnow_as_they_do_in_earnest(box: Sandbox, snow: Snow) -> None:
    box.fault("servicenow", kind="html", status=200, method="POST")
    box.fault("servicenow", kind="accepted", method="POST")
    for _ in range(2):
        with pytest.raises(requests.exceptions.JSONDecodeError):
            snow("incident").create({}).one()
    assert box.incidents() == []


def test_a_502_page_and_a_500_reach_the_jira_library(box: Sandbox, cloud: JIRA) -> None:
    box.fault("jira", kind="html", path="*/myself")
    box.fault("jira", kind="status", status=500, path="*/myself")
    for status in (502, 500):
        with pytest.raises(JIRAError) as broken:
            cloud.myself()
        assert broken.value.status_code == status
    assert cloud.myself()["displayName"] == "Rung Integration"


def test_a_dropped_connection_may_have_committed(box: Sandbox, cloud: JIRA) -> None:
    issue = cloud.create_issue(project={"key": "OPS"}, issuetype={"name": "Task"}, summary="x")
    for kind in ("close", "commit_then_drop"):
        box.fault("jira", kind=kind, method="POST", path="*/comment")
        with pytest.raises(requests.ConnectionError):
            cloud.add_comment(issue, kind)
    assert [comment["text"] for comment in box.issue(issue.key)["comments"]] == ["commit_then_drop"]


def test_a_spoilt_answer_comes_after_the_work_was_done(box: Sandbox, snow: Snow) -> None:
    for kind in ("garbled", "nonsense"):
        box.fault("servicenow", kind=kind, method="POST")
        with pytest.raises((requests.exceptions.JSONDecodeError, pysnow.exceptions.MultipleResults)):
            snow("incident").create({"short_description": kind}).one()["number"]
    assert [one["fields"]["short_description"] for one in box.incidents()] == ["garbled", "nonsense"]


def test_silence_lasts_until_the_client_gives_up(box: Sandbox) -> None:
    box.fault("servicenow", kind="silence", seconds=5)
    began = time.monotonic()
    with pytest.raises(requests.Timeout):
        requests.get(f"{box.servicenow_url}/api/now/table/incident", timeout=(1, 0.2))
    assert time.monotonic() - began < 1
    box.fault("servicenow", kind="silence", seconds=1)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{box.servicenow_url}/api/now/table/incident", timeout=5)


def test_a_delay_answers_late(box: Sandbox, snow: Snow) -> None:
    box.fault("servicenow", kind="delay", seconds=0.2)
    began = time.monotonic()
    assert snow("incident").get({}).all() == []
    assert time.monotonic() - began >= 0.2


def test_a_fault_hits_only_what_it_names_and_can_be_healed(box: Sandbox, snow: Snow, cloud: JIRA) -> None:
    box.fault("servicenow", kind="status", status=503, method="post", path="*/incident", times=None, after=1)
    assert snow("incident").create({}).one()["number"]
    assert snow("incident").create({})._response.status_code == 503
    assert snow("incident").create({})._response.status_code == 503
    assert len(snow("incident").get({}).all()) == 1
    assert cloud.myself()
    box.heal()
    assert snow("incident").create({}).one()["number"] == "INC0010002"


@pytest.mark.parametrize("fault", [{"kind": "fire"}, {"kind": "close", "colour": "red"}])
def test_an_unknown_fault_is_refused(box: Sandbox, fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a fault"):
        box.fault("jira", **fault)


@pytest.mark.parametrize(
    ("platform", "told"),
    [
        ("servicenow", {"do": "assign", "who": "nobody", "number": "INC1"}),
        ("servicenow", {"do": "dance", "who": "lee.park", "number": "INC1"}),
        ("jira", {"do": "assign", "who": "nobody", "key": "OPS-1"}),
        ("jira", {"do": "comment", "who": "lee.park", "key": "OPS-1", "text": "x"}),
    ],
)
def test_an_impossible_act_is_refused_with_a_sentence(box: Sandbox, platform: str, told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="the sandbox refuses"):
        box.act(platform, **told)

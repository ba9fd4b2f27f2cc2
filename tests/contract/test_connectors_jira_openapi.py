"""What the Jira connector sends is what Atlassian's own contract allows; the checker itself is held to account, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors import discover
from connectors.config import Basic, PlatformConfig, Secret
from core.model import Changes, Comment, Impact, Person, Severity, State, Urgency
from core.ports import Platform, RecordWrite
from rung.live import packaged
from sandbox.embedded import Sandbox
from tests.jira_openapi import breaches

DANA = Person("dana", "Dana Reyes", "dana.reyes@example.com")


def call(method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
    return {"method": method, "path": path, "body": body, "query": {name: [value] for name, value in query.items()}}


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def jira(box: Sandbox) -> Iterator[Platform]:
    """The connector with the packaged mapping; every call that it made is held against the contract at the end."""
    box.reset()
    auth = Basic("rung.integration@example.com", Secret.of("sandbox-only"))
    options = {"search_settles": "0"}
    config = PlatformConfig(name="there", kind="jira", url=box.jira_url, auth=auth, project="OPS", options=options)
    bound = packaged()["jira"].bind("there", "there", config.url, options)
    yield discover()["jira"](config, bound.out)
    calls = box.calls("jira")
    assert [one for one in calls if "/rest/api/" in one["path"]]
    assert breaches(calls) == []


def opened() -> RecordWrite:
    """A creation with everything that a ticket tells."""
    changes = Changes(
        title="Payments are down",
        description="Card payments fail.",
        severity=Severity.SEV1,
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
        service="Payments",
        assignee="dana",
        comments=(Comment("Opened because of an alert."), Comment("We look into it.", internal=False)),
    )
    return RecordWrite(operation_id="op-create", record=None, changes=changes, person=DANA)


def test_a_tickets_whole_life_is_written_as_the_contract_allows(jira: Platform) -> None:
    record = jira.write(opened()).record
    for number, state in enumerate((State.IN_PROGRESS, State.ON_HOLD, State.RESOLVED, State.CLOSED)):
        changes = Changes(state=state, resolution="It is over.", comments=(Comment("Moved."),))
        jira.write(RecordWrite(operation_id=f"op-{number}", record=record, changes=changes))
    cleared = Changes(assignee="", severity=Severity.SEV3)
    jira.write(RecordWrite(operation_id="op-cleared", record=record, changes=cleared))
    assert record is not None
    assert jira.fetch(record)


def test_looking_before_a_repeat_asks_as_the_contract_allows(jira: Platform) -> None:
    first = jira.write(opened())
    second = jira.write(replace(opened(), look_first=True))
    assert second.record == first.record
    assert jira.identity().account


WRONG: dict[str, Callable[[], dict[str, Any]]] = {
    "there is no such request": lambda: call("GET", "/rest/api/2/no/such/thing"),
    "there is no such request.": lambda: call("PATCH", "/rest/api/2/issue/OPS-1"),
    "knows no parameter colour": lambda: call("GET", "/rest/api/2/issue/OPS-1", colour="red"),
    "maxResults must be a number": lambda: call("GET", "/rest/api/2/issue/OPS-1/comment", maxResults="many"),
    "orderBy cannot be author": lambda: call("GET", "/rest/api/2/issue/OPS-1/comment", orderBy="author"),
    "transition.id": lambda: call("POST", "/rest/api/2/issue/OPS-1/transitions", {"transition": {"id": 31}}),
    "knows no mood": lambda: call("PUT", "/rest/api/2/issue/OPS-1", {"fields": {}, "mood": "good"}),
    "it takes no body": lambda: call("GET", "/rest/api/2/myself", {"a": 1}),
    "'title' is a required": lambda: call("POST", "/rest/api/2/issue/OPS-1/remotelink", {"object": {"url": "x"}}),
}


@pytest.mark.parametrize("told", WRONG)
def test_the_check_finds_what_the_contract_forbids(told: str) -> None:
    found = breaches([WRONG[told]()])
    assert any(told in sentence for sentence in found), found


def test_the_check_lets_pass_what_the_contract_allows() -> None:
    move = call("POST", "/rest/api/2/issue/OPS-1/transitions", {"transition": {"id": "31"}})
    assert breaches([move, call("GET", "/_sandbox/state"), call("GET", "/rest/api/2/user/search", query="dana")]) == []

"""Comments across a ticket's records, with both stand-ins: once, in their own words, and kept up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.model import ReasonCode
from tests.integration.core.talk_world import BOTH, linked, noted, said_on_jira, talking, told
from tests.integration.world import World, world


@pytest.fixture
def both(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path, journal=True, change=talking(BOTH)) as made:
        yield made


def ours(texts: list[str], what: str) -> list[str]:
    return [one for one in texts if what in one]


def test_a_work_note_is_copied_to_jira_once_with_author_and_time(both: World) -> None:
    number, key = linked(both)
    both.box.fault("servicenow", kind="webhook_twice", event="incident.update", times=5)
    both.box.act("servicenow", "comment", who="dana.reyes", number=number, text="The bank is down", internal=True)
    both.settle()
    copies = both.box.issue(key)["comments"]
    assert len(ours([one["text"] for one in copies], "The bank is down")) == 1
    assert re.match(
        rf"_Dana Reyes, ServiceNow {number}, 2026-03-02 12:\d\d UTC:_\n\nThe bank is down", copies[-1]["text"]
    )
    assert copies[-1]["internal"]
    assert ours(noted(both, number), "The bank is down") == ["The bank is down"]


def test_a_comment_on_jira_is_a_work_note_where_no_customer_reads_jira(both: World) -> None:
    number, key = linked(both)
    both.box.fault("jira", kind="webhook_twice", event="comment_created", times=5)
    both.box.act("jira", "comment", who="lee.park", key=key, text="Rolling back")
    both.settle()
    assert len(ours(noted(both, number), "Rolling back")) == 1
    assert noted(both, number)[-1].startswith(f"Lee Park, Jira {key}, 2026-03-02 12:")
    assert told(both, number) == []
    assert ours(said_on_jira(both, key), "Rolling back") == ["Rolling back"]


def test_an_edit_and_a_deletion_on_jira_are_told_on_servicenow_without_the_withdrawn_text(both: World) -> None:
    number, key = linked(both)
    both.box.act("jira", "comment", who="lee.park", key=key, text="Password is hunter2")
    both.settle()
    comment = both.box.issue(key)["comments"][0]["id"]
    both.jump(5)
    both.box.act("jira", "edit_comment", who="lee.park", key=key, comment=comment, text="Password removed")
    both.settle()
    both.jump(5)
    both.box.act("jira", "edit_comment", who="lee.park", key=key, comment=comment, text="Password gone")
    both.settle()
    both.jump(5)
    both.box.act("jira", "delete_comment", who="lee.park", key=key, comment=comment)
    both.settle()
    notes = noted(both, number)
    assert [len(ours(notes, what)) for what in ("hunter2", "Password removed", "Password gone", "withdrew")] == [1] * 4
    assert "Password" not in notes[-1]


def test_the_same_ids_hold_on_the_way_back(both: World) -> None:
    number, key = linked(both)
    both.box.act("servicenow", "comment", who="dana.reyes", number=number, text="First", internal=True)
    both.settle()
    copy = both.box.issue(key)["comments"][-1]
    mirrored = both.app.desk.ticket(1).ticket.mirrored
    assert [one.copies[0].id for one in mirrored] == [copy["id"]]
    both.box.act("jira", "edit_comment", who="tomas.novak", key=key, comment=copy["id"], text="Tampered")
    both.settle()
    assert ours(noted(both, number), "Tampered") == []
    assert ReasonCode.COPY_TOUCHED in both.reasons()

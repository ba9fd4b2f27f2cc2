"""Comments across a ticket's records, with both stand-ins: once, in their own words, and kept up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.model import ReasonCode
from core.policy.talking import Comments, Place
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


def test_what_was_done_and_dropped_is_not_done_twice_on_either_side(both: World) -> None:
    number, key = linked(both)
    both.box.fault("jira", kind="commit_then_drop", method="POST", path="*/comment", times=1)
    both.box.fault("servicenow", kind="commit_then_drop", method="PATCH", path="*/incident/*", times=1)
    both.box.act("servicenow", "comment", who="dana.reyes", number=number, text="From the desk", internal=True)
    both.box.act("jira", "comment", who="lee.park", key=key, text="From engineering")
    both.settle()
    for _ in range(3):
        both.hurry()
    assert len(ours(said_on_jira(both, key), "From the desk")) == 1
    assert len(ours(noted(both, number), "From engineering")) == 1
    assert [len(one.copies) for one in both.page().ticket.mirrored] == [1, 1]


def test_webhooks_that_are_doubled_and_come_in_any_order_make_one_copy_of_each_comment(both: World) -> None:
    number, key = linked(both)
    both.box.fault("jira", kind="webhook_twice", event="*", times=100)
    both.box.fault("jira", kind="webhook_out_of_order", event="*", times=100)
    for turn in range(4):
        both.box.act("jira", "comment", who="lee.park", key=key, text=f"Step {turn}")
    comments = both.box.issue(key)["comments"]
    both.box.act("jira", "edit_comment", who="lee.park", key=key, comment=comments[0]["id"], text="Step 0, corrected")
    both.box.act("jira", "delete_comment", who="lee.park", key=key, comment=comments[3]["id"])
    both.settle()
    both.box.heal()
    both.settle()
    notes = [one for one in noted(both, number) if "Step" in one or "withdrew" in one]
    assert [len([one for one in notes if f"\nStep {turn}\n" in one]) for turn in (1, 2)] == [1, 1]
    assert len(ours(notes, "Step 0, corrected")) == 1
    assert len(ours(notes, "\nStep 3\n")) == len(ours(notes, "withdrew"))
    assert len(ours(said_on_jira(both, key), "Step")) == 3


def test_internal_and_limited_comments_never_reach_customers_nor_a_project_that_all_read(
    postgres_url: str, tmp_path: Path
) -> None:
    open_to_all = Place(customers=True, takes=frozenset({"public"}))
    rules = Comments(places={"servicenow": Place(customers=True), "jira": open_to_all})
    with world(postgres_url, tmp_path, journal=True, change=talking(rules)) as made:
        number, key = linked(made)
        made.box.act("servicenow", "comment", who="dana.reyes", number=number, text="Between us", internal=True)
        made.box.act("servicenow", "comment", who="dana.reyes", number=number, text="Dear customer", internal=False)
        made.box.act("jira", "comment", who="lee.park", key=key, text="For the team", internal=True)
        made.box.act("jira", "comment", who="lee.park", key=key, text="For a role", visibility="Developers")
        made.box.act("jira", "comment", who="lee.park", key=key, text="For everybody")
        made.settle()
        assert ours(said_on_jira(made, key), "Between us") == []
        assert len(ours(said_on_jira(made, key), "Dear customer")) == 1
        assert len(ours(told(made, number), "For everybody")) == 1
        assert ours(told(made, number), "For the team") == ours(told(made, number), "For a role") == []
        assert len(ours(noted(made, number), "For the team")) == len(ours(noted(made, number), "For a role")) == 1


def test_both_journals_of_one_save_are_copied(both: World) -> None:
    number, key = linked(both)
    both.box.act(
        "servicenow", "update", who="dana.reyes", number=number, fields={"work_notes": "Inside", "comments": "Outside"}
    )
    both.settle()
    assert len(ours(said_on_jira(both, key), "Inside")) == len(ours(said_on_jira(both, key), "Outside")) == 1


def test_plain_words_arrive_as_they_are_and_markup_as_markup(both: World) -> None:
    number, key = linked(both)
    both.box.act(
        "servicenow", "comment", who="dana.reyes", number=number, text="5 * 3 {code} [x|http://y]", internal=True
    )
    both.box.act(
        "jira", "comment", who="lee.park", key=key, text="*Down* since [noon|https://x.example] [code]<b>hi</b>[/code]"
    )
    both.settle()
    assert "5 * 3 \\{code\\} \\[x\\|http://y\\]" in said_on_jira(both, key)[-1]
    entry = ours(noted(both, number), "since noon")[0]
    assert "Down since noon (https://x.example)" in entry
    assert "[code]" not in entry


def test_a_file_on_one_side_is_told_on_the_other_by_name_size_and_link(both: World) -> None:
    number, key = linked(both)
    both.box.fault("servicenow", kind="webhook_twice", event="sys_attachment.insert", times=5)
    both.box.act("servicenow", "attach", who="dana.reyes", number=number, file="error.log", size=12288)
    both.box.act("jira", "attach", who="lee.park", key=key, file="heap*dump*.hprof", size=900)
    both.settle()
    both.box.act("jira", "edit", who="lee.park", key=key, fields={"labels": ["seen"]})
    both.settle()
    there = ours(said_on_jira(both, key), "error.log")
    assert len(there) == 1
    assert "sys_attachment.do?sys_id=" in there[0]
    assert "12288 bytes" in there[0]
    here = ours(noted(both, number), "heap*dump*.hprof (900 bytes)")
    assert len(here) == 1
    assert "/attachment/content/" in here[0]
    assert both.reasons().count(ReasonCode.ATTACHED) == 2

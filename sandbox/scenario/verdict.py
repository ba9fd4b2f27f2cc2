"""The verdict: what the stories should have left on the platforms, and what is there, each write-back counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.scenario.stage import Stage
from sandbox.scenario.stories import BACKUP, PAYMENTS, PORTAL
from sandbox.seed import load_seed
from sandbox.store import Json

_US = "rung.integration"
_MARK = re.compile(r"\[rung ([a-z0-9-]+)\]\s*$")


@dataclass(frozen=True, slots=True)
class Finding:
    """One write-back on one record: how often it should have been made, and how often it was."""

    platform: str
    record: str
    what: str
    expected: int
    made: int

    @property
    def is_right(self) -> bool:
        """Whether it was made exactly as often as it should have been."""
        return self.expected == self.made


def judge(stage: Stage) -> list[Finding]:
    """Every expected write-back of the stories, counted on the platforms."""
    return [*_incident(stage, PAYMENTS), *_opened_issue(stage, BACKUP), *_created_issue(stage, PORTAL)]


def _incident(stage: Stage, title: str) -> list[Finding]:
    found = [one for one in stage.admin.incidents() if one["fields"]["short_description"] == title]
    if not found:
        return [Finding("ServiceNow", title, "created", 1, 0)]
    record = found[0]
    ours = [entry["changes"] for entry in record["history"] if entry["by"] == _US]
    people = load_seed().by_name
    assigned = [changes["assigned_to"][1] for changes in ours if "assigned_to" in changes]
    resolved = [changes for changes in ours if changes.get("state", ("", ""))[1] == "6"]
    notes = [note["text"] for note in record["work_notes"] if note["by"] == _US]
    patches = stage.admin.calls("servicenow", "PATCH", f"*/{record['sys_id']}")

    def finding(what: str, expected: int, made: int) -> Finding:
        return Finding("ServiceNow", record["number"], what, expected, made)

    return [
        finding("created, with impact, urgency and group", 1, len(found)),
        finding("assigned to Dana Reyes (L1)", 1, assigned.count(people["dana.reyes"].sys_id)),
        finding("assigned to Lee Park (L2)", 1, assigned.count(people["lee.park"].sys_id)),
        finding("resolved with close code and notes", 1, sum(bool(one.get("close_code")) for one in resolved)),
        finding("work notes, each with its own mark", 3, _different(notes)),
        finding("work notes in all", 3, len(notes)),
        finding("requests that changed it", 2, sum(call["status"] == 200 for call in patches)),
    ]


def _opened_issue(stage: Stage, title: str) -> list[Finding]:
    found = [one for one in stage.admin.issues() if one["summary"] == title]
    if not found:
        return [Finding("Jira", title, "opened by a person", 1, 0)]
    expected = {"assignee": {"sam.okafor": 1, "tomas.novak": 1}, "status": {}}
    return [
        Finding("Jira", found[0]["key"], "opened by a person, and by nobody else", 1, len(found)),
        *_changes(found[0], expected),
        *_comments(found[0], 2),
    ]


def _created_issue(stage: Stage, title: str) -> list[Finding]:
    found = [one for one in stage.admin.issues() if one["summary"] == title]
    if not found:
        return [Finding("Jira", title, "created", 1, 0)]
    expected = {"assignee": {"sam.okafor": 1}, "status": {"In Progress": 1, "Done": 1}}
    return [
        Finding("Jira", found[0]["key"], "created, with priority", 1, len(found)),
        *_changes(found[0], expected, assigned_at_creation=found[0]),
        *_comments(found[0], 3),
    ]


def _changes(
    issue: Json, expected: dict[str, dict[str, int]], assigned_at_creation: Json | None = None
) -> Iterable[Finding]:
    """Our own changes of assignee and status, counted; any beyond the expected ones is a finding too."""
    items = [item for entry in issue["history"] if entry["by"] == _US for item in entry["items"]]
    for field, values in expected.items():
        made = [str(item.get("toString") or "") for item in items if item["field"] == field]
        for value, times in values.items():
            name = _NAMES.get(value, value)
            count = made.count(name)
            if field == "assignee" and assigned_at_creation and not made:
                count = int(assigned_at_creation["assignee"] == value)
            yield Finding("Jira", issue["key"], f"{_VERBS[field]} {name}", times, count)
        surplus = [one for one in made if one not in {_NAMES.get(value, value) for value in values}]
        if surplus:
            yield Finding("Jira", issue["key"], f"{_VERBS[field]} {', '.join(surplus)}", 0, len(surplus))


_VERBS = {"assignee": "assigned to", "status": "moved to"}
_NAMES = {"sam.okafor": "Sam Okafor", "tomas.novak": "Tomáš Novák"}


def _comments(issue: Json, expected: int) -> Iterable[Finding]:
    texts = [comment["text"] for comment in issue["comments"] if comment["by"] == _US]
    yield Finding("Jira", issue["key"], "comments, each with its own mark", expected, _different(texts))
    yield Finding("Jira", issue["key"], "comments in all", expected, len(texts))


def _different(texts: list[str]) -> int:
    return len({mark[1] for text in texts if (mark := _MARK.search(text))})

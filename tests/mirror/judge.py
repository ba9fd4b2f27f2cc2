"""Whether the two sides of each ticket agree, as ownership demands, and every comment stands on both sides once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.embedded import Sandbox
from tests.mirror.edits import SEVERITIES, Edit, Pair

PRIORITIES = {priority: name for name, (_, _, priority) in SEVERITIES.items()}
Sides = tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which the sides of a ticket are not as they should be."""

    pair: Pair
    what: str
    servicenow: str
    jira: str
    wanted: str = ""

    @property
    def sentence(self) -> str:
        """For people."""
        wanted = f", wanted {self.wanted!r}" if self.wanted else ""
        where = f"ticket {self.pair.ticket} ({self.pair.number}, {self.pair.key})"
        return f"{where}: {self.what}: ServiceNow {self.servicenow!r}, Jira {self.jira!r}{wanted}"


def findings(
    box: Sandbox, pairs: Sequence[Pair], edits: Sequence[Edit], leaders: Mapping[str, str]
) -> Iterator[Finding]:
    """Everything that is wrong. `leaders` say who leads a field: a platform's name, or last_writer."""
    incidents = {one["number"]: one for one in box.incidents()}
    issues = {one["key"]: one for one in box.issues()}
    people = {box.person(name)["sys_id"]: name for name in box.seed.by_name}
    mine: dict[Pair, list[Edit]] = defaultdict(list)
    for edit in edits:
        mine[edit.pair].append(edit)
    for pair in pairs:
        sides = (incidents[pair.number], issues[pair.key])
        yield from _fields(pair, sides, people, mine[pair], leaders)
        yield from _comments(pair, sides, mine[pair])


def _values(sides: Sides, people: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The fields in one language, on each side."""
    fields, issue = sides[0]["fields"], sides[1]
    severity = f"SEV{min(int(fields['impact']) + int(fields['urgency']) - 1, 4)}"
    return {
        "title": (fields["short_description"], issue["summary"]),
        "description": (fields["description"], issue["description"] or ""),
        "severity": (severity, PRIORITIES.get(issue["priority"], issue["priority"])),
        "assignee": (people.get(fields["assigned_to"], ""), issue["assignee"] or ""),
    }


def _fields(
    pair: Pair, sides: Sides, people: Mapping[str, str], edits: Sequence[Edit], leaders: Mapping[str, str]
) -> Iterator[Finding]:
    for name, (servicenow, jira) in _values(sides, people).items():
        counting = [one for one in edits if one.what == name and leaders.get(name) in {one.platform, "last_writer"}]
        wanted = counting[-1].value if counting else servicenow
        if not servicenow == jira == wanted:
            yield Finding(pair, name, servicenow, jira, wanted)


def _comments(pair: Pair, sides: Sides, edits: Sequence[Edit]) -> Iterator[Finding]:
    there = [str(one) for one in (*sides[0]["work_notes"], *sides[0]["comments"])]
    here = [str(one) for one in sides[1]["comments"]]
    for edit in edits:
        if edit.what not in {"note", "comment"}:
            continue
        mark = edit.value.partition(":")[0] + ":"
        counts = tuple(sum(mark in text for text in side) for side in (there, here))
        if counts != (1, 1):
            yield Finding(pair, f"{edit.what} {edit.value!r} of {edit.platform}", *map(str, counts), "1 and 1")

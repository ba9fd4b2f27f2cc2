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


def ended(box: Sandbox, crossing: Sequence[tuple[Pair, str, str]]) -> int:
    """How many of those fields ended with the value that was written last."""
    incidents = {one["number"]: one for one in box.incidents()}
    issues = {one["key"]: one for one in box.issues()}
    people = {box.person(name)["sys_id"]: name for name in box.seed.by_name}
    return sum(
        _values((incidents[pair.number], issues[pair.key]), people)[name][0] == wanted
        for pair, name, wanted in crossing
    )


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
        wanted = demanded(name, edits, leaders)
        if servicenow != jira or (wanted and servicenow not in wanted):
            yield Finding(pair, name, servicenow, jira, " or ".join(wanted))


def demanded(name: str, edits: Sequence[Edit], leaders: Mapping[str, str]) -> list[str]:
    """The values that ownership allows a field to end with; none where nobody of the leading side wrote it.

    Of the last writers on each side the later one counts. Where its webhook was lost, polling tells the record's latest
    change but not when the field was written, so that the earlier one may have won: both are allowed, and counted
    apart.
    """
    mine = [one for one in edits if one.what == name]
    if leaders[name] != "last_writer":
        return [one.value for one in mine if one.platform == leaders[name]][-1:]
    last = {one.platform: one.value for one in mine}
    return list(dict.fromkeys(last.values()))


def crossed(pairs: Sequence[Pair], edits: Sequence[Edit], leaders: Mapping[str, str]) -> list[tuple[Pair, str, str]]:
    """The fields that both sides wrote where the last writer leads, each with the value that was written last."""
    found = []
    for pair in pairs:
        for name, leader in leaders.items():
            mine = [one for one in edits if one.pair == pair and one.what == name]
            if leader == "last_writer" and len({one.platform for one in mine}) > 1:
                found.append((pair, name, mine[-1].value))
    return found


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

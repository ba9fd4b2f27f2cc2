"""What stands after a story, in Rung and on the platforms, in a form in which two plays can be compared."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.integration.world import World

Facts = Counter[str]
_OPERATION = re.compile(r"\b[a-km-np-z2-9]{10}-(\d+)\b")
_NUMBERS = re.compile(r"(?<=ticket )\d+|(?<=minutes: )\d+(?:, \d+)*")
"""Tickets by number, where texts name them: a death leaves a gap in the numbers."""
_RECALLED = {"shown", "wanted", "written", "version", "viewed"}
"""What Rung recalls of how a record became what it is, to know its own echoes by: less of what it did unheard."""
_ENDED = {"confirmed": "done"}


@dataclass(frozen=True, slots=True)
class Picture:
    """Facts and how often each is so; `messages` apart, of which a crash may repeat one."""

    tickets: Facts
    timeline: Facts
    ledger: Facts
    records: Facts
    messages: Facts


@dataclass(frozen=True, slots=True)
class _Names:
    """What has another name in each play: tickets and records are called by their titles."""

    tickets: Mapping[int, str]
    records: Mapping[str, str]

    def facts(self, value: object, path: str) -> Iterator[str]:
        """Each single value in it, with the way there."""
        inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else None
        if inner is None:
            yield self.plain(f"{path} = {value}")
        for name, one in inner or ():
            yield from self.facts(one, f"{path} > {name}")

    def plain(self, told: str) -> str:
        """The words, with the names that all plays share."""
        told = _NUMBERS.sub(self._ranks, _OPERATION.sub(r"operation-\1", told))
        for name, title in self.records.items():
            told = told.replace(name, title)
        return told

    def _ranks(self, found: re.Match[str]) -> str:
        ranks = {str(number): rank for rank, number in enumerate(sorted(self.tickets), start=1)}
        return ", ".join(f"#{ranks.get(one, 0)}" for one in found[0].split(", "))


def picture(here: World, messages: Path) -> Picture:
    """What stands now."""
    with here.database.begin() as connection:

        def rows(query: str) -> list[Any]:
            return list(connection.execute(text(query)))

        bodies = {row.id: row.body for row in rows("SELECT id, body FROM tickets ORDER BY id")}
        entries = rows("SELECT ticket_id, kind, by, reason FROM timeline")
        actions = rows("SELECT ticket_id, verb, platform, recipient, status FROM actions")
        deliveries = rows("SELECT source, status FROM deliveries")
        timers = rows("SELECT ticket_id, kind, name, due_at FROM timers")
    names = _Names({id_: body.get("title", "") for id_, body in bodies.items()}, dict(_records_names(here)))
    called = names.tickets
    return Picture(
        tickets=Counter(
            [fact for body in bodies.values() for fact in names.facts(_ticket(body, called), body.get("title", ""))]
            + [f"timer of {called[row.ticket_id]}: {row.kind} {row.name} at {row.due_at}" for row in timers]
        ),
        timeline=Counter(f"{called[row.ticket_id]}: {row.kind} by {row.by}: {row.reason}" for row in entries),
        ledger=Counter(
            [f"{called[row.ticket_id]}: {row.verb} {row.platform or row.recipient}: {_ended(row)}" for row in actions]
            + [f"delivery of {row.source}: {row.status}" for row in deliveries]
        ),
        records=Counter(
            fact
            for number, one in enumerate((*here.box.incidents(), *here.box.issues()))
            for fact in names.facts(one, _title(one) or f"record {number}")
        ),
        messages=Counter(names.plain(one) for one in _letters(messages)),
    )


def _ticket(body: Mapping[str, Any], called: Mapping[int, str]) -> dict[str, Any]:
    """A ticket's body, its parent by name."""
    kept = {name: value for name, value in body.items() if name not in {"id", "uid"}}
    records = [
        {
            **{name: value for name, value in one.items() if name not in _RECALLED},
            # What the platform itself makes of impact and urgency is heard of with its next webhook.
            "seen": {name: value for name, value in one.get("seen", {}).items() if name != "priority"},
        }
        for one in body.get("records", [])
    ]
    return {**kept, "records": records, "parent": called.get(body.get("parent", 0), "")}


def _ended(row: Any) -> str:
    return _ENDED.get(row.status, row.status)


def _title(record: Mapping[str, Any]) -> str:
    return str(record.get("summary") or record.get("fields", {}).get("short_description") or "")


def _records_names(here: World) -> Iterator[tuple[str, str]]:
    for incident in here.box.incidents():
        yield from ((incident["sys_id"], f"[{_title(incident)}]"), (incident["number"], f"[{_title(incident)}]"))
    for issue in here.box.issues():
        yield issue["key"], f"[{_title(issue)}]"


def _letters(path: Path) -> Iterator[str]:
    for line in path.read_text().splitlines() if path.exists() else ():
        told = json.loads(line)
        yield f"{told['to']} by way {told['way']}: {told['headline']} ({told['ask']})"

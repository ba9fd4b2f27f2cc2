"""What shows of risk only when the documents are held against each other: people who must exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from rung.documents.problems import Path, Report


def check(report: Report, policy: Mapping[str, Any], people: Collection[str]) -> None:
    """Note everybody who is to be told and is not on the roster."""
    risk = policy.get("risk")
    for at, person in _told(risk) if isinstance(risk, Mapping) else ():
        if person not in people:
            report.unknown(at, "person", person, people)


def _told(risk: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    duties, rules = risk.get("duties"), risk.get("must_know")
    for name, duty in duties.items() if isinstance(duties, Mapping) else ():
        for index, person in enumerate(duty.get("tell") or ()):
            yield ("risk", "duties", name, "tell", index), person
    for number, rule in enumerate(rules or ()):
        for index, person in enumerate(rule.get("people") or ()):
            yield ("risk", "must_know", number, "people", index), person

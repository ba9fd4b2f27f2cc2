"""What shows of clocks only when the sections of the policy are held against each other: calendars that must exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.policy import ROUND_THE_CLOCK, Target
from rung.documents.problems import Path, Report


def check(policy: Mapping[str, Any], report: Report) -> None:
    """Note every calendar that is named and not there, and a calendar whose name is taken."""
    calendars = policy.get("calendars")
    known = [*(calendars if isinstance(calendars, Mapping) else ()), ROUND_THE_CLOCK]
    if known.count(ROUND_THE_CLOCK) > 1:
        hint = "Give yours another name."
        report.add(("calendars", ROUND_THE_CLOCK), "is the name of the calendar that never closes.", hint)
    for path, name in (
        *_of_targets(policy),
        *_of_levels(policy),
        *_of_named(policy, "risk", "duties"),
        *_of_named(policy, "vendors"),
    ):
        if name not in known:
            report.unknown(path, "calendar", name, known)


def _of_targets(policy: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for index, rule in enumerate(policy.get("targets") or ()):
        if isinstance(rule, Mapping) and isinstance(rule.get("calendar"), str):
            yield ("targets", index, "calendar"), rule["calendar"]


def _of_levels(policy: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    paths = policy.get("paths")
    for name, path in paths.items() if isinstance(paths, Mapping) else ():
        levels = path.get("levels") if isinstance(path, Mapping) else None
        for index, level in enumerate(levels if isinstance(levels, list) else ()):
            ola = level.get("ola") if isinstance(level, Mapping) else None
            if isinstance(ola, Target):
                yield ("paths", name, "levels", index, "ola", "calendar"), ola.calendar


def _of_named(policy: Mapping[str, Any], *section: str) -> Iterator[tuple[Path, str]]:
    """The calendars that the named entries of a section say themselves."""
    found: Any = policy
    for key in section:
        found = found.get(key) if isinstance(found, Mapping) else None
    for name, one in found.items() if isinstance(found, Mapping) else ():
        if isinstance(one, Mapping) and isinstance(one.get("calendar"), str):
            yield (*section, name, "calendar"), one["calendar"]

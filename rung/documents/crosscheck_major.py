"""What `major` in policy.yaml names must exist."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rung.documents.problems import Report


def major(
    report: Report,
    policy: Mapping[str, Any],
    *,
    platforms: Collection[str],
    people: Collection[str],
    teams: Collection[str],
    paths: Collection[str],
    levels: Collection[str],
) -> None:
    """Note every name in the section that is nobody's."""
    section = policy.get("major")
    if not isinstance(section, Mapping):
        return
    known = (
        ("creates_on", "platform", platforms),
        ("team", "team", teams),
        ("path", "path", paths),
        ("contact", "person", people),
    )
    for key, what, names in known:
        given = section.get(key)
        if given and given not in names:
            report.unknown(("major", key), what, given, names)
    _surge(report, section.get("surge"), people, teams, levels)


def _surge(
    report: Report, surge: object, people: Collection[str], teams: Collection[str], levels: Collection[str]
) -> None:
    """Whom a surge calls up: people, and levels of teams."""
    called = surge.get("call") if isinstance(surge, Mapping) else None
    for index, one in enumerate(called or ()):
        team, slash, level = str(one).partition("/")
        at = ("major", "surge", "call", index)
        if not slash and one not in people:
            report.unknown(at, "person", one, people)
        elif slash and team not in teams:
            report.unknown(at, "team", team, teams)
        elif slash and level not in levels:
            report.unknown(at, "level", level, levels)

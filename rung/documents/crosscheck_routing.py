"""Whether what routing and roll-out name is there: teams, services, and skills that somebody has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from rung.documents.problems import Path, Problem, Report, told

Data = Mapping[str, Any]


def check(report: Report, policy: Data, people: Data, teams: Collection[str]) -> Iterator[Problem]:
    """Note names that do not exist; yields a warning for each skill that nobody has."""
    _roll_out(report, policy, teams)
    routing = policy.get("routing")
    if not isinstance(routing, Mapping):
        return
    if routing.get("default_team") and routing["default_team"] not in teams:
        report.unknown(("routing", "default_team"), "team", routing["default_team"], teams)
    for team in routing.get("within_team") or ():
        if team not in teams:
            report.unknown(("routing", "within_team", team), "team", team, teams)
    known = {skill.casefold() for one in people.values() for skill in one.get("skills") or ()}
    for index, rule in enumerate(routing.get("rules") or ()):
        if isinstance(rule, Mapping):
            yield from _rule(report, ("routing", "rules", index), rule, teams, known)


def _roll_out(report: Report, policy: Data, teams: Collection[str]) -> None:
    shadow = (policy.get("roll_out") or {}).get("shadow") or {}
    for kind, known in (("services", policy.get("services") or ()), ("teams", teams)):
        for index, name in enumerate(shadow.get(kind) or ()):
            if name not in known:
                report.unknown(("roll_out", "shadow", kind, index), kind.removesuffix("s"), name, known)


def _rule(report: Report, at: Path, rule: Data, teams: Collection[str], known: Collection[str]) -> Iterator[Problem]:
    if rule.get("team") and rule["team"] not in teams:
        report.unknown((*at, "team"), "team", rule["team"], teams)
    skill = rule.get("skill")
    if skill and skill.casefold() not in known:
        path = (*at, "skill")
        message = f"nobody on the roster has the skill “{skill}”, so it cannot be chosen by."
        yield Problem(report.file, report.line(path), told(path), message, "Give it to somebody under skills.")

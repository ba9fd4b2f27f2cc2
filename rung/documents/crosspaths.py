"""Whether the policy's paths, path rules and triggers name levels, paths, teams and people that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from rung.documents.problems import Path, Report

Data = Mapping[str, Any]


def check_paths(policy: Data, paths: Mapping[str, Data], teams: Collection[str], people: Collection[str],
                report: Report) -> None:  # fmt: skip
    """Note every name that is nowhere; what could not be read is passed over."""
    levels = {name: level_names(one) for name, one in paths.items()}
    for name, one in paths.items():
        _path(report, ("paths", name), one, levels[name], teams, people, _vendors(policy))
    for index, rule in entries(policy, "path_rules"):
        if "path" in rule and paths and rule["path"] not in paths:
            report.unknown(("path_rules", index, "path"), "path", rule["path"], paths)
    everywhere = list(dict.fromkeys(level for names in levels.values() for level in names))
    _triggers(report, policy, everywhere)


def level_names(path: Data) -> list[str]:
    """The names of a path's levels, of those that have one."""
    return [one["name"] for _, one in entries(path, "levels") if "name" in one]


def entries(data: Data, key: str) -> list[tuple[int, Data]]:
    """The entries of a list that can be read, with their positions."""
    return [(index, one) for index, one in enumerate(data.get(key) or ()) if isinstance(one, Mapping)]


def _vendors(policy: Data) -> Collection[str]:
    vendors = policy.get("vendors")
    return vendors if isinstance(vendors, Mapping) else ()


def _path(
    report: Report,
    at: Path,
    path: Data,
    levels: Sequence[str],
    teams: Collection[str],
    people: Collection[str],
    vendors: Collection[str],
) -> None:
    for index, person in enumerate(path.get("last_resort") or ()):
        if person not in people:
            many = (index,) if len(path["last_resort"]) > 1 else ()
            report.unknown((*at, "last_resort", *many), "person", person, people)
    seen: set[str] = set()
    for index, level in entries(path, "levels"):
        if level.get("team") and level["team"] not in teams:
            report.unknown((*at, "levels", index, "team"), "team", level["team"], teams)
        if level.get("vendor") and level["vendor"] not in vendors:
            report.unknown((*at, "levels", index, "vendor"), "vendor", level["vendor"], vendors)
        if level.get("vendor") and (level.get("team") or level.get("next_in_turn") or level.get("ask") == "all"):
            hint = "Leave team, ask and next_in_turn out."
            report.add((*at, "levels", index, "vendor"), "is asked alone, and nobody of a team beside them.", hint)
        name = str(level.get("name", ""))
        if name and name.casefold() in seen:
            report.add(
                (*at, "levels", index, "name"), f"“{name}” already is a level of {at[-1]}.", "Each needs its own."
            )
        seen.add(name.casefold())
    for where, level_name in _named_levels(path):
        if level_name not in levels:
            report.unknown((*at, *where), "level", level_name, levels)


def _named_levels(path: Data) -> Iterator[tuple[Path, str]]:
    if path.get("loop_from"):
        yield ("loop_from",), path["loop_from"]
    for index, entrance in entries(path, "enter"):
        if "level" in entrance:
            yield ("enter", index, "level"), entrance["level"]


def _triggers(report: Report, policy: Data, levels: Collection[str]) -> None:
    names: set[str] = set()
    for index, trigger in entries(policy, "triggers"):
        at: Path = ("triggers", index)
        for move in ("escalate", "de_escalate"):
            level = trigger.get(move)
            if level and levels and level not in levels and (move, level) != ("escalate", "next"):
                report.unknown((*at, move), "level", level, [*levels, "next"] if move == "escalate" else levels)
        name = trigger.get("name")
        if name and name in names:
            report.add((*at, "name"), f"“{name}” is the name of an earlier trigger.", "Each needs its own.")
        names.add(str(name))

"""Services, customers and segments held against each other, and segments against the organisation's limits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from core.model import Severity
from core.policy import CLOCKS
from rung.documents.problems import Path, Report, unique

Data = Mapping[str, Any]


def check_names(report: Report, section: str, entries: Mapping[str, Data]) -> None:
    """No two entries share an id, a name or an alias."""
    names: dict[str, str] = {}
    for name, one in entries.items():
        at: Path = (section, name)
        for path, text in ((at, name), ((*at, "name"), one.get("name"))):
            unique(report, path, text, name, names)
        for index, alias in enumerate(one.get("aliases") or ()):
            unique(report, (*at, "aliases", index), alias, name, names)


def check_services(
    report: Report,
    services: Mapping[str, Data],
    teams: Collection[str],
    people: Collection[str],
    levels: Collection[str],
) -> None:
    """Services belong to teams, depend on services, and have owners who exist on levels that exist."""
    check_names(report, "services", services)
    for name, one in services.items():
        if "team" in one and one["team"] not in teams:
            report.unknown(("services", name, "team"), "team", one["team"], teams)
        for index, other in enumerate(one.get("depends_on") or ()):
            at: Path = ("services", name, "depends_on", index)
            if other == name:
                report.add(at, "is the service itself.", "Name the services that it needs.")
            elif other not in services:
                report.unknown(at, "service", other, services)
        for level, owners in (one.get("owners") or {}).items():
            _owners(report, ("services", name, "owners", level), level, owners, people, levels)


def _owners(
    report: Report, at: Path, level: str, owners: Data, people: Collection[str], levels: Collection[str]
) -> None:
    if levels and level not in levels:
        report.unknown(at, "level", level, levels)
    for key in ("owner", "backup"):
        if owners.get(key) and owners[key] not in people:
            report.unknown((*at, key), "person", owners[key], people)


def check_segments(report: Report, policy: Data, segments: Mapping[str, Data], paths: Mapping[str, Data]) -> None:
    """Segments take paths that exist, and stay within the limits."""
    limits = policy.get("limits") or {}
    for name, one in segments.items():
        path = one.get("path")
        if path and path not in paths:
            report.unknown(("segments", name, "path"), "path", path, paths)
        elif path:
            _path(report, name, path, paths[path], limits)
        if "severity_steps" in limits and one.get("severity"):
            _severity(report, ("segments", name, "severity"), one["severity"], policy, limits["severity_steps"])
    for index, rule in enumerate(policy.get("targets") or ()):
        if isinstance(rule, Mapping) and "segment" in (rule.get("match") or {}):
            _targets(report, ("targets", index), rule, limits)


def _targets(report: Report, at: Path, rule: Data, limits: Data) -> None:
    """A rule that sets targets for segments keeps to the longest ones."""
    for clock in CLOCKS:
        limit, had = limits.get(clock) or {}, rule.get(clock) or {}
        for severity in _beyond(limit, had):
            message = f"is {_told(had[severity])} at {severity} for a segment; the limit is {_told(limit[severity])}."
            report.add((*at, clock), message, "Shorten the target, or change limits.")


def _path(report: Report, segment: str, path: str, data: Data, limits: Data) -> None:
    lengths = [one.get("acknowledge_within") or {} for one in data.get("levels") or ()]
    if not lengths or any(severity not in one for one in lengths for severity in Severity):
        return  # a length that could not be read is told of where it stands
    at: Path = ("segments", segment, "path")
    whole = {one: sum((level[one] for level in lengths), timedelta()) * data.get("rounds", 1) for one in Severity}
    first = (limits.get("acknowledge_within"), lengths[0], "gives its first level")
    total = (limits.get("path_within"), whole, "takes")
    for limit, had, does in (first, total):
        for severity in _beyond(limit or {}, had):
            message = f"the path {path} {does} {_told(had[severity])} at {severity}; the limit is"
            report.add(at, f"{message} {_told((limit or {})[severity])}.", "Shorten the path, or change limits.")


def _beyond(limit: Mapping[Severity, timedelta], had: Mapping[Severity, timedelta]) -> Iterator[Severity]:
    return (severity for severity, longest in limit.items() if severity in had and had[severity] > longest)


def _told(length: timedelta) -> str:
    """A length of time as the documents write it."""
    rest, text = int(length.total_seconds()), ""
    for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, seconds)
        text += f"{count}{unit}" if count else ""
    return text


def _severity(report: Report, at: Path, local: Data, policy: Data, most: int) -> None:
    """A segment's severities may be only so far from the organisation's."""
    ours = policy.get("severity") or {}
    pairs = [((*at, "default"), local.get("default"), ours.get("default"))]
    for impact, row in (local.get("matrix") or {}).items():
        for urgency, severity in row.items():
            everywhere = (ours.get("matrix") or {}).get(impact, {}).get(urgency)
            pairs.append(((*at, "matrix", impact, urgency), severity, everywhere))
    for path, mine, everywhere in pairs:
        if mine and everywhere and abs(Severity(mine).rank - Severity(everywhere).rank) > most:
            hint = f"limits lets a segment differ by {most}."
            report.add(path, f"is {mine} where the organisation has {everywhere}.", hint)

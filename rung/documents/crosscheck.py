"""What only shows when the documents are held against each other: names that must exist, choices that must fit.

The data may be what is left of a document with mistakes in it, so nothing is taken for granted here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rung.documents import (
    crosscheck_clocks,
    crosscheck_communication,
    crosscheck_major,
    crosscheck_risk,
    crosscheck_routing,
    crosscheck_sync,
)
from rung.documents.crosscheck_catalogue import check_names, check_segments, check_services
from rung.documents.crosspaths import check_paths, level_names
from rung.documents.problems import Path, Problem, Report, told, unique

_AUTH = {("servicenow", "cloud"): ("basic", "oauth", "api_key"), ("jira", "cloud"): ("basic",)}
_AUTH |= {("servicenow", "datacenter"): ("basic", "oauth", "api_key"), ("jira", "datacenter"): ("basic", "bearer")}


@dataclass(frozen=True, slots=True)
class Draft:
    """The three documents as data, the report of each, and the names that stand outside them."""

    platforms: Mapping[str, Any]
    roster: Mapping[str, Any]
    policy: Mapping[str, Any]
    reports: Mapping[str, Report]
    mappings: Collection[str]
    kinds: Collection[str]


def check(draft: Draft) -> list[Problem]:
    """Note every misfit in the reports; returns the warnings."""
    warnings = list(_platforms(draft))
    _sources(draft)
    _people(draft)
    _teams(draft)
    _catalogue(draft)
    _paths(draft)
    people, teams = named(draft.roster, "people"), named(draft.roster, "teams")
    warnings += crosscheck_routing.check(draft.reports["policy.yaml"], draft.policy, people, teams)
    crosscheck_clocks.check(draft.policy, draft.reports["policy.yaml"])
    crosscheck_risk.check(draft.reports["policy.yaml"], draft.policy, people)
    platforms = named(draft.platforms, "platforms")
    crosscheck_communication.check(draft.reports["policy.yaml"], draft.policy, people, platforms)
    crosscheck_sync.check(draft.reports["policy.yaml"], draft.policy, platforms)
    _major(draft)
    return warnings


def named(data: Mapping[str, Any], section: str) -> dict[str, dict[str, Any]]:
    """The entries of a section that can be read."""
    found = data.get(section)
    entries = found.items() if isinstance(found, Mapping) else ()
    return {name: dict(one) for name, one in entries if isinstance(one, Mapping)}


def _platforms(draft: Draft) -> Iterator[Problem]:
    report = draft.reports["platforms.yaml"]
    for name, one in named(draft.platforms, "platforms").items():
        at: Path = ("platforms", name)
        kind = one.get("kind")
        if kind is not None and kind not in draft.kinds:
            report.unknown((*at, "kind"), "kind of platform", kind, draft.kinds)
        elif kind is not None and (mapping := one.get("mapping", kind)) not in draft.mappings:
            report.unknown((*at, "mapping"), "mapping", mapping, draft.mappings)
        allowed = _AUTH.get((str(kind), str(one.get("deployment", "cloud"))))
        if allowed and "auth" in one and one["auth"][0] not in allowed:
            where = f"{kind} ({one.get('deployment')})" if kind == "jira" else kind
            report.add(
                (*at, "auth"), f"“{one['auth'][0]}” does not work with {where}.", f"Allowed: {', '.join(allowed)}."
            )
        yield from _transport(report, at, one)


def _transport(report: Report, at: Path, platform: Mapping[str, Any]) -> Iterator[Problem]:
    """Credentials travel in clear over plain http: on this machine only, or where somebody said so aloud."""
    url = platform.get("url", "")
    if not url.startswith("http://") or _is_loopback(urlsplit(url).hostname or ""):
        return
    path = (*at, "url")
    if platform.get("insecure"):
        message = "credentials go over plain http, where others on the way can read them."
        yield Problem(report.file, report.line(path), told(path), message, "insecure: true allows it.")
    else:
        report.add(path, "plain http would show the credentials on the way.", "Use https, or say insecure: true.")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _sources(draft: Draft) -> None:
    report = draft.reports["platforms.yaml"]
    platforms = named(draft.platforms, "platforms")
    for name, one in named(draft.platforms, "sources").items():
        at: Path = ("sources", name)
        both, neither = {"platform", "mapping"} <= set(one), not {"platform", "mapping", "heard_every"} & set(one)
        if both or neither:
            hint = "platform for the platform's own webhooks, mapping for a monitoring tool's."
            report.add(at, "needs either platform or mapping.", hint)
        elif "mapping" in one and one["mapping"] not in draft.mappings:
            report.unknown((*at, "mapping"), "mapping", one["mapping"], draft.mappings)
        if "platform" in one and one["platform"] not in platforms:
            report.unknown((*at, "platform"), "platform", one["platform"], platforms)
        _creates_on(report, at, one, platforms)


def _creates_on(
    report: Report, at: Path, source: Mapping[str, Any], platforms: Mapping[str, Mapping[str, Any]]
) -> None:
    target = source.get("creates_on")
    path = (*at, "creates_on")
    if not target:
        return
    if "platform" in source:
        report.add(
            path, "is for monitoring tools: a platform's own webhooks already have their records.", "Leave it out."
        )
    elif target not in platforms:
        report.unknown(path, "platform", target, platforms)
    elif platforms[target].get("kind") == "jira" and not platforms[target].get("project"):
        report.add(path, f"{target} does not say in which project to create.", "Give it a project.")


def _people(draft: Draft) -> None:
    report = draft.reports["roster.yaml"]
    platforms = named(draft.platforms, "platforms")
    emails: dict[str, str] = {}
    for name, one in named(draft.roster, "people").items():
        _platform_names(report, ("people", name, "accounts"), one.get("accounts"), platforms)
        unique(report, ("people", name, "email"), one.get("email"), name, emails)


def _teams(draft: Draft) -> None:
    report = draft.reports["roster.yaml"]
    platforms, people = named(draft.platforms, "platforms"), named(draft.roster, "people")
    levels = _levels(draft)
    groups: dict[str, dict[str, str]] = {}
    for name, one in named(draft.roster, "teams").items():
        at: Path = ("teams", name)
        _platform_names(report, (*at, "groups"), one.get("groups"), platforms)
        _works_on(report, (*at, "works_on"), one.get("works_on"), platforms)
        for platform, group in (one.get("groups") or {}).items():
            unique(report, (*at, "groups", platform), group, name, groups.setdefault(platform, {}))
        for level, duty in named(one, "on_call").items():
            if levels and level not in levels:
                report.unknown((*at, "on_call", level), "level", level, levels)
            _duty(report, (*at, "on_call", level), duty, people)


def _works_on(report: Report, at: Path, given: object, platforms: Mapping[str, Mapping[str, Any]]) -> None:
    """A team works on a platform that there is, in a table there or in a project, as the platform has it."""
    if not isinstance(given, Mapping) or "platform" not in given:
        return
    platform = platforms.get(given["platform"])
    if platform is None:
        report.unknown((*at, "platform"), "platform", given["platform"], platforms)
        return
    is_jira = platform.get("kind") == "jira"
    wrong = ("table",) if is_jira else ("project", "issue_type")
    for name in (one for one in wrong if given.get(one)):
        report.add((*at, name), f"{given['platform']} has none.", "Say project." if is_jira else "Say table.")
    if is_jira and not given.get("project") and not platform.get("project"):
        report.add(at, f"does not say in which project of {given['platform']}.", "Example: project: ENG.")


def _duty(report: Report, at: Path, duty: Mapping[str, Any], people: Collection[str]) -> None:
    layers, overrides = _listed(duty, "layers"), _listed(duty, "overrides")
    if "people" in duty:
        _layer(report, at, duty, people)
    elif not layers:
        report.add(at, "needs people, or layers that have people.", "Example: people: [dana, lee].")
    for key in ("rotation", "every", "starts", "hours"):
        if "people" not in duty and duty.get(key, "none") not in ("none", []):
            report.add(
                (*at, key), "is about people, and none are named beside it.", "Say it within each of the layers."
            )
    for index, layer in layers:
        _layer(report, (*at, "layers", index), layer, people)
    for index, override in overrides:
        _override(report, (*at, "overrides", index), override, people)


def _layer(report: Report, at: Path, layer: Mapping[str, Any], people: Collection[str]) -> None:
    _are_people(report, (*at, "people"), layer.get("people"), people)
    rotates = layer.get("rotation", "none") != "none"
    if rotates and "every" in layer:
        report.add((*at, "every"), "is a second length of turns beside rotation.", "Say one of them.")
    elif (rotates or "every" in layer) and "starts" not in layer:
        report.add(
            at, "a rotation needs starts, the moment of its first hand-over.", "Example: starts: 2026-01-05T09:00."
        )


def _override(report: Report, at: Path, override: Mapping[str, Any], people: Collection[str]) -> None:
    if ("person" in override) == ("swap" in override):
        report.add(at, "needs either person or swap.", "person has the duty; the two of swap change places.")
    if "person" in override and override["person"] not in people:
        report.unknown((*at, "person"), "person", override["person"], people)
    swap = override.get("swap")
    _are_people(report, (*at, "swap"), swap, people)
    if swap is not None and not len(swap) == len(set(swap)) == 2:
        report.add((*at, "swap"), "needs two different people.", "Example: swap: [dana, lee].")


def _are_people(report: Report, at: Path, given: Sequence[str] | None, people: Collection[str]) -> None:
    for index, person in enumerate(given or ()):
        if person not in people:
            report.unknown((*at, index), "person", person, people)


def _listed(data: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The entries of a list that can be read, with their positions."""
    return [(index, one) for index, one in enumerate(data.get(key) or ()) if isinstance(one, Mapping)]


def _catalogue(draft: Draft) -> None:
    report = draft.reports["policy.yaml"]
    teams, people, paths = (named(draft.roster, "teams"), named(draft.roster, "people"), named(draft.policy, "paths"))
    check_services(report, named(draft.policy, "services"), teams, people, _levels(draft))
    check_names(report, "customers", named(draft.policy, "customers"))
    check_segments(report, draft.policy, named(draft.policy, "segments"), paths)


def _paths(draft: Draft) -> None:
    report = draft.reports["policy.yaml"]
    paths = named(draft.policy, "paths")
    check_paths(draft.policy, paths, named(draft.roster, "teams"), named(draft.roster, "people"), report)
    default = draft.policy.get("default_path")
    if default and paths and default not in paths:
        report.unknown(("default_path",), "path", default, paths)
    if not paths:
        report.add(("paths",), "must not be empty.", "Leave it out to have the packaged path.")
    elif not default:
        report.add(("paths",), "several paths, and none is the default.", f"Say default_path: {' or '.join(paths)}.")


def _major(draft: Draft) -> None:
    crosscheck_major.major(
        draft.reports["policy.yaml"],
        draft.policy,
        platforms=named(draft.platforms, "platforms"),
        people=named(draft.roster, "people"),
        teams=named(draft.roster, "teams"),
        paths=named(draft.policy, "paths"),
        levels=_levels(draft),
    )


def _levels(draft: Draft) -> set[str]:
    """The names of all levels of all paths."""
    return {level for path in named(draft.policy, "paths").values() for level in level_names(path)}


def _platform_names(report: Report, at: Path, given: object, platforms: Collection[str]) -> None:
    for name in given if isinstance(given, Mapping) else ():
        if name not in platforms:
            report.unknown((*at, name), "platform", name, platforms)

"""Whether the platforms that `sync` names are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from core.policy.sync import LEADERS
from rung.documents.problems import Path, Report

_AT: Path = ("sync",)


def check(report: Report, policy: Mapping[str, Any], platforms: Collection[str]) -> None:
    """Note every name that is no platform."""
    section = policy.get("sync")
    if not isinstance(section, Mapping):
        return
    _leaders(report, (*_AT, "fields"), section.get("fields_"), platforms)
    _places(report, section.get("comments"), platforms)
    for index, rule in enumerate(section.get("rules") or ()):
        if not isinstance(rule, Mapping):
            continue
        at: Path = (*_AT, "rules", index)
        _leaders(report, (*at, "fields"), rule.get("fields_"), platforms)
        for place, name in enumerate(rule.get("between") or ()):
            if name not in platforms:
                report.unknown((*at, "between", place), "platform", name, platforms)


def _places(report: Report, comments: object, platforms: Collection[str]) -> None:
    places = comments.get("platforms") if isinstance(comments, Mapping) else None
    for name in places if isinstance(places, Mapping) else ():
        if name not in platforms:
            report.unknown((*_AT, "comments", "platforms", name), "platform", name, platforms)


def _leaders(report: Report, at: Path, given: object, platforms: Collection[str]) -> None:
    for name, leader in given.items() if isinstance(given, Mapping) else ():
        if leader not in LEADERS and leader not in platforms:
            report.unknown((*at, name), "side", leader, (*LEADERS, *platforms))

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

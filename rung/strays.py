"""Variables that look like settings and are none: a misspelt one would change nothing, unseen."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches

from rung.settings import SETTINGS

_OTHERS = re.compile(
    r"RUNG_DEBUG|RUNG_DEMO_.*|RUNG_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)"
)
"""What Rung reads elsewhere, the demonstration's secrets, and what Kubernetes sets for a Service whose name begins with
rung (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables)."""
_LINK = re.compile(r"(tcp|udp)://")


def strays(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """By name of the variable: that it is no setting, as a sentence with the near one. Values are not looked into."""
    given = os.environ if environment is None else environment
    known = {one.name for one in SETTINGS}
    found = [
        name
        for name, value in given.items()
        if name.startswith("RUNG_") and name not in known and not _OTHERS.fullmatch(name) and not _LINK.match(value)
    ]
    return {name: _told(name, known) for name in sorted(found)}


def _told(name: str, known: set[str]) -> str:
    near = get_close_matches(name, sorted(known), 1, 0.75)
    return f"{name} is no setting. {f'Did you mean {near[0]}?' if near else '`rung settings` shows all.'}"

"""Where two JSON values differ, told by their paths."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.maptrial import Difference

LONGEST = 200
"""Characters of a value that are told."""


def differences(before: Any, after: Any) -> list[Difference]:
    """Each path at which they differ, in order; None stands for what is not there."""
    left, right = dict(_flat(before)), dict(_flat(after))
    paths = [*left, *(path for path in right if path not in left)]
    return [
        Difference(path, _told(left, path), _told(right, path))
        for path in paths
        if path not in left or path not in right or left[path] != right[path]
    ]


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The scalars, and what is empty, by their paths."""
    if isinstance(value, Mapping) and value:
        for name, part in value.items():
            yield from _flat(part, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value:
        for index, part in enumerate(value):
            yield from _flat(part, f"{path}[{index}]")
    else:
        yield path, value


def _told(values: Mapping[str, Any], path: str) -> str | None:
    if path not in values:
        return None
    value = values[path]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

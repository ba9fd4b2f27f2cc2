"""Filling holes: `{title}` in a text, or in the texts of a structure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HOLE = re.compile(r"\{([^{}]*)\}")


def fill(value: object, known: Mapping[str, str]) -> Any:
    """The value with its holes filled; None where one of them cannot be."""
    if isinstance(value, str):
        return _fill_text(value, known)
    if isinstance(value, dict):
        filled = {name: fill(part, known) for name, part in value.items()}
        return None if None in filled.values() else filled
    if isinstance(value, list):
        parts = [fill(part, known) for part in value]
        return None if None in parts else parts
    return value


def _fill_text(text: str, known: Mapping[str, str]) -> str | None:
    if "{" not in text:
        return text
    holes = HOLE.findall(text)
    if any(not known.get(hole) for hole in holes):
        return None
    return HOLE.sub(lambda hole: known[hole[1]], text)

"""The language of message templates: named fields in braces, and nothing else.

A line of which a field is named, and every field named is empty, is left out. A brace of the text's own is written
twice. There is no code, no attribute access and no format in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z][a-z_]*")
_GAPS = re.compile(r"[ \t]{2,}")
_BEFORE_A_STOP = re.compile(r" (?=[.,;:!?](?:\s|$))")
"""What an empty field leaves behind."""
LONGEST = 4000
"""Characters of a template."""


@dataclass(frozen=True)
class Template:
    """A text with named fields."""

    text: str

    @cached_property
    def _lines(self) -> tuple[tuple[frozenset[str], str], ...]:
        return tuple((frozenset(_names(line)), line) for line in self.text.splitlines())

    @property
    def fields(self) -> frozenset[str]:
        """The fields that it names."""
        return frozenset(_names(self.text))

    def render(self, values: Mapping[str, str]) -> str:
        """The text with the values in place of the fields; a field without a value is empty."""
        kept = (line for names, line in self._lines if not names or any(values.get(name) for name in names))
        return "\n".join(_filled(line, values) for line in kept).strip()


def misread(text: str, known: Collection[str]) -> list[tuple[str, str]]:
    """What is wrong with a template: each a sentence, and the name that is not known ("" where it is not about one)."""
    if len(text) > LONGEST:
        return [(f"is longer than {LONGEST} characters.", "")]
    problems = []
    for found in _PART.finditer(text):
        if found[0] in ("{", "}"):
            problems.append(("has a brace without its other one; write {{ or }} for one of its own.", ""))
        elif found[1] is not None and not _NAME.fullmatch(found[1]):
            problems.append((f"“{found[0]}” is no field: only a name may stand in braces.", ""))
        elif found[1] is not None and found[1] not in known:
            problems.append((f"there is no field “{found[1]}” here.", found[1]))
    return problems


def _names(text: str) -> list[str]:
    return [found[1] for found in _PART.finditer(text) if found[1] is not None]


def _filled(line: str, values: Mapping[str, str]) -> str:
    def put(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        return values.get(found[1], "")

    return _BEFORE_A_STOP.sub("", _GAPS.sub(" ", _PART.sub(put, line))).strip()

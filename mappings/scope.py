"""What a rule can see while one body is mapped, and how a value that does not fit is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePath
from typing import Final

from core.model import Unknown, UnknownKind
from core.ports import UnmappedError

SHOWN = 60
"""So many characters of a foreign value are shown in an error."""

_SECRETIVE = re.compile(r"passw|secret|token|authorization|api_?key|credential", re.IGNORECASE)


class Nothing(Enum):
    """The type of `MISSING`."""

    MISSING = "missing"


MISSING: Final = Nothing.MISSING
"""The body does not hold this path (null is None, which is something else: the body says that it is empty)."""

Read = Callable[["Scope"], object]
"""A compiled rule: finds its value in a scope. Raises `UnmappedError`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a mapping is bound to. `base_url` is the platform's address without a slash at its end.

    `collection` is the table or project in which the platform creates records.
    """

    source: str
    platform: str = ""
    base_url: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    collection: str = ""


PREDEFINED = ("body", "header", "option", "base_url", "platform", "source", "received_at")
"""The names that every mapping has: the whole body, the request's headers, what the mapping is bound to, and when the
delivery came (a moment, in UTC; missing where a record was read instead)."""


class Scope:
    """The item that is being mapped, and the named values beside it. Named values are found once, when first used.

    `unknown` collects the words that tables did not know, for all parts of one item together.
    """

    __slots__ = ("_found", "_names", "_top", "item", "unknown")

    def __init__(
        self,
        item: object,
        names: Mapping[str, Read],
        found: dict[str, object],
        top: object = MISSING,
        unknown: list[Unknown] | None = None,
    ) -> None:
        self.item = item
        self._names = names
        self._found = found
        self._top = item if top is MISSING else top
        self.unknown: list[Unknown] = [] if unknown is None else unknown

    def named(self, name: str) -> object:
        """The value of that name, `MISSING` where the body does not say it."""
        found = self._found
        if name in found:
            return found[name]
        read = self._names.get(name)
        value = found[name] = read(self.within(self._top)) if read else MISSING
        return value

    def under(self, names: Mapping[str, Read]) -> Scope:
        """The same item with other named values."""
        found = {name: value for name, value in self._found.items() if name in PREDEFINED}
        return Scope(self.item, names, type(self._found)(found), self._top, self.unknown)

    def within(self, item: object) -> Scope:
        """A scope in which paths begin at that part of the item; the names stay what they are."""
        return Scope(item, self._names, self._found, self._top, self.unknown)


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a rule: the document, its line, and the path that the rule reads."""

    file: str
    line: int
    path: str

    def unmapped(self, message: str) -> UnmappedError:
        """The error that says what did not fit, and which rule says so."""
        return UnmappedError(f"{self.file}:{self.line}: {message}")

    def mismatch(self, value: object, expected: str) -> UnmappedError:
        """The error for a value of a wrong sort."""
        return self.unmapped(f"{self.path} is {shown(self.path, value)}, but {expected} was expected.")

    @property
    def mapping(self) -> str:
        """The name of the mapping in whose document it is."""
        return PurePath(self.file).parent.name or self.file

    def unknown(self, word: str) -> Unknown:
        """The word that a table at this place does not know."""
        name = "(hidden)" if _SECRETIVE.search(self.path) else word[:SHOWN]
        own = f"your own mapping that says “extends: {self.mapping}”"
        advice = f"Add it to the table in {self.file}, line {self.line}; where that one is packaged, in {own}."
        return Unknown(UnknownKind.VALUE, f"{self.mapping}:{self.line} {self.path}", name, advice)


def shown(path: str, value: object) -> str:
    """A foreign value, short enough for an error, and hidden where its path sounds like a secret."""
    if value is MISSING:
        return "missing"
    if _SECRETIVE.search(path):
        return "(hidden)"
    if isinstance(value, dict):
        return "an object with " + (", ".join(sorted(value)[:8])[:SHOWN] or "nothing in it")
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"

"""What can be wrong with the configuration documents, told for people, and all of it at once."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Where in a document: the keys and list positions from its root."""

_LONGEST_CHOICE = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` counts from 1, 0 when it is about the file as a whole; `hint` says what would be right."""

    file: str
    line: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        at = f"{self.path}: " if self.path else ""
        return f"{place}: {at}{self.message}{' ' if self.hint else ''}{self.hint}"


class DocumentsError(Exception):
    """The documents cannot be used. `problems` holds every mistake found, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.path)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(slots=True)
class Report:
    """Collects the problems of one file, whose `lines` tell where each path stands."""

    file: str
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str, hint: str = "") -> None:
        """Note a problem; a path that is not in the document is told at the line of what should hold it."""
        self.problems.append(Problem(self.file, self.line(path), told(path), message, hint))

    def line(self, path: Path) -> int:
        """The line of that path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def unknown(self, path: Path, what: str, name: str, known: Collection[str]) -> None:
        """Note a name that nothing bears."""
        self.add(path, f"there is no {what} “{name}”.", choice(name, known))


def told(path: Path) -> str:
    """The path as people write it: services.payments.aliases[0]."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def choice(word: str, known: Collection[str]) -> str:
    """What may stand there instead of that word, the nearest first."""
    if not known:
        return "None is defined."
    folded = {name.casefold(): name for name in known}
    near = [folded[name] for name in difflib.get_close_matches(word.casefold(), folded, 1, 0.6)]
    meant = f"Did you mean “{near[0]}”? " if near else ""
    listed = sorted(known)
    if len(listed) <= _LONGEST_CHOICE:
        return f"{meant}Allowed: {', '.join(listed)}."
    return meant.strip() or f"Allowed: {', '.join(listed[:_LONGEST_CHOICE])} and {len(listed) - _LONGEST_CHOICE} more."


def unique(report: Report, path: Path, text: str | None, owner: str, seen: dict[str, str]) -> None:
    """Two that bear one name (case aside) could not be told apart."""
    if text and seen.setdefault(text.casefold(), owner) != owner:
        report.add(path, f"“{text}” already belongs to {seen[text.casefold()]}.", "Each needs its own.")


def flat(messages: object, path: Path = ()) -> Iterable[tuple[Path, str, str]]:
    """marshmallow's nested messages as (path, message, hint)."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from flat(inner, path if key == "_schema" else (*path, key))
    elif isinstance(messages, (list, tuple)):
        for inner in messages:
            yield from flat(inner, path)
    else:
        message, _, hint = str(messages).partition("\n")
        yield path, _PLAIN.get(message, message), hint


_PLAIN = {
    "Missing data for required field.": "is missing.",
    "Field may not be null.": "is empty.",
    "Invalid input type.": "must hold named entries.",
    "Not a valid string.": "must be a text.",
    "Not a valid list.": "must be a list.",
    "Not a valid boolean.": "must be true or false.",
    "Not a valid number.": "must be a number.",
    "Not a valid integer.": "must be a whole number.",
    "Shorter than minimum length 1.": "must not be empty.",
}
"""marshmallow's own sentences in ours."""

"""What can be wrong with a mapping document, told for people: file, line, path, what is wrong, what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a document: `line` counts from 1, `path` is where in it, `allowed` is what may stand there."""

    file: str
    line: int
    path: str
    message: str
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        choice = f" Allowed: {', '.join(self.allowed)}." if self.allowed else ""
        at = f" {self.path}:" if self.path else ""
        return f"{self.file}:{self.line}:{at} {self.message}{choice}"


class MappingDocumentError(Exception):
    """The catalogue cannot be used. `problems` holds every mistake found, so that all can be mended at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

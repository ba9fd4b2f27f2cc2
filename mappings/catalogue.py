"""Loading mappings: a folder for each, found by its `mapping.yaml`; all mistakes of all of them are told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mappings.compiling import Text, compile_mapping
from mappings.document import Report, file_text
from mappings.mapping import CompiledMapping
from mappings.problems import MappingDocumentError, Problem

PACKAGED = Path(__file__).resolve().parent
"""The folder of the mappings that come with Rung."""

DOCUMENT = "mapping.yaml"
NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
"""What a mapping may be called."""

NO_TEXTS: Mapping[str, str] = MappingProxyType({})


def load_catalogue(folders: Sequence[Path], texts: Mapping[str, str] = NO_TEXTS) -> dict[str, CompiledMapping]:
    """Every mapping in those folders by name; later folders win. Raises `MappingDocumentError` with all mistakes.

    `texts` are further documents by the mapping's name, such as those that the database keeps; they win over folders.
    """
    found: dict[str, CompiledMapping] = {}
    problems: list[Problem] = []

    def add(name: str, text: str | None, report: Report) -> None:
        if not NAME.fullmatch(name):
            report.add(1, "", f"“{name}” cannot be a mapping's name: use a-z, 0-9, _ and -, a letter first.")
        mapping = compile_mapping(Text(name, report.file, text), report) if text is not None else None
        problems.extend(dict.fromkeys(report.problems))
        if mapping:
            found[name] = mapping

    for folder in folders:
        seen: dict[str, Path] = {}
        for path in sorted(folder.glob(f"*/{DOCUMENT}")):
            name, report = path.parent.name, Report(_told(path))
            if name.casefold() in seen:
                report.add(1, "", f"There is already a mapping of this name: {_told(seen[name.casefold()])}.")
            seen[name.casefold()] = path
            add(name, file_text(path, report), report)
    for name, text in texts.items():
        add(name, text, Report(f"mappings/{name}/{DOCUMENT}"))
    if problems:
        raise MappingDocumentError(problems)
    return found


def _told(path: Path) -> str:
    """The path as errors tell it: from `mappings` on, which is where an administrator looks."""
    return "/".join(path.parts[-3:])

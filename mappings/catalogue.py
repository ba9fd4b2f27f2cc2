"""Loading mappings: a folder for each, found by its `mapping.yaml`; all mistakes of all of them are told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mappings.compiling import Text, compile_mapping
from mappings.document import Report, file_text
from mappings.mapping import CompiledMapping
from mappings.problems import MappingDocumentError
from mappings.shelf import DOCUMENT, PACKAGED, Shelf

NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
"""What a mapping may be called."""

__all__ = ["DOCUMENT", "NAME", "PACKAGED", "load_catalogue"]

NO_TEXTS: Mapping[str, str] = MappingProxyType({})


def load_catalogue(
    folders: Sequence[Path], texts: Mapping[str, str] = NO_TEXTS, only: str = ""
) -> dict[str, CompiledMapping]:
    """Every mapping in those folders by name; later folders win. Raises `MappingDocumentError` with all mistakes.

    `texts` are further documents by the mapping's name, such as those that the database keeps; they win over folders.
    What one extends is looked for among all of them, then among the packaged ones. `only` names the one that is wanted.
    """
    found: dict[str, CompiledMapping] = {}
    report = Report("")
    shelf = Shelf([_in_folder(folder, report) for folder in folders] + [_written(texts)])
    for layer, documents in enumerate(shelf.layers):
        for name, document in documents.items():
            if only and name != only:
                continue
            about = Report(document.file, report.problems)
            if not NAME.fullmatch(name):
                about.add(1, "", f"“{name}” cannot be a mapping's name: use a-z, 0-9, _ and -, a letter first.")
            mapping = compile_mapping(shelf.with_base(document, layer, about), about)
            if mapping:
                found[name] = mapping
    if report.problems:
        raise MappingDocumentError(dict.fromkeys(report.problems))
    return found


def _written(texts: Mapping[str, str]) -> dict[str, Text]:
    return {name: Text(name, f"mappings/{name}/{DOCUMENT}", text) for name, text in texts.items()}


def _in_folder(folder: Path, report: Report) -> dict[str, Text]:
    """The documents of a folder, as far as they can be read."""
    found: dict[str, Text] = {}
    seen: dict[str, Path] = {}
    for path in sorted(folder.glob(f"*/{DOCUMENT}")):
        name, about = path.parent.name, Report(_told(path), report.problems)
        if name.casefold() in seen:
            about.add(1, "", f"There is already a mapping of this name: {_told(seen[name.casefold()])}.")
        seen[name.casefold()] = path
        text = file_text(path, about)
        if text is not None:
            found[name] = Text(name, _told(path), text)
    return found


def _told(path: Path) -> str:
    """The path as errors tell it: from `mappings` on, which is where an administrator looks."""
    return "/".join(path.parts[-3:])

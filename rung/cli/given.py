"""The documents that a command is about: those of a folder, or those in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rung.loaded import Loaded


def loaded(folder: Path | None) -> Loaded:
    """What the documents in the folder say; without one, what those in force do.

    Raises `DocumentsError`, `MappingDocumentError`, and what the database does.
    """
    return _from_folder(folder) if folder else _in_force()


def _from_folder(folder: Path) -> Loaded:
    from core.store.documents import Document
    from rung import documents, live

    texts = documents.read_folder(folder)
    return live.load({name: Document(name, 1, text) for name, text in texts.items()}, lambda _: None)


def _in_force() -> Loaded:
    from rung import wiring
    from rung.cli.desk import settings_with_redis

    return wiring.build(settings_with_redis()).parts.loaded()

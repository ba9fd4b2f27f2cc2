"""The documents that a command is about: those of a folder, or those in force."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rung.loaded import Loaded


def loaded(folder: Path | None) -> Loaded:
    """What the documents in the folder say; without one, what those in force do.

    Raises `DocumentsError`, `MappingDocumentError`, and what the database does.
    """
    return made_of(texts(folder)) if folder else _in_force()


def texts(folder: Path | None) -> dict[str, str]:
    """The documents in the folder by name; without one, those in force. Raises as `loaded`."""
    from rung import documents

    return documents.read_folder(folder) if folder else _texts_in_force()


def made_of(documents: Mapping[str, str]) -> Loaded:
    """What documents say that are not in force; raises `DocumentsError` and `MappingDocumentError`."""
    from core.store.documents import Document
    from rung import live

    return live.load({name: Document(name, 1, text) for name, text in documents.items()}, lambda _: None)


def _texts_in_force() -> dict[str, str]:
    from core.store import documents as stored
    from core.store.database import connect
    from rung.cli.desk import settings

    with connect(settings().database_url).begin() as connection:
        return stored.texts(stored.newest(connection))


def _in_force() -> Loaded:
    from rung import wiring
    from rung.cli.desk import settings_with_redis

    return wiring.build(settings_with_redis()).parts.loaded()

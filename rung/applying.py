"""A folder of documents, put in force."""

from __future__ import annotations

from pathlib import Path

from core.store import database
from core.store import documents as stored
from rung import documents, live
from rung.settings import Settings


def apply_documents(
    settings: Settings, folder: Path, by: str, note: str = "", *, dry: bool = False
) -> list[tuple[str, int, bool]]:
    """Check a folder of documents and store what differs; returns each document's name, version and whether it is new.

    With `dry` all of that is told, and nothing of it stays. What the folder does not hold is left as it was stored
    before. Raises `DocumentsError` and `MappingDocumentError`.
    """
    texts = documents.read_folder(folder)
    engine = database.connect(settings.database_url, pool_size=1)
    try:
        with engine.begin() as connection:
            stored.lock(connection)
            live.try_out({**stored.texts(stored.newest(connection)), **texts})
            applied = [(name, *stored.put(connection, name, text_, by, note)) for name, text_ in sorted(texts.items())]
            if dry:
                connection.rollback()
            return applied
    finally:
        engine.dispose()

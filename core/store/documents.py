"""Configuration documents, every version kept, with who put it there, when and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from core.store.tables import documents


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document. `content` is its text as it was applied; an empty one says that it was withdrawn.

    `at` is when (UTC, the database's clock) `by` applied it, and `note` why, where they said so.
    """

    name: str
    version: int
    content: str
    at: datetime | None = None
    by: str = ""
    note: str = ""


def lock(connection: Connection) -> None:
    """Let nobody else change documents until this transaction ends: what is checked as a whole is stored as such."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('documents', 0))"))


def put(connection: Connection, name: str, content: str, by: str, note: str = "") -> tuple[int, bool]:
    """Store a document as a new version if it differs from the newest; returns the version and whether it is new."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('document ' || :name, 0))"), {"name": name})
    digest = hashlib.sha256(content.encode()).hexdigest()
    query = select(documents.c.version, documents.c.digest).where(documents.c.name == name)
    newest = connection.execute(query.order_by(documents.c.version.desc()).limit(1)).one_or_none()
    if newest and newest.digest == digest:
        return newest.version, False
    version = newest.version + 1 if newest else 1
    row = {"name": name, "version": version, "content": content, "digest": digest, "applied_by": by, "note": note}
    connection.execute(insert(documents).values(row))
    return version, True


def newest(connection: Connection) -> dict[str, Document]:
    """The newest version of every document, withdrawn ones too."""
    query = select(documents).ext(distinct_on(documents.c.name))
    query = query.order_by(documents.c.name, documents.c.version.desc())
    return {row.name: _document(row) for row in connection.execute(query)}


def texts(found: Mapping[str, Document]) -> dict[str, str]:
    """What the documents say by name, without mappings that were withdrawn."""
    return {name: one.content for name, one in found.items() if one.content or not name.startswith("mappings/")}


def get(connection: Connection, name: str, version: int) -> Document | None:
    """One version of a document."""
    query = select(documents).where(documents.c.name == name, documents.c.version == version)
    row = connection.execute(query).one_or_none()
    return _document(row) if row else None


def history(connection: Connection, name: str, limit: int = 1000) -> list[Document]:
    """A document's versions, the newest first."""
    query = select(documents).where(documents.c.name == name).order_by(documents.c.version.desc()).limit(limit)
    return [_document(row) for row in connection.execute(query)]


def versions(connection: Connection) -> Mapping[str, int]:
    """The newest version number of every document: cheap enough to be asked for every second."""
    query = select(documents.c.name, func.max(documents.c.version)).group_by(documents.c.name)
    return {row.name: row.max for row in connection.execute(query)}


def _document(row: Row[Any]) -> Document:
    return Document(row.name, row.version, row.content, row.applied_at, row.applied_by, row.note)

"""Configuration documents, every version kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from core.store.tables import documents


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document. `content` is its text as it was applied."""

    name: str
    version: int
    content: str


def put(connection: Connection, name: str, content: str, by: str) -> tuple[int, bool]:
    """Store a document as a new version if it differs from the newest; returns the version and whether it is new."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('document ' || :name, 0))"), {"name": name})
    digest = hashlib.sha256(content.encode()).hexdigest()
    query = select(documents.c.version, documents.c.digest).where(documents.c.name == name)
    newest = connection.execute(query.order_by(documents.c.version.desc()).limit(1)).one_or_none()
    if newest and newest.digest == digest:
        return newest.version, False
    version = newest.version + 1 if newest else 1
    row = {"name": name, "version": version, "content": content, "digest": digest, "applied_by": by}
    connection.execute(insert(documents).values(row))
    return version, True


def newest(connection: Connection) -> dict[str, Document]:
    """The newest version of every document."""
    query = select(documents).ext(distinct_on(documents.c.name))
    query = query.order_by(documents.c.name, documents.c.version.desc())
    return {row.name: Document(row.name, row.version, row.content) for row in connection.execute(query)}


def get(connection: Connection, name: str, version: int) -> Document | None:
    """One version of a document."""
    query = select(documents).where(documents.c.name == name, documents.c.version == version)
    row = connection.execute(query).one_or_none()
    return Document(row.name, row.version, row.content) if row else None


def versions(connection: Connection) -> Mapping[str, int]:
    """The newest version number of every document: cheap enough to be asked for every second."""
    query = select(documents.c.name, func.max(documents.c.version)).group_by(documents.c.name)
    return {row.name: row.max for row in connection.execute(query)}

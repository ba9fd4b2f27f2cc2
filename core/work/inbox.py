"""The inbox: where the door for machines puts what it has received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.ports import Accepted, Bell, Clock, StorageUnavailableError
from core.store import deliveries


@dataclass(frozen=True, slots=True)
class SqlInbox:
    """`core.ports.Inbox` over PostgreSQL: what is accepted is committed."""

    database: Engine
    clock: Clock
    bell: Bell

    def accept(
        self, source: str, *, key: str | None, content_type: str, headers: Mapping[str, str], body: bytes
    ) -> Accepted:
        """Store a delivery and ring for it; raises `StorageUnavailableError`."""
        try:
            # A statement is a transaction by itself: to begin and commit one would be two more ways to the server.
            with self.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                stored = deliveries.store(
                    connection,
                    source,
                    key=key,
                    received_at=self.clock(),
                    content_type=content_type,
                    headers=headers,
                    body=body,
                )
        except (DBAPIError, PoolTimeout) as error:
            raise StorageUnavailableError(type(error).__name__) from error
        if not stored.repeat:
            self.bell.ring("intake")
        return stored

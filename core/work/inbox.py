"""The inbox: where the door for machines puts what it has received."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.ports import Accepted, Bell, Clock, StorageUnavailableError
from core.store import arrivals
from core.store.arrivals import Arrival, Stored
from core.work.together import Together, UnansweredError


class SqlInbox:
    """`core.ports.Inbox` over PostgreSQL: what is accepted is committed, together with all that came meanwhile."""

    def __init__(self, database: Engine, clock: Clock, bell: Bell) -> None:
        # A statement is a transaction by itself: to begin and commit one would be two more ways to the server.
        self._database = database.execution_options(isolation_level="AUTOCOMMIT")
        self._clock, self._bell = clock, bell
        self._together = Together(self._store, size=lambda one: len(one.body), afterwards=self._ring)

    def accept(
        self, source: str, *, key: str | None, content_type: str, headers: Mapping[str, str], body: bytes
    ) -> Accepted:
        """Store a delivery and ring for it; raises `StorageUnavailableError`."""
        arrival = Arrival(
            source=source,
            key=key,
            received_at=self._clock(),
            content_type=content_type,
            headers=headers,
            body=body,
        )
        try:
            return self._together.do(arrival)
        except (DBAPIError, PoolTimeout, UnansweredError) as error:
            raise StorageUnavailableError(type(error).__name__) from error

    def _store(self, group: Sequence[Arrival]) -> Sequence[Stored | Exception]:
        """One statement for all. Where the database refuses what one of them holds, each by itself."""
        try:
            return self._commit(group)
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            return [error] * len(group)  # it is away, or has no room: one at a time would fare no better
        except DBAPIError as error:
            return [error] if len(group) == 1 else [self._store([one])[0] for one in group]

    def _commit(self, group: Sequence[Arrival]) -> Sequence[Stored]:
        """A connection that was cut is replaced once. What was stored by it all the same comes twice then, as it would
        from senders who were told to repeat."""
        try:
            return self._committed(group)
        except OperationalError as error:
            if not error.connection_invalidated:
                raise
            return self._committed(group)

    def _committed(self, group: Sequence[Arrival]) -> Sequence[Stored]:
        with self._database.connect() as connection:
            return arrivals.store(connection, group)

    def _ring(self, answers: Sequence[Stored | Exception]) -> None:
        if any(isinstance(one, Stored) and not one.repeat for one in answers):
            self._bell.ring("intake")

"""A surge ends by itself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from core.model import SurgeOver
from core.ports import Clock
from core.store import signals, surges
from core.work.apply import Policies


@dataclass(frozen=True, slots=True)
class SurgeWatch:
    """Ends a surge once there is less to do, or the policy knows of none any more."""

    database: Engine
    policies: Policies
    clock: Clock

    def look(self) -> bool:
        """Whether a surge has ended."""
        with self.database.begin() as connection:
            found = surges.running(connection, lock=True)
            if found is None or self._lasts(connection):
                return False
            surges.end(connection, found.id, self.clock())
            signals.send(connection, found.ticket_id, SurgeOver(found.began_at))
            return True

    def _lasts(self, connection: Connection) -> bool:
        rule = self.policies.newest().major.surge
        if rule is None:
            return False
        count = surges.recent(connection, self.clock() - rule.window, rule.until)
        return rule.stands(count, running=True)

"""Who was asked on the level where a ticket stands, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was asked to acknowledge: a roster id, or the name of somebody who took it without being asked.

    `reached` is False once no way of reaching them has worked.
    """

    person: str
    at: datetime
    acknowledged_at: datetime | None = None
    reached: bool = True

    @property
    def is_awaited(self) -> bool:
        """Whether they can still answer, and have not."""
        return self.reached and self.acknowledged_at is None

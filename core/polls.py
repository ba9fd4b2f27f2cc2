"""How it stands with polling, for people: each table and project, and what its figures say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LATE = timedelta(minutes=5)
"""So long after the next round should have begun, its end may take."""
_OFTEN = 5
"""Found so often since yesterday, it is no single webhook that was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRow:
    """How it stands with the polling of a table or project.

    `watermark` is up to when changes were looked at, in the platform's time. `late`: how long ago the last whole round
    ended, None where none has yet; `overdue`: for how long somebody should have begun one. `held`: its platform is
    down, so it is left alone. `found_...` count what no webhook had told, ever; `lately` all of that since yesterday.
    """

    platform: str
    collection: str
    watermark: datetime
    late: timedelta | None
    every: timedelta = timedelta(0)
    overdue: timedelta = timedelta(0)
    error: str = ""
    warning: str = ""
    held: bool = False
    found_records: int = 0
    found_comments: int = 0
    found_deletions: int = 0
    found_at: datetime | None = None
    lately: int = 0
    heard: bool = True
    """Whether the platform has webhooks too: without, everything is found by polling."""

    @property
    def found(self) -> int:
        """All that no webhook had told."""
        return self.found_records + self.found_comments + self.found_deletions

    @property
    def says(self) -> str:
        """What that means, in a sentence or two."""
        return " ".join(part for part in (self._trouble, self.warning, self._lost) if part) or "In step."

    @property
    def _trouble(self) -> str:
        if self.held:
            return "Left alone while the platform is down."
        if self.error:
            return self.error
        if self.late is None:
            return "Not polled yet."
        if self.late > self.every + LATE:
            return f"No round has ended for {int(self.late.total_seconds() // 60)} minutes: does `rung clock` run?"
        return ""

    @property
    def _lost(self) -> str:
        if not self.heard or self.lately < _OFTEN:
            return ""
        return (
            f"Webhooks get lost: since yesterday {self.lately} changes were found by polling only. Look at the "
            "platform's outbound log, at the address and the secret, and at what its rule or webhook leaves out."
        )

"""Who last wrote a field of a ticket, and what became of changes that did not count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

OURSELVES = "rung"
"""Where something was said that no platform told: in Rung itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A value that somebody wrote: `by` whom, as people call them, `where` (a platform, or `OURSELVES`), and when.

    `at` (UTC) is the source's own time, or when we heard of it; `version` is the record's, None where it has none.
    """

    value: str
    by: str
    where: str
    at: datetime
    version: int | None = None

    @property
    def rank(self) -> tuple[int, int, str]:
        """The order in which sayings count, the latest last: by time in whole seconds, as coarse as the coarsest
        source tells it, then by version, then by a name, so that any two are always in the same order.
        """
        return int(self.at.timestamp()), self.version or 0, self.where


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A change that did not count: of which field, what was kept, what was lost, and who leads the field.

    `put_back` says that the kept value was written over the lost one.
    """

    field: str
    leader: str
    kept: Saying
    lost: Saying
    put_back: bool

    @property
    def short(self) -> str:
        """What was kept and what was lost, in a line."""
        kept, lost = (f"“{_word(self.field, one.value)}” ({one.by} on {one.where})" for one in (self.kept, self.lost))
        return f"{self.field.replace('_', ' ')}: {kept} counts, not {lost}"


def _word(name: str, value: str) -> str:
    grades = {"1": "high", "2": "medium", "3": "low"} if name in {"impact", "urgency"} else {}
    return grades.get(value, value.replace("_", " ") if name == "state" else value) or "nothing"

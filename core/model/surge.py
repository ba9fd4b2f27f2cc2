"""A surge: more tickets than usual, within a short time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Surge:
    """The surge that there is now: since when (UTC), and how many tickets made it one.

    `begins` with the ticket that is opened in this step, which calls for more people.
    """

    since: datetime
    count: int
    begins: bool = False


@dataclass(frozen=True, slots=True)
class SurgeOver:
    """The surge that began with this ticket is over."""

    since: datetime

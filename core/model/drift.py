"""A field of a record that does not stand as Rung wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What `stands` there, what Rung `wanted` there, and since when (UTC) that is known.

    `tries` counts how often it was written again, at last at `tried_at`; once `given_up` it is only told of.
    `stood_since` is since when it stands as wanted after all, None while it does not.
    """

    stands: str
    wanted: str
    since: datetime
    tries: int = 0
    tried_at: datetime | None = None
    given_up: bool = False
    stood_since: datetime | None = None

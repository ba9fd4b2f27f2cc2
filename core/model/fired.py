"""That a trigger of the policy has moved a ticket, or would have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fired:
    """A trigger's name, the level where the ticket stood then, and what it fired upon.

    `occurrence` tells one cause from the next (the third reassignment from the sixth, this silence from another).
    `holds` is whether its condition has held ever since.
    """

    trigger: str
    level: int
    occurrence: str
    holds: bool = True

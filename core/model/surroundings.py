"""What a step has to know of the world around its ticket: it is handed in, for a step looks at one ticket alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The tickets beside this one, as they are now.

    `load` is each person's open work by roster id: their open tickets, weighed by severity (SEV1 8, SEV2 4, SEV3 2,
    SEV4 1). `turns` counts the tickets that each team has been given, for taking turns. `like` is how many tickets like
    this one were opened within the policy's window, this one not counted; `parent` the major incident that gathers
    them, 0 without one.
    """

    load: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
    like: int = 0
    parent: int = 0


ALONE = Surroundings()
"""A ticket with no others beside it."""

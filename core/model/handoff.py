"""What whoever takes a ticket over should know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HandoffFact(StrEnum):
    """What a policy can demand that a handoff tells."""

    TRIED = "tried"
    IMPACT = "impact"
    LINKS = "links"
    NEXT_STEP = "next_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """What people have said for those who take over, each "" or empty where nobody has."""

    tried: str = ""
    impact: str = ""
    links: tuple[str, ...] = ()
    next_step: str = ""

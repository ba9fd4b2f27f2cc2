"""What somebody else's words said that ours have no word for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UnknownKind(StrEnum):
    """What is not known."""

    VALUE = "value"
    """A word that a mapping's table does not have."""
    PERSON = "person"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word, person or group that nothing here knows. It is told once, and counted each time that it is met.

    `place` is where it is unknown: a mapping's name with the line and the path ("jira:68 $status"), or a platform's
    name. `advice` says what to add, and where.
    """

    kind: UnknownKind
    place: str
    name: str
    advice: str = ""

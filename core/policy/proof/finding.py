"""What is found amiss in the documents: how bad it is, where it stands, what it is, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Gravity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """A ticket would reach nobody, or what is written can do nothing at all."""
    WARNING = "warning"
    """Somebody will be missed, or something is not as it was meant."""
    NOTE = "note"
    """Worth knowing."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Gravity).index(self)


class How(StrEnum):
    """How a finding was come by."""

    PROVED = "proved"
    """It holds for every ticket and moment there can be."""
    SAMPLED = "sampled"
    """No example of the contrary was found among many that were tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is amiss.

    `kind` is a word for scripts. `document` and `place` (keys and list positions from its root) say where it stands;
    `message` is a sentence for people and `hint` what to do. `weight` orders findings of one gravity, the heaviest
    first.
    """

    gravity: Gravity
    kind: str
    document: str
    place: tuple[str | int, ...]
    message: str
    hint: str = ""
    how: How = How.PROVED
    weight: float = 0.0


def worst_first(one: Finding) -> tuple[int, float]:
    """The order in which findings are told."""
    return one.gravity.rank, -one.weight

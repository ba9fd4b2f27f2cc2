"""A figure: one measured value, and what it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One value in `unit`. `against` names the figure of the same section that it is held against, and `ratio` is this
    value divided by that one. `note` says what a reader must know to judge it. `size` is how many tickets were open, 0
    where that does not matter.
    """

    name: str
    value: float
    unit: str
    note: str = ""
    against: str = ""
    ratio: float | None = None
    section: str = ""
    size: int = 0

    @property
    def command(self) -> str:
        """The command that measures it again."""
        return f".venv/bin/python -m bench --only {self.section}"

    def over(self, floor: Figure) -> Figure:
        """The same, held against a floor."""
        return replace(self, against=floor.name, ratio=self.value / floor.value if floor.value else None)

    def as_json(self) -> dict[str, object]:
        """Every field, and the command."""
        return {**asdict(self), "command": self.command}


def in_section(section: str, figures: Sequence[Figure]) -> list[Figure]:
    """The figures, knowing where they belong."""
    return [replace(one, section=section) for one in figures]

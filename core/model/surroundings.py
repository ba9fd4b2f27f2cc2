"""What a step has to know of the world around its ticket: it is handed in, for a step looks at one ticket alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.model.major import Parent
from core.model.surge import Surge


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The tickets beside this one, as they are now.

    `load` is each person's open work by roster id: their open tickets but this one, weighed by severity (SEV1 8, SEV2
    4, SEV3 2, SEV4 1). `turns` is the number of each person's latest turn, the higher the later; who had none is not in
    it. Shadowed tickets, which nobody was really given, are in `shadow_load` and `shadow_turns` instead: they count for
    other shadowed ones only.

    `likeness` is what a ticket that opens has in common with others, "" where it is like none; `like` is how many of
    them were opened within the policy's window and are open, this one not counted, and `alike` their ids as far as no
    major incident gathers them; `parent` is the one that does, or that a person names. To a major incident `children`
    and `open_children` tell how many it gathers. `surge` is the one that there is now.
    """

    load: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
    shadow_load: Mapping[str, int] = field(default_factory=dict)
    shadow_turns: Mapping[str, int] = field(default_factory=dict)
    likeness: str = ""
    like: int = 0
    alike: tuple[int, ...] = ()
    parent: Parent | None = None
    children: int = 0
    open_children: int = 0
    surge: Surge | None = None

    def load_of(self, person: str, *, shadow: bool) -> int:
        """A person's open work; for a shadowed ticket with what shadowed ones would have given them."""
        return self.load.get(person, 0) + (self.shadow_load.get(person, 0) if shadow else 0)

    def turn_of(self, person: str, *, shadow: bool) -> int:
        """The number of a person's latest turn, 0 for none; for a shadowed ticket those that would have been count."""
        real = self.turns.get(person, 0)
        return max(real, self.shadow_turns.get(person, 0)) if shadow else real


ALONE = Surroundings()
"""A ticket with no others beside it."""

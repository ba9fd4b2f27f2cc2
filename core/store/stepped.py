"""A ticket that was stepped and is not saved yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.engine import Outcome
from core.model import Ticket
from core.trail import carried


@dataclass(frozen=True, slots=True)
class Stepped:
    """One step: the ticket before it (None where it was opened) and after it, and what else it has left behind.

    `trace` is the place in a trace at which it was stepped: what it has others do carries that.
    """

    before: Ticket | None
    ticket: Ticket
    outcome: Outcome
    trace: str | None = field(default_factory=carried)

    @property
    def into_shadow(self) -> bool:
        """Whether the step has put the ticket into the shadow."""
        return self.ticket.shadow and self.before is not None and not self.before.shadow

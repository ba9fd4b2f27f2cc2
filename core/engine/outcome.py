"""What a step leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.model import Action, Entry, Reason, Signal, Ticket


class Refused(StrEnum):
    """Why a person's command changed nothing."""

    NOT_ALLOWED = "not_allowed"
    """They lack the right."""
    MAKES_NO_SENSE = "makes_no_sense"
    """As the ticket stands it cannot be done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ticket as it now is, what its timeline gains, and what is to be done outside.

    `ticket` is None when the stimulus opened none. `withdraw_notices`: notices still on their way to people are not
    wanted any more. `release_notices`: those that are held back go out at once. `confirms` names the lanes whose latest
    write a platform has confirmed by its own webhook.
    `refused` is set where a person's command changed nothing; the timeline says why.
    `answer` is the reason that says what came of the stimulus; what only follows from it comes after.
    `turn` is who was given it (a roster id) where turns are counted, "" otherwise.
    `signals` are for other tickets, by id; `to_children` for every ticket that this one gathers.
    """

    ticket: Ticket | None
    entries: tuple[Entry, ...] = ()
    actions: tuple[Action, ...] = ()
    withdraw_notices: bool = False
    release_notices: bool = False
    confirms: tuple[str, ...] = ()
    refused: Refused | None = None
    answer: Reason | None = None
    turn: str = ""
    signals: tuple[tuple[int, Signal], ...] = ()
    to_children: tuple[Signal, ...] = ()

    @property
    def sentence(self) -> str:
        """What came of the stimulus."""
        last = self.answer or (self.entries[-1].reason if self.entries else None)
        return last.sentence if last else ""

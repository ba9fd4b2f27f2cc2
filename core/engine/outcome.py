"""What a step leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.model import Action, Entry, Ticket


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
    wanted any more. `confirms` names the lanes whose latest write a platform has confirmed by its own webhook.
    `refused` is set where a person's command changed nothing; the timeline says why.
    """

    ticket: Ticket | None
    entries: tuple[Entry, ...] = ()
    actions: tuple[Action, ...] = ()
    withdraw_notices: bool = False
    confirms: tuple[str, ...] = ()
    refused: Refused | None = None

    @property
    def sentence(self) -> str:
        """The last reason, which says what came of the stimulus."""
        return self.entries[-1].reason.sentence if self.entries else ""

"""What a transaction knows of the tickets beside the one that it steps, kept right while it steps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from core.model import Ticket
from core.store import alike, surges
from core.store.alike import Alike
from core.store.keys import indexed
from core.store.surges import Running

_AHEAD = 1000
"""So many more than a surge needs are counted, so that those that are resolved meanwhile can be taken off."""


@dataclass(slots=True)
class Crowd:
    """Asked of the database once, by a connection on which all steps before are written; then each step is added.

    What others commit meanwhile is not seen: a transaction is as if it had come before theirs. Tickets of a likeness
    are counted under its lock, so that none opens beside it.
    """

    _alike: dict[tuple[str, datetime], Alike] = field(default_factory=dict)
    _surge: list[Running | None] = field(default_factory=list)
    _recent: dict[datetime, int] = field(default_factory=dict)

    def alike(self, settled: Callable[[], Connection], likeness: str, since: datetime) -> Alike:
        """The tickets of a likeness that were opened after a moment; its lock must be held."""
        place = (indexed(likeness), since)
        if place not in self._alike:
            self._alike[place] = alike.alike(settled(), likeness, since)
        return self._alike[place]

    def surge(self, connection: Connection) -> Running | None:
        """The surge that there is."""
        if not self._surge:
            self._surge.append(surges.running(connection))
        return self._surge[0]

    def surge_begins(self) -> None:
        """Have the surge asked for again: one has begun, here or beside us."""
        self._surge.clear()

    def recent(self, settled: Callable[[], Connection], since: datetime, most: int) -> int:
        """How many tickets are open that were opened since then, as `surges.recent` counts."""
        if since not in self._recent:
            self._recent[since] = surges.recent(settled(), since, most + _AHEAD)
        return min(self._recent[since], most)

    def note(self, before: Ticket | None, after: Ticket) -> None:
        """A step has made that of a ticket, or opened it where there is none before."""
        for since in self._recent:
            self._recent[since] += _counts(after, since) - (before is not None and _counts(before, since))
        if self._alike:
            self._note_alike(before, after)

    def _note_alike(self, before: Ticket | None, after: Ticket) -> None:
        if before is not None:
            if _kind(before) != _kind(after) or after.major is not None:
                for place in [one for one in self._alike if one[0] in _places(before) | _places(after)]:
                    del self._alike[place]
            return
        for place, known in list(self._alike.items()):
            if place[0] == indexed(after.likeness):
                known = known.with_opened(after)
            if after.major is not None and place[0] == indexed(after.major.gathers):
                known = replace(known, parent=after)
            self._alike[place] = known


def _kind(ticket: Ticket) -> tuple[object, ...]:
    return ticket.likeness, ticket.state.is_open, ticket.gathered


def _places(ticket: Ticket) -> set[str]:
    return {indexed(ticket.likeness), indexed(ticket.major.gathers) if ticket.major else ""} - {""}


def _counts(ticket: Ticket, since: datetime) -> bool:
    return ticket.state.is_open and not ticket.gathered and not ticket.shadow and ticket.opened_at >= since

"""Many tickets counted together: escalations, breaches, waits, and who was called when by their own clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.engine.simulation.case import Call, Was
from core.engine.simulation.play import Told
from core.policy import Roster
from core.policy.localtime import wall_clock

_WORK = range(8, 18)
_AWAKE = range(7, 23)
_SATURDAY = 5


class Band(StrEnum):
    """When somebody was called, by the clock where they live."""

    BUSINESS = "business"
    """Monday to Friday, 08:00 to 18:00."""
    EVENING = "evening"
    """Any other time from 07:00 to 23:00."""
    SLEEPING = "sleeping"
    """23:00 to 07:00."""


def band(at: datetime, zone: str) -> Band:
    """The band of a moment for somebody who lives in that IANA zone."""
    there = wall_clock(at, zone)
    if there.hour not in _AWAKE:
        return Band.SLEEPING
    return Band.BUSINESS if there.hour in _WORK and there.weekday() < _SATURDAY else Band.EVENING


@dataclass(slots=True)
class Tally:
    """Counts over many tickets. `waits` are the seconds from opening to acknowledgement, of those acknowledged."""

    tickets: int = 0
    escalations: int = 0
    breaches: int = 0
    exhausted: int = 0
    waits: list[float] = field(default_factory=list)
    calls: Counter[tuple[str, Band]] = field(default_factory=Counter)

    def add(self, one: Told | Was, roster: Roster) -> None:
        """Count a ticket."""
        self.tickets += 1
        self.escalations += one.escalations
        self.breaches += one.breaches
        self.exhausted += one.exhausted
        if one.acknowledged_after is not None:
            self.waits.append(one.acknowledged_after)
        self._call(one.calls, roster)

    def _call(self, calls: Iterable[Call], roster: Roster) -> None:
        for call in calls:
            known = roster.people.get(call.person)
            self.calls[call.person, band(call.at, known.time_zone if known else "UTC")] += 1

    def join(self, other: Tally) -> None:
        """Count what another has counted, too."""
        self.tickets += other.tickets
        self.escalations += other.escalations
        self.breaches += other.breaches
        self.exhausted += other.exhausted
        self.waits += other.waits
        self.calls.update(other.calls)

    def called(self, band_: Band | None = None, person: str | None = None) -> int:
        """How many calls there were, in one band or to one person where that is said."""
        return sum(
            count
            for (who, when), count in self.calls.items()
            if (band_ is None or when is band_) and (person is None or who == person)
        )

    def wait(self, share: float) -> timedelta | None:
        """The time within which that share (0 to 1) of the acknowledged tickets was; None where none was."""
        if not self.waits:
            return None
        ordered = sorted(self.waits)
        return timedelta(seconds=ordered[min(int(share * len(ordered)), len(ordered) - 1)])

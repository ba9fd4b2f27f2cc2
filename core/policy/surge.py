"""When there is more work than usual, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.model import Severity
from core.policy.roster import Roster

WIDENED = frozenset({Severity.SEV3, Severity.SEV4})
"""The severities whose times to acknowledge are widened: what is worse waits for nobody's surge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeRule:
    """A surge begins when `at` tickets that were opened within `window` are open, and ends below `until` of them.

    What a major incident gathers counts as that one. `call` are the roster ids, or levels of teams as `team/level`,
    that are called up; the times to acknowledge of SEV3 and SEV4 are `widen` times as long while it lasts.
    """

    at: int
    window: timedelta
    until: int
    call: tuple[str, ...] = ()
    widen: float = 1.0

    def stands(self, count: int, *, running: bool) -> bool:
        """Whether there is a surge with so many tickets, given whether there was one until now."""
        return count >= (self.until if running else self.at)

    def people(self, roster: Roster, at: datetime) -> tuple[str, ...]:
        """Whom it calls up at that moment, roster ids, each once."""
        parts = (one.partition("/") for one in self.call)
        found = (roster.on_call(name, level, at) if slash else name for name, slash, level in parts)
        return tuple(dict.fromkeys(one for one in found if one in roster.people))

    def does(self, roster: Roster, at: datetime) -> str:
        """What is done while it lasts, as a sentence; "" for nothing."""
        called = ", ".join(roster.name(one) for one in self.people(roster, at))
        parts = [f"called up: {called}"] if called else []
        parts += [f"SEV3 and SEV4 have {self.widen:g} times as long to be acknowledged"] if self.widen > 1 else []
        return "; ".join(parts)

    def widened(self, within: timedelta, severity: Severity) -> timedelta:
        """How long somebody has to acknowledge during the surge, who otherwise had `within`."""
        return within * self.widen if severity in WIDENED else within

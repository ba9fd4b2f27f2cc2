"""Whether messages go out at once or wait for the next digest, decided for several of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from core.engine.digest import held_sentence
from core.model import Notice, Ticket
from core.policy.communication import Communication
from core.policy.holding import Held, Traffic, goes_at_once, held, lookback
from core.ports import Clock
from core.store import held as ledger
from core.store.claims import Claimed
from core.work.apply import Policies

Waiting = tuple[Claimed, Notice, Ticket]
"""A message of which it is to be decided whether it goes out now, and its ticket."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets messages through, or holds them: what is decided for a reader is decided one after the other."""

    database: Engine
    policies: Policies
    clock: Clock

    def pass_(self, waiting: Sequence[Waiting]) -> dict[int, str]:
        """Count those that go out, and put the others back; returns why these are held, by the action's id."""
        now, because = self.clock(), dict[int, str]()
        with self.database.begin() as connection:
            ledger.lock_readers(connection, {notice.recipient for _, notice, _ in waiting})
            seen = _Seen(connection, self.policies.newest().communication, now)
            for claimed, notice, ticket in waiting:
                policy = self.policies.version(ticket.policy_version)
                if put_back := seen.put_back(notice, ticket):
                    because[claimed.id] = held_sentence(put_back, policy.told_name(notice), policy.zone_of(notice))
                    ledger.hold(connection, claimed, put_back, because[claimed.id])
            ledger.let_through(connection, [one for one, *_ in waiting if one.id not in because], now)
        return because


@dataclass(slots=True)
class _Seen:
    """What readers were sent, as far back as it matters, asked once; what is decided now counts for what follows."""

    connection: Connection
    communication: Communication
    now: datetime
    known: dict[tuple[str, timedelta], Traffic] = field(default_factory=dict)
    decided: dict[str, list[Held | None]] = field(default_factory=lambda: defaultdict(list))

    def put_back(self, notice: Notice, ticket: Ticket) -> Held | None:
        """Whether a message is held; None where it goes out."""
        back = lookback(self.communication, notice)
        if back is None:
            return None
        put_back = None
        if not goes_at_once(notice, ticket.severity):
            traffic = self._traffic(notice.recipient, back)
            put_back = held(notice, ticket.severity, self.communication, traffic, self.now)
        self.decided[notice.recipient].append(put_back)
        return put_back

    def _traffic(self, recipient: str, back: timedelta) -> Traffic:
        if (recipient, back) not in self.known:
            self.known[recipient, back] = ledger.traffic(self.connection, recipient, self.now - back)
        traffic = self.known[recipient, back]
        for put_back in self.decided[recipient]:
            traffic = _after(traffic, put_back, self.now)
        return traffic


def _after(traffic: Traffic, put_back: Held | None, now: datetime) -> Traffic:
    if put_back is None:
        return replace(traffic, sent=(*traffic.sent, now))
    return replace(traffic, digest_at=min(traffic.digest_at or put_back.until, put_back.until))

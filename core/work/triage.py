"""Triage: what waits in a large backlog is looked through, and what cannot wait is moved to its front.

Deliveries are taken up in the order in which they came, which is right as long as few wait. Behind thousands of repeats
a new SEV1, or a person's own word on a ticket, would come too late. To look at a delivery costs a tenth of applying it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from core.engine import severity_at_first
from core.model import Delivery, Event, EventKind, Normalized, Severity
from core.ports import Clock
from core.store import triage
from core.work.failures import told
from core.work.hand import Policies
from core.work.understanding import Understanding

log = structlog.get_logger()

WINDOW = 500
"""Deliveries that are looked at together."""
WINDOWS = 4
"""Windows in a row, before something is applied again."""
_LEASE = timedelta(seconds=5)
_APART = timedelta(milliseconds=1)
"""Two ranks are so far apart in the time since which they wait: the age of what waits is still told truly."""
_MOST_KEYS = 100_000

_PEOPLE = 1
_RANKS = {Severity.SEV1: 0, Severity.SEV2: 2, Severity.SEV3: 3, Severity.SEV4: 4}
_LAST = 5
"""Tickets that would open go by their severity; what people did on a platform goes between the worst and the others;
repeats, and ends of alerts, keep their place.
"""

Key = tuple[str, str]
"""An alert's source and key."""


@dataclass
class Triage:
    """Looks through the backlog, one worker at a time. Lost with its worker, it only begins anew.

    Of one alert the first word must not overtake a later one: where the later one is the worse, both are moved up.
    """

    database: Engine
    understanding: Understanding
    policies: Policies
    clock: Clock
    _owner: str = field(default_factory=lambda: uuid.uuid4().hex)
    _front: datetime | None = None
    _ranked: dict[Key, tuple[int, int]] = field(default_factory=dict)
    """The rank of each alert that would open a ticket, and the delivery that told of it first."""

    def rest(self) -> None:
        """There is no backlog any more: somebody else may look at the next one."""
        if self._front is not None:
            with self.database.begin() as connection:
                triage.rest(connection, self._owner)
        self._front = None
        self._ranked.clear()

    def look(self) -> int:
        """Look at some of what nobody has looked at yet; returns how many deliveries that were."""
        done = 0
        for _ in range(WINDOWS):
            found = self._look()
            done += found
            if found < WINDOW // 2:
                break
        return done

    def _look(self) -> int:
        with self.database.begin() as connection:
            after = triage.turn(connection, self._owner, _LEASE)
            found = triage.waiting(connection, after, WINDOW) if after is not None else []
            self._front = self._front or triage.front(connection)
        if not found or self._front is None:
            return 0
        understood = [(delivery.id, self._understood(delivery)) for delivery in found]
        events = [event for _, one in understood for event in one if event.kind is EventKind.ALERT]
        with self.database.begin() as connection:
            ranks = self._ranks(understood, triage.with_open_ticket(connection, events))
            triage.move(connection, {one: self._front - _APART * (_LAST - rank) for one, rank in ranks.items()})
            triage.looked(connection, self._owner, found[-1].id)
        log.debug("the backlog was looked through", deliveries=len(found), moved=len(ranks))
        return len(found)

    def _understood(self, delivery: Delivery) -> Sequence[Event]:
        try:
            return self.understanding.mappings().events(delivery).events
        except Exception as error:  # noqa: BLE001 - it shows again when the delivery is applied, and is told there
            log.debug("a delivery keeps its place", delivery=delivery.id, reason=told(error))
            return Normalized().events

    def _ranks(self, understood: Sequence[tuple[int, Sequence[Event]]], known: set[Key]) -> Mapping[int, int]:
        """The ranks of the deliveries that are to be moved."""
        ranks: dict[int, int] = {}
        if len(self._ranked) > _MOST_KEYS:
            self._ranked.clear()
        for delivery, events in understood:
            for event in events:
                for number, rank in self._of(delivery, event, known):
                    ranks[number] = min(rank, ranks.get(number, _LAST))
        return {number: rank for number, rank in ranks.items() if rank < _LAST}

    def _of(self, delivery: int, event: Event, known: set[Key]) -> list[tuple[int, int]]:
        """Which deliveries an event has moved, its own and the one that told of the same alert first; and to where."""
        if event.kind is not EventKind.ALERT:
            return [(delivery, _PEOPLE)]
        key = (event.source, event.key)
        severity = severity_at_first(event, self.policies.newest(), self.clock()) if key not in known else None
        if severity is None:
            return []
        rank = _RANKS[severity]
        before = self._ranked.get(key)
        if before is None:
            self._ranked[key] = rank, delivery
            return [(delivery, rank)]
        if before[0] <= rank:
            return []
        self._ranked[key] = rank, before[1]
        return [(before[1], rank), (delivery, rank)]

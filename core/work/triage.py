"""Triage: what waits in a large backlog is looked through, and what cannot wait is moved to its front.

Deliveries are taken up in the order in which they came, which is right as long as few wait. Behind thousands of repeats
a new SEV1, or a person's own word on a ticket, would come too late. To look at a delivery costs a tenth of applying it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from core.engine import severity_at_first
from core.model import Delivery, Event, EventKind, Severity
from core.ports import Clock
from core.store import triage
from core.work.failures import told
from core.work.hand import Policies
from core.work.places import LAST, Places, Word
from core.work.understanding import Understanding

log = structlog.get_logger()

WINDOW = 500
"""Deliveries that are looked at together."""
WINDOWS = 4
"""Windows in a row, before something is applied again."""
MOST_MOVED = 2_000
"""Of one source, in one backlog: whoever cries for ever, in good faith or bad, does not starve all others for ever."""
_LEASE = timedelta(seconds=5)
_APART = timedelta(milliseconds=1)
"""Two ranks are so far apart in the time since which they wait: the age of what waits is still told truly."""

_PEOPLE = 1
_RANKS = {Severity.SEV1: 0, Severity.SEV2: 2}
"""What opens a ticket of these goes first, and between the two what people did on a platform. All else keeps its place,
so that the ends of alerts do not wait behind whatever else opens.
"""


@dataclass
class Triage:
    """Looks through the backlog, one worker at a time. Lost with its worker, it only begins anew."""

    database: Engine
    understanding: Understanding
    policies: Policies
    clock: Clock
    _owner: str = field(default_factory=lambda: uuid.uuid4().hex)
    _front: datetime | None = None
    _places: Places = field(default_factory=Places)
    _moved: Counter[str] = field(default_factory=Counter)

    def rest(self) -> None:
        """There is no backlog any more: somebody else may look at the next one."""
        if self._front is not None:
            with self.database.begin() as connection:
                triage.rest(connection, self._owner)
        self._front, self._places = None, Places()
        self._moved.clear()

    def look(self) -> int:
        """Look at some of what nobody has looked at yet; returns how many deliveries that were."""
        done = 0
        for _ in range(WINDOWS):
            found = self._look()
            done += found
            if not found:
                break
        return done

    def _look(self) -> int:
        with self.database.begin() as connection:
            after = triage.turn(connection, self._owner, _LEASE)
            if after is None:
                return 0
            found = triage.waiting(connection, after, WINDOW)
            self._front = self._front or triage.front(connection)
        if not found or self._front is None:
            return 0
        understood = [(delivery, self._understood(delivery)) for delivery in found]
        events = [event for _, one in understood for event in one if event.kind is EventKind.ALERT]
        with self.database.begin() as connection:
            known = triage.with_open_ticket(connection, events)
            ranks: dict[int, int] = {}
            for delivery, one in understood:
                ranks |= self._places.of(delivery.id, [self._word(event, known) for event in one])
            triage.move(connection, {one: self._front - _APART * (LAST - rank) for one, rank in ranks.items()})
            triage.looked(connection, self._owner, found[-1].id)
        self._moved.update(delivery.source for delivery in found if delivery.id in ranks)
        log.debug("the backlog was looked through", deliveries=len(found), moved=len(ranks))
        return len(found)

    def _understood(self, delivery: Delivery) -> Sequence[Event]:
        if self._moved[delivery.source] >= MOST_MOVED:
            return ()
        try:
            return self.understanding.mappings().events(delivery).events
        except Exception as error:  # noqa: BLE001 - it shows again when the delivery is applied, and is told there
            log.debug("a delivery keeps its place", delivery=delivery.id, reason=told(error))
            return ()

    def _word(self, event: Event, known: set[tuple[str, str]]) -> Word:
        """What an event says, as far as its place goes: `known` are the alerts whose tickets are open."""
        if event.kind is not EventKind.ALERT:
            return Word(None, _PEOPLE)
        key = (event.source, event.key)
        try:
            severity = severity_at_first(event, self.policies.newest(), self.clock()) if key not in known else None
        except Exception as error:  # noqa: BLE001 - it shows again when the delivery is applied, and is told there
            log.debug("an event keeps its place", source=event.source, key=event.key, reason=told(error))
            return Word(key, None)
        return Word(key, None if severity is None else _RANKS.get(severity, LAST))

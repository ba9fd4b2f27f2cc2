"""Intake: stored deliveries become events, and events reach their tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.model import Delivery, DeliveryStatus, Event, Normalized, Unknown
from core.ports import Bell, Clock, DeliveryError
from core.store import deliveries, heard, tickets
from core.store.codec import UnreadableError
from core.trail import trail
from core.trail import wrong as failed
from core.work import numbers
from core.work.apply import Policies, apply_event
from core.work.closing import Outcomes, OvertakenError, came_of, close, failed_on, say
from core.work.failures import is_away, is_lasting, outlasting, told
from core.work.lease import Held, kept
from core.work.retry import MAX_ATTEMPTS, never, pause
from core.work.signals import Messenger
from core.work.surroundings import likenesses
from core.work.understanding import Understanding
from core.work.unknown import count_unknown, strangers

log = structlog.get_logger()

_SOON = timedelta(seconds=1)
_STOPPED = "its worker was told to end before it was done"
_BATCH = 20
_TRUSTED = 3
"""What was taken up more often is taken up alone: it may be what ends the worker, and with it its whole batch."""


def _no_greeting(delivery: Delivery) -> None:
    del delivery


@dataclass(frozen=True, slots=True)
class Intake:
    """Applies deliveries: all events of one with the note that it is done, or nothing.

    What waits is applied together as long as nothing goes wrong: one transaction's way to the disk costs more than the
    steps in it. Where something does, each delivery has its own transaction and each event a savepoint, so that what
    fails touches nothing else. `greet` gives what a delivery asks of us beyond being understood, such as confirming a
    subscription: it may raise `DeliveryError`, and is done again until it works.
    """

    database: Engine
    understanding: Understanding
    policies: Policies
    clock: Clock
    bell: Bell
    lease: timedelta = timedelta(seconds=30)
    greet: Callable[[Delivery], Callable[[], None] | None] = _no_greeting
    held: Held = field(default_factory=Held)

    def drain(self, stopping: Callable[[], bool] = never) -> int:
        """Apply what waits until nothing does, or a stop is asked for.

        Returns how many deliveries, and signals that tickets gave each other, that were.
        """
        done, messenger = 0, Messenger(self.database, self.policies, self.clock, self.lease)
        while not stopping():
            claimed = self._claim()
            if claimed:
                give_back = partial(self._put_off, claimed, _STOPPED)
                with kept(self.lease, partial(self._renew, claimed)), self.held.keeping(give_back):
                    if not self._take_together(claimed):
                        self._take_each(claimed)
            heard = messenger.drain(stopping)
            if not claimed and not heard:
                break
            done += len(claimed) + heard
            self.bell.ring("delivery")
        return done

    def _claim(self) -> list[tuple[Delivery, int]]:
        with self.database.begin() as connection:
            trusted = deliveries.claim(connection, self.lease, _BATCH, most_attempts=_TRUSTED)
            return trusted or deliveries.claim(connection, self.lease, 1)

    def _renew(self, claimed: Sequence[tuple[Delivery, int]]) -> None:
        with self.database.begin() as connection:
            for delivery, attempts in claimed:
                deliveries.renew(connection, delivery.id, attempts, self.lease)

    def _take_together(self, claimed: Sequence[tuple[Delivery, int]]) -> bool:
        """Apply them all in one transaction; False, with nothing done, where one of them needs more care than that.

        With the database away none would fare better alone.
        """
        if any(attempts > _TRUSTED or self.greet(delivery) for delivery, attempts in claimed):
            return False
        try:
            understood = [(*one, self.understanding.mapped(one[0])) for one in claimed]
            if any(event.partial for *_, normalized in understood for event in normalized.events):
                return False  # its record is read again first, which may take long
            ready = [
                (delivery, attempts, self.understanding.completed(one)[0]) for delivery, attempts, one in understood
            ]
            met = [one for *_, normalized in ready for one in normalized.unknown]
            with self.database.begin() as connection:
                self._lock(connection, [event for *_, normalized in ready for event in normalized.events])
                outcomes = [self._applied_together(connection, *one, met) for one in ready]
        except Exception as error:  # noqa: BLE001 - it shows again, for the delivery whose it is, when each goes alone
            if is_away(error):
                log.warning("deliveries put off: the database is away", reason=told(error))
                self._give_back(claimed, told(error))
                return True
            log.debug("deliveries are applied one by one", reason=told(error))
            return False
        count_unknown(self.database, met, self.clock())
        for (delivery, *_), outcome in zip(ready, outcomes, strict=True):
            say(delivery, outcome)
        return True

    def _applied_together(
        self, connection: Connection, delivery: Delivery, attempts: int, normalized: Normalized, met: list[Unknown]
    ) -> Outcomes:
        with _trail(delivery):
            outcome = [self._applied(connection, event, met) for event in normalized.events]
            close(connection, delivery, attempts, normalized, outcome, self.clock())
            return outcome

    def _take_each(self, claimed: Sequence[tuple[Delivery, int]]) -> None:
        for delivery, attempts in claimed:
            with _trail(delivery):
                self._take(delivery, attempts)

    def _take(self, delivery: Delivery, attempts: int) -> None:
        if attempts > MAX_ATTEMPTS:
            self._finish(
                delivery, attempts, DeliveryStatus.FAILED, "given up: every worker that took it up ended over it"
            )
            return
        try:
            if greeting := self.greet(delivery):
                greeting()
            normalized, wrong = self.understanding.understand(delivery)
            outcome, met = self._apply(delivery, attempts, normalized, wrong)
            count_unknown(self.database, [*normalized.unknown, *met], self.clock())
            say(delivery, outcome, wrong)
        except DeliveryError as error:
            numbers.again(delivery.source, "platform")
            self._again(delivery, attempts, error.message, error.retry_after, burn=not error.platform_down)
            log.warning("delivery waits for its platform", reason=error.message)
            failed(error.message)
        except UnreadableError as error:
            self._again(delivery, attempts, f"left to a newer version of Rung: {error}")
            log.warning("delivery left to a newer version of Rung", reason=str(error))
        except OvertakenError:
            log.warning("delivery took longer than its lease; another worker has it")
        except (DBAPIError, PoolTimeout) as error:
            numbers.again(delivery.source, "database")
            log.warning("delivery put off: the database refused", reason=told(error))
            if is_away(error):
                self._give_back([(delivery, attempts)], told(error))
            else:
                self._again(delivery, attempts, f"the database refused: {told(error)}")
        except Exception as error:
            self._finish(delivery, attempts, DeliveryStatus.FAILED, told(error))
            log.exception("delivery could not be applied")
            failed(told(error))

    def _lock(self, connection: Connection, events: Sequence[Event]) -> None:
        tickets.lock_keys(connection, events, likenesses(events, self.policies.newest(), self.clock()))

    def _apply(
        self, delivery: Delivery, attempts: int, normalized: Normalized, wrong: str
    ) -> tuple[Outcomes, list[Unknown]]:
        """Apply its events; returns what came of each, and the people and groups that nobody knows."""
        met: list[Unknown] = []
        with self.database.begin() as connection:
            self._lock(connection, normalized.events)
            outcome = [self._apply_one(connection, event, met) for event in normalized.events]
            close(connection, delivery, attempts, normalized, outcome, self.clock(), wrong)
        return outcome, met

    def _apply_one(self, connection: Connection, event: Event, met: list[Unknown]) -> Mapping[str, Any]:
        """Apply one event under a savepoint: one that cannot be applied does not take the others with it."""
        try:
            with connection.begin_nested():
                return self._applied(connection, event, met)
        except Exception as error:  # the boundary that keeps an event which cannot be applied to itself
            if not is_lasting(error):
                raise
            log.exception("an event could not be applied", source=event.source, key=event.key)
            return failed_on(event, told(error))

    def _applied(self, connection: Connection, event: Event, met: list[Unknown]) -> Mapping[str, Any]:
        """Apply one event; returns what is told of it in the delivery's outcome. Strangers go to `met`."""
        outcome = apply_event(connection, event, self.policies, self.clock())
        met += strangers(outcome.entries)
        heard.tell(connection, [event])
        return came_of(event, outcome)

    def _finish(self, delivery: Delivery, attempts: int, status: DeliveryStatus, error: str) -> None:
        with self.database.begin() as connection:
            deliveries.finish(connection, delivery.id, attempts, status, error=error)
        numbers.delivered(delivery.source, status, self.clock() - delivery.received_at)

    def _give_back(self, claimed: Sequence[tuple[Delivery, int]], error: str) -> None:
        """Have what we could not apply taken up as soon as the database is back, not when our lease runs out."""
        outlasting(self.lease)(self._put_off, claimed, error)

    def _put_off(self, claimed: Sequence[tuple[Delivery, int]], error: str) -> None:
        with self.database.begin() as connection:
            for delivery, attempts in claimed:
                deliveries.postpone(connection, delivery.id, attempts, _SOON, error, burn=False)

    def _again(
        self, delivery: Delivery, attempts: int, error: str, asked: float | None = None, *, burn: bool = True
    ) -> None:
        if burn and attempts >= MAX_ATTEMPTS:
            self._finish(delivery, attempts, DeliveryStatus.FAILED, error)
            return
        with self.database.begin() as connection:
            deliveries.postpone(connection, delivery.id, attempts, pause(attempts, asked), error, burn=burn)


def _trail(delivery: Delivery) -> AbstractContextManager[None]:
    return trail("apply delivery", "consumer", delivery.trace, delivery=delivery.id, source=delivery.source)

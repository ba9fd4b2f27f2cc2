"""Intake: stored deliveries become events, and events reach their tickets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
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
from core.store import deliveries, heard
from core.store.codec import UnreadableError
from core.store.deliveries import Ended
from core.trail import wrong as failed
from core.work import numbers
from core.work.batch import Ready, applied, apply_together, groups, lock, on_the_trail_of
from core.work.closing import Outcomes, OvertakenError, close, ended, failed_on, say
from core.work.failures import is_away, is_lasting, outlasting, told
from core.work.halves import in_halves
from core.work.hand import Hand, Policies
from core.work.lease import Held, kept
from core.work.retry import MAX_ATTEMPTS, never, pause
from core.work.signals import Messenger
from core.work.triage import Triage
from core.work.understanding import Understanding
from core.work.unknown import count_unknown

log = structlog.get_logger()

_SOON = timedelta(seconds=1)
_STOPPED = "its worker was told to end before it was done"
_BATCH = 200
_LARGE = deliveries.MOST_BYTES // 2
"""A batch of so many bytes was cut short by them: much waits, however few deliveries these are."""
_TRUSTED = 3
"""What was taken up more often is taken up alone: it may be what ends the worker, and with it its whole batch."""
_TURN = 10
"""Every so many rounds the oldest goes alone, whatever it is: a stream that never ends must not keep it waiting."""


Claim = tuple[Delivery, int]
"""A delivery, with the number of times it was taken up."""


def _no_greeting(delivery: Delivery) -> None:
    del delivery


@dataclass(frozen=True, slots=True)
class Intake:
    """Applies deliveries: all events of one with the note that it is done, or nothing.

    What waits is applied together as long as nothing goes wrong: the ways to the database and to its disk cost more
    than the steps. Where something does, the delivery whose fault it is has its own transaction and each event a
    savepoint, so that what fails touches nothing else. `greet` gives what a delivery asks of us beyond being
    understood, such as confirming a subscription: it may raise `DeliveryError`, and is done again until it works.
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
        done, rounds, messenger = 0, 0, Messenger(self.database, self.policies, self.clock, self.lease)
        triage = Triage(self.database, self.understanding, self.policies, self.clock)
        while not stopping():
            rounds += 1
            claimed = self._claim(only_oldest=rounds % _TURN == 0)
            if claimed:
                give_back = partial(self._put_off, claimed, _STOPPED)
                over: set[int] = set()
                with kept(self.lease, partial(self._renew, claimed, over)), self.held.keeping(give_back):
                    self._take_all(claimed, over)
                self.bell.ring("delivery")  # nobody waits for it until tickets have heard of each other
            heard = messenger.drain(stopping)
            if heard:
                self.bell.ring("delivery")
            if not claimed and not heard:
                break
            done += len(claimed) + heard
            if len(claimed) >= _BATCH or sum(len(delivery.body) for delivery, _ in claimed) >= _LARGE:
                triage.look()
        triage.rest()
        return done

    def _claim(self, *, only_oldest: bool = False) -> list[Claim]:
        with self.database.begin() as connection:
            if not only_oldest and (
                trusted := deliveries.claim(connection, self.lease, _BATCH, most_attempts=_TRUSTED)
            ):
                return trusted
            return deliveries.claim(connection, self.lease, 1)

    def _renew(self, claimed: Sequence[Claim], over: Collection[int]) -> None:
        """Have the claims run on, but of what is over: it may have been put off for longer."""
        ours = [(delivery.id, attempts) for delivery, attempts in claimed if delivery.id not in over]
        with self.database.begin() as connection:
            deliveries.renew(connection, ours, self.lease)

    def _take_all(self, claimed: Sequence[Claim], over: set[int]) -> None:
        """Apply them in their order: together what can be, and between that, alone, each that needs more care.

        What was taken alone is noted in `over`.
        """

        def alone(delivery: Delivery, attempts: int) -> None:
            with on_the_trail_of(delivery):
                self._take(delivery, attempts)
            over.add(delivery.id)

        try:
            ready: list[Ready] = []
            for delivery, attempts in claimed:
                if (normalized := self._at_once(delivery, attempts)) is not None:
                    ready.append(Ready(delivery, attempts, normalized))
                    continue
                self._take_ready(ready, alone)
                ready = []
                alone(delivery, attempts)
            self._take_ready(ready, alone)
        except (DBAPIError, PoolTimeout) as error:  # none would fare better now
            log.warning("deliveries put off: the database is away", reason=told(error))
            self._give_back(claimed, told(error))

    def _at_once(self, delivery: Delivery, attempts: int) -> Normalized | None:
        """What a delivery says, where nothing has to be asked or done for it outside; None where it needs more care."""
        try:
            if attempts > _TRUSTED or self.greet(delivery):
                return None
            normalized = self.understanding.mapped(delivery)
            if self.understanding.has_to_ask(normalized):
                return None  # that may take long
            return self.understanding.completed(normalized)[0]
        except Exception as error:  # noqa: BLE001 - it shows again, for the delivery whose it is, when that goes alone
            log.debug("a delivery is applied alone", delivery=delivery.id, reason=told(error))
            return None

    def _take_ready(self, ready: Sequence[Ready], alone: Callable[[Delivery, int], None]) -> None:
        for group in groups(ready):
            in_halves(group, self._take_together, lambda one: alone(one.delivery, one.attempts))

    def _take_together(self, group: Sequence[Ready]) -> None:
        """Apply them in one transaction; raises whatever goes wrong, with nothing done."""
        met = [one for ready in group for one in ready.normalized.unknown]
        with self.database.begin() as connection:
            outcomes = apply_together(Hand(connection, self.policies, self.clock()), group, met)
        count_unknown(self.database, met, self.clock())
        for ready, outcome in zip(group, outcomes, strict=True):
            say(ready.delivery, outcome)

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

    def _apply(
        self, delivery: Delivery, attempts: int, normalized: Normalized, wrong: str
    ) -> tuple[Outcomes, list[Unknown]]:
        """Apply its events; returns what came of each, and the people and groups that nobody knows."""
        met: list[Unknown] = []
        with self.database.begin() as connection:
            lock(Hand(connection, self.policies, self.clock()), normalized.events)
            outcome = [self._apply_one(connection, event, met) for event in normalized.events]
            end = ended(delivery, attempts, normalized, outcome, wrong)
            close(connection, [(delivery, end)], self.clock())
        return outcome, met

    def _apply_one(self, connection: Connection, event: Event, met: list[Unknown]) -> Mapping[str, Any]:
        """Apply one event under a savepoint: one that cannot be applied does not take the others with it."""
        try:
            with connection.begin_nested():
                hand = Hand(connection, self.policies, self.clock())
                came = applied(hand, event, met)
                hand.save()
                heard.tell(connection, [event])
                return came
        except Exception as error:  # the boundary that keeps an event which cannot be applied to itself
            if not is_lasting(error):
                raise
            log.exception("an event could not be applied", source=event.source, key=event.key)
            return failed_on(event, told(error))

    def _finish(self, delivery: Delivery, attempts: int, status: DeliveryStatus, error: str) -> None:
        with self.database.begin() as connection:
            deliveries.finish(connection, [Ended(delivery.id, attempts, status, error)])
        numbers.delivered(delivery.source, status, self.clock() - delivery.received_at)

    def _give_back(self, claimed: Sequence[Claim], error: str) -> None:
        """Have what we could not apply taken up as soon as the database is back, not when our lease runs out."""
        outlasting(self.lease)(self._put_off, claimed, error)

    def _put_off(self, claimed: Sequence[Claim], error: str) -> None:
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

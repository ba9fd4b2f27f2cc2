"""Deliveries applied together: all their tickets are read at once, stepped one after the other, and written at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from core.model import Delivery, Event, Normalized, Unknown
from core.store import heard, tickets
from core.trail import trail
from core.work.apply import take_in
from core.work.closing import Outcomes, came_of, close, ended
from core.work.hand import Hand
from core.work.surroundings import likenesses
from core.work.unknown import strangers

MOST_EVENTS = 500
"""So many are applied in one transaction at most, but for one delivery that holds more: others wait for its locks."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that was understood, taken up for the `attempts`-th time."""

    delivery: Delivery
    attempts: int
    normalized: Normalized


def groups(ready: Iterable[Ready]) -> Iterator[list[Ready]]:
    """The deliveries in their order, as many together as one transaction applies."""
    group: list[Ready] = []
    events = 0
    for one in ready:
        if group and events + len(one.normalized.events) > MOST_EVENTS:
            yield group
            group, events = [], 0
        group.append(one)
        events += len(one.normalized.events)
    if group:
        yield group


def lock(hand: Hand, events: Sequence[Event]) -> None:
    """Wait until nobody else applies events of the same keys, or opens tickets that are like theirs."""
    tickets.lock_keys(hand.connection, events, likenesses(events, hand.policies.newest(), hand.now))


def apply_together(hand: Hand, ready: Sequence[Ready], met: list[Unknown]) -> list[Outcomes]:
    """Apply the events of all of them, in their order; returns what came of each delivery's. Strangers go to `met`."""
    events = [event for one in ready for event in one.normalized.events]
    lock(hand, events)
    hand.take_up(events)
    outcomes = [_applied(hand, one, met) for one in ready]
    hand.save()
    heard.tell(hand.connection, events)
    ends = [
        (one.delivery, ended(one.delivery, one.attempts, one.normalized, came))
        for one, came in zip(ready, outcomes, strict=True)
    ]
    close(hand.connection, ends, hand.now)
    return outcomes


def _applied(hand: Hand, one: Ready, met: list[Unknown]) -> Outcomes:
    with on_the_trail_of(one.delivery):
        return [applied(hand, event, met) for event in one.normalized.events]


def applied(hand: Hand, event: Event, met: list[Unknown]) -> dict[str, object]:
    """Apply one event; returns what is told of it in the delivery's outcome. Strangers go to `met`."""
    outcome = take_in(hand, event)
    met += strangers(outcome.entries)
    return dict(came_of(event, outcome))


def on_the_trail_of(delivery: Delivery) -> AbstractContextManager[None]:
    """What is done in the block is done for that delivery."""
    return trail("apply delivery", "consumer", delivery.trace, delivery=delivery.id, source=delivery.source)

"""What a delivery says: its mapping's events, each complete and marked where it is our own doing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from core.model import Delivery, Event, Normalized, Party, RecordRef, Unknown
from core.ports import DeliveryError, Mappings, Platform, UnmappedError
from core.trail import span
from core.work import numbers


@dataclass(frozen=True, slots=True)
class Understanding:
    """Makes events of deliveries. Where a body says too little, its record is read again, before it is applied."""

    mappings: Callable[[], Mappings]
    platforms: Callable[[], Mapping[str, Platform]]
    identities: dict[str, tuple[Platform, Party]] = field(default_factory=dict)

    def mapped(self, delivery: Delivery) -> Normalized:
        """What its mapping makes of it; raises `UnmappedError`."""
        traced = span("map delivery", "consumer", delivery.trace, delivery=delivery.id, source=delivery.source)
        with numbers.MAPPING.labels(delivery.source).time(), traced:
            return self.mappings().events(delivery)

    def understand(self, delivery: Delivery) -> tuple[Normalized, str]:
        """The delivery's events, each complete and marked if it is our own doing; and what was not understood."""
        try:
            return self.completed(self.mapped(delivery))
        except UnmappedError as error:
            normalized, wrong = self.completed(error.understood or Normalized())
            return normalized, f"{error} {wrong}".strip()

    def completed(self, normalized: Normalized) -> tuple[Normalized, str]:
        """The same with each event complete; and what was not understood of records that were read again."""
        events: list[Event] = []
        unknown, wrong = list(normalized.unknown), []
        for event in normalized.events:
            try:
                full = self._complete(event)
            except UnmappedError as error:
                full = error.understood or Normalized()
                wrong.append(str(error))
            events += full.events
            unknown += full.unknown
        return replace(normalized, events=tuple(events), unknown=tuple(unknown)), " ".join(wrong)

    def _complete(self, event: Event) -> Normalized:
        """The one event, complete, and what of its record is not known; raises `UnmappedError`, `DeliveryError`."""
        platform = self.platforms().get(event.record.platform) if event.record else None
        if platform is None or event.record is None:
            return Normalized((event,))
        unknown: tuple[Unknown, ...] = ()
        if event.partial:
            event, unknown = self._read_again(event, event.record, platform)
        return Normalized((as_ours(event, self._identity(platform)),), unknown=unknown)

    def has_to_ask(self, normalized: Normalized) -> bool:
        """Whether a platform has to be asked before these events are complete: for a record, or who we are there."""
        platforms = self.platforms()
        asked = (platforms.get(event.record.platform) for event in normalized.events if event.record)
        known = (one is None or self.identities.get(one.name, (None,))[0] is one for one in asked)
        return any(event.partial for event in normalized.events) or not all(known)

    def _identity(self, platform: Platform) -> Party:
        """Our account there. It is asked for once: a platform that is down later does not hold up what it sent."""
        known = self.identities.get(platform.name)
        if known is None or known[0] is not platform:
            known = self.identities[platform.name] = (platform, platform.identity())
        return known[1]

    def _read_again(self, event: Event, record: RecordRef, platform: Platform) -> tuple[Event, tuple[Unknown, ...]]:
        """The record as it now stands, with what the event alone knows: its kind, who did it, the comment.

        Beside it, what of the record is not known.
        """
        with span("read record", "client", platform=platform.name):
            body = platform.fetch(record)
        if body is None and not record.id:
            raise DeliveryError(
                f"{platform.name} shows no {record.key}: it is gone, or the integration user may not read it"
            )
        if body is None:
            return replace(event, partial=False), ()
        read = self.mappings().record(event.source, body)
        if not read.events:
            return replace(event, partial=False), read.unknown
        full = read.events[0]
        comment = event.comment or full.comment
        return replace(full, kind=event.kind, actor=event.actor, comment=comment, partial=False), read.unknown


def as_ours(event: Event, us: Party) -> Event:
    """The event, marked where our own account did it. For whom Rung itself creates a record, nobody has called."""
    own = event.actor is not None and event.actor.is_same_as(us)
    called = event.caller is not None and event.caller.is_same_as(us)
    said = tuple(one for one in event.comments if not one.author.is_same_as(us))
    return replace(event, own=own, caller=None if called else event.caller, comments=said)

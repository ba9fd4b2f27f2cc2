"""Stored deliveries through the mappings in force and through others: only what would change is kept."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from core.maptrial import ChangedDelivery, Comparison, Difference
from core.model import Delivery
from mappings import BoundMapping, fixtures
from mappings import Mapping as CompiledMapping
from rung.mapping.configured import Configured
from rung.mapping.differing import differences

KEPT = 500
"""Deliveries whose differences are kept; the others are counted."""
KEPT_OF_ONE = 50
"""Differences of one delivery that are kept."""


@dataclass(slots=True)
class Tally:
    """What has been found so far."""

    sources: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    kept: list[ChangedDelivery] = field(default_factory=list)
    understood_before: int = 0
    understood_after: int = 0


def affected(now: Configured, new: Configured) -> tuple[tuple[str, ...], list[str]]:
    """The mappings that differ, with those that extend them; and the sources that use one of these, as they are now."""
    both = now.catalogue.keys() & new.catalogue.keys()
    names = sorted(name for name in both if now.catalogue[name].digest != new.catalogue[name].digest)
    added = [name for name in new.catalogue if name not in now.catalogue]
    used = now.configuration.platforms.sources.values()
    return (*names, *added), [one.name for one in used if one.mapping in names]


def compare(
    now: Configured, new: Configured, deliveries: Iterable[Delivery], seconds: float
) -> Iterator[int | Comparison]:
    """Take up delivery after delivery until the seconds are over: gives how many are done, and last what was found."""
    names, sources = affected(now, new)
    tally, until, complete = Tally(sources=Counter(dict.fromkeys(sources, 0))), time.monotonic() + seconds, True
    for done, delivery in zip(count(1), deliveries, strict=False):
        if time.monotonic() > until:
            complete = False
            break
        _take(tally, now.sources[delivery.source], new.sources[delivery.source], delivery)
        yield done
    yield Comparison(
        mappings=names,
        sources={name: (tally.sources[name], tally.changed[name]) for name in sources},
        fields=dict(tally.fields.most_common()),
        out=tuple(f"{name}: {field}" for name in names for field in _out(now.catalogue.get(name), new.catalogue[name])),
        deliveries=tuple(tally.kept),
        more=tally.changed.total() - len(tally.kept),
        understood=(tally.understood_before, tally.understood_after),
        complete=complete,
    )


def _take(tally: Tally, now: BoundMapping, new: BoundMapping, delivery: Delivery) -> None:
    before, after = fixtures.found(now, delivery), fixtures.found(new, delivery)
    tally.sources[delivery.source] += 1
    tally.understood_before += "unmapped" not in before
    tally.understood_after += "unmapped" not in after
    found = _differences(before, after)
    if not found:
        return
    tally.changed[delivery.source] += 1
    tally.fields.update({one.path or "event" for one in found})
    if len(tally.kept) < KEPT:
        tally.kept.append(
            ChangedDelivery(
                id=delivery.id,
                source=delivery.source,
                received_at=delivery.received_at,
                differences=tuple(found[:KEPT_OF_ONE]),
            )
        )


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Event by event, matched by what they are about: one more or less does not make all others differ."""
    left, right = _events(before), _events(after)
    found = []
    for name in [*left, *(name for name in right if name not in left)]:
        if name in left and name in right:
            found += [replace(one, event=name) for one in differences(left[name], right[name])]
        else:
            found.append(Difference("", _short(left.get(name)), _short(right.get(name)), name))
    return found + differences(_rest(before), _rest(after))


def _events(found: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    events: dict[str, Mapping[str, Any]] = {}
    met: Counter[str] = Counter()
    for event in found.get("events", ()):
        name = f"{event.get('kind')} {event.get('key')}"
        met[name] += 1
        events[name if met[name] == 1 else f"{name} ({met[name]})"] = event
    return events


def _rest(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in found.items() if name != "events"}


def _short(event: Mapping[str, Any] | None) -> str | None:
    """An event in a few words."""
    if event is None:
        return None
    said = [str(event[name]) for name in ("state", "title") if event.get(name)]
    return ", ".join(said)[:200] or "an event"


def _out(now: CompiledMapping | None, new: CompiledMapping) -> list[str]:
    """What of ours the way out would write otherwise."""
    before, after = _rules(now), _rules(new)
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _rules(mapping: CompiledMapping | None) -> dict[str, object]:
    """What is written for each of ours, also where it differs by table or project, without the lines of the rules."""
    if mapping is None:
        return {}
    found: dict[str, object] = {}
    for where, one in {"": mapping, **mapping.variants}.items():
        if one.out is not None:
            parts = {**one.out.rules, "create": one.out.create}
            plain = {name: [replace(rule, where="") for rule in rules] for name, rules in parts.items()}
            said = {**plain, "comments": dict(one.out.comments)}
            found |= {f"{name} in {where}" if where else name: part for name, part in said.items()}
    return found

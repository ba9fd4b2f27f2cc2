"""Who is on call at a moment, and why: overrides before layers, the upper layer before the lower, nobody who is off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from core.policy.layer import Layer
from core.policy.spans import Span, TimeOff, is_off

NOBODY_OFF: TimeOff = MappingProxyType[str, tuple[Span, ...]]({})
"""When everybody is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """For a while `person` has the duty; or the two of `swap` stand in for each other wherever either has a turn."""

    span: Span
    reason: str
    person: str = ""
    swap: tuple[str, str] | None = None

    def instead_of(self, person: str) -> str:
        """Who has the turn of that person by the swap."""
        if self.swap is None or person not in self.swap:
            return person
        return self.swap[1] if person == self.swap[0] else self.swap[0]


class Handover(StrEnum):
    """What becomes of the open tickets of whoever has had the duty when it passes to somebody else."""

    STAY = "stay"
    """They stay whose they are."""
    MOVE = "move"
    """They are assigned to the one coming in."""
    UNACKNOWLEDGED = "unacknowledged"
    """Those move that nobody has acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall(Layer):
    """The duty of one level of one team: a layer itself, `layers` that cover it and each other, and `overrides`.

    A later layer covers the earlier ones whenever it has somebody. A later override covers an earlier one; swaps are
    applied in their order, within the layers. `handover` is the rule for open tickets at a shift change.
    """

    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    handover: Handover = Handover.STAY

    @property
    def from_the_top(self) -> tuple[Layer, ...]:
        """All layers, the one that covers the others first."""
        return (*reversed(self.layers), self)

    @property
    def everybody(self) -> tuple[str, ...]:
        """Whoever may come to have the duty, each once."""
        layers = (person for layer in (self, *self.layers) for person in layer.people)
        overrides = (person for one in self.overrides for person in (one.person, *(one.swap or ())) if person)
        return tuple(dict.fromkeys((*layers, *overrides)))


class Basis(StrEnum):
    """On what it rests that somebody has the duty, or nobody."""

    TURN = "turn"
    OVERRIDE = "override"
    SWAP = "swap"
    STANDS_IN = "stands_in"
    ALL_OFF = "all_off"
    NOBODY = "nobody"


_SENTENCES: Mapping[Basis, str] = {
    Basis.TURN: "in turn",
    Basis.OVERRIDE: "override: {reason}",
    Basis.SWAP: "in the turn of {people}: {reason}",
    Basis.STANDS_IN: "{people} is off",
    Basis.ALL_OFF: "off: {people}",
    Basis.NOBODY: "nobody is named for that time",
}


@dataclass(frozen=True, slots=True)
class Why:
    """Why it is that person. `people` (roster ids) would have had the duty; `reason` is the override's."""

    basis: Basis
    people: tuple[str, ...] = ()
    reason: str = ""

    def sentence(self, name: Callable[[str], str] = str) -> str:
        """For people; `name` makes a name of a roster id."""
        people = ", ".join(map(name, self.people))
        return _SENTENCES[self.basis].format(people=people, reason=self.reason)


_TURN = Why(Basis.TURN)


def on_call(duty: OnCall, at: datetime, time_off: TimeOff = NOBODY_OFF) -> str:
    """The person who has the duty at that moment; "" when nobody has."""
    return assigned(duty, at, time_off)[0]


def assigned(duty: OnCall, at: datetime, time_off: TimeOff = NOBODY_OFF) -> tuple[str, Why]:
    """The person who has the duty at that moment, "" for nobody, and why.

    Somebody who is off is passed over: for the next in turn, then for the layer below; an override for what it covers.
    """
    passed: list[str] = []
    at = at.astimezone(UTC)
    for person, why in _candidates(duty, at):
        if not is_off(person, at, time_off):
            return person, Why(Basis.STANDS_IN, (passed[0],)) if passed else why
        passed.append(person)
    return "", Why(Basis.ALL_OFF, tuple(dict.fromkeys(passed))) if passed else Why(Basis.NOBODY)


def pools(duty: OnCall, at: datetime, time_off: TimeOff = NOBODY_OFF) -> tuple[tuple[str, ...], ...]:
    """Everybody who is there for a duty at that moment, in the order in which they come to have it.

    Each pool covers those after it: first the overrides' people, then each layer's within its hours, from the top.
    Nobody who is off is in one, nobody is in two, and none is empty. The first of the first pool is who is on call.
    """
    at = at.astimezone(UTC)
    active = [override for override in duty.overrides if at in override.span]
    seen: set[str] = set()
    found: list[tuple[str, ...]] = []
    named = [(override.person,) for override in reversed(active) if override.person]
    layers = [tuple(_swapped(person, active)[0] for person in layer.queue(at)) for layer in duty.from_the_top]
    for pool in (*named, *layers):
        there = tuple(dict.fromkeys(one for one in pool if one not in seen and not is_off(one, at, time_off)))
        seen.update(there)
        found += [there] if there else []
    return tuple(found)


def _candidates(duty: OnCall, at: datetime) -> Iterator[tuple[str, Why]]:
    """Everybody who can have the duty at that moment, whoever comes first first."""
    active = [override for override in duty.overrides if at in override.span]
    for override in reversed(active):
        if override.person:
            yield override.person, Why(Basis.OVERRIDE, reason=override.reason)
    for layer in duty.from_the_top:
        for person in layer.queue(at):
            yield _swapped(person, active) if active else (person, _TURN)


def _swapped(turn: str, active: list[Override]) -> tuple[str, Why]:
    person, reason = turn, ""
    for override in active:
        other = override.instead_of(person)
        if other != person:
            person, reason = other, override.reason
    return (turn, _TURN) if person == turn else (person, Why(Basis.SWAP, (turn,), reason))

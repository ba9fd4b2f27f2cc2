"""Who is there at every moment, on each level of each path, for each service and severity that can come to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from core.model.vendorcase import VENDOR
from core.policy.catalogue import Owners
from core.policy.coverage import Coverage, Dark, Gap
from core.policy.oncall import Basis, OnCall, Why
from core.policy.paths import Level
from core.policy.policy import Policy
from core.policy.proof.people import absent, unreachable
from core.policy.proof.reached import Walk, asked_team, walks
from core.policy.shifts import Shift, shifts
from core.policy.spans import Span, merged
from core.policy.vendor import vendor_of


def coverage(policy: Policy, start: datetime, end: datetime) -> Coverage:
    """Look at each level of each path, for each service and severity that can come to it; the longest gaps come first.

    Exact to the moment: somebody's turn, hours, override or time off begins or ends there.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    look = _Look(policy, start, end)
    gaps = [gap for gap in _gaps(look) if gap.times]
    return Coverage(
        start=start,
        end=end,
        gaps=tuple(sorted(gaps, key=lambda gap: gap.total, reverse=True)),
        unreachable=tuple(unreachable(policy)),
        absent=tuple(absent(policy, start, end)),
        dark=tuple(sorted(_dark(look), key=lambda one: (one.last_resort, -one.total))),
    )


_Key = tuple[str, str, Owners]
"""Who is asked on a level: the team, the level's name, and who is named for it by the service."""


class _Look:
    """A look at a stretch of time, in which each duty is reckoned out once."""

    def __init__(self, policy: Policy, start: datetime, end: datetime) -> None:
        self.policy, self.start, self.end = policy, start, end
        self.walks = list(walks(policy))
        self._times: dict[tuple[_Key, bool], tuple[Shift, ...]] = {}
        mute = [one.id for one in policy.roster.people.values() if not one.ways]
        self._reachable = {**policy.roster.time_off, **dict.fromkeys(mute, (Span(start, end),))}
        """When people are off, those of them always whom nothing can reach."""

    def key(self, walk: Walk, level: Level) -> _Key:
        """Who is asked on that level."""
        if level.vendor:
            return f"{VENDOR}:{level.vendor}", level.name, Owners()
        return asked_team(walk, level), level.name, walk.service.owners.get(level.name, Owners())

    def duty(self, key: _Key) -> OnCall:
        """The duty of that level."""
        return self.policy.roster.duty(key[0], key[1]) or OnCall()

    def nobody(self, key: _Key, *, reached: bool = False) -> tuple[Shift, ...]:
        """When nobody is there, in order; with `reached`, nobody whom anything can reach."""
        if (key, reached) not in self._times:
            self._times[key, reached] = tuple(self._nobody(key, reached))
        return self._times[key, reached]

    def _nobody(self, key: _Key, reached: bool) -> Iterable[Shift]:
        team, level, named = key
        if vendor := vendor_of(team):
            return () if _has_ways(self.policy, vendor) else (self._always(),)
        if named != Owners():
            return self._without(self.nobody((team, level, Owners()), reached=reached), named)
        time_off = self._reachable if reached else self.policy.roster.time_off
        return (one for one in shifts(self.duty(key), self.start, self.end, time_off) if not one.person)

    def _always(self) -> Shift:
        return Shift(self.start, self.end, "", Why(Basis.NOBODY))

    def _without(self, times: Iterable[Shift], named: Owners) -> Iterator[Shift]:
        """The part of the times in which those who are named are off, too."""
        people = self.policy.roster.people
        away = [Span(self.start, self.end)]
        for name in (named.owner, named.backup):
            if name in people and people[name].ways:
                away = list(_overlaps(away, self.policy.roster.time_off.get(name, ())))
        for time in times:
            for part in _overlaps([Span(time.start, time.end)], away):
                yield Shift(part.start, part.end, "", time.why)


def _has_ways(policy: Policy, vendor: str) -> bool:
    known = policy.vendors.get(vendor)
    return known is not None and bool(known.ways)


def _overlaps(these: Iterable[Span], those: Iterable[Span]) -> Iterator[Span]:
    others = merged(those)
    for one in merged(these):
        for other in others:
            if part := other.within(one.start, one.end):
                yield part


def _gaps(look: _Look) -> Iterator[Gap]:
    asked: dict[_Key, list[tuple[Walk, Level]]] = {}
    for walk in look.walks:
        for level in walk.levels:
            asked.setdefault(look.key(walk, level), []).append((walk, level))
    for key, found in asked.items():
        duty = look.duty(key)
        yield Gap(
            team=key[0],
            level=key[1],
            services=_services(walk for walk, _ in found),
            time_zone=duty.time_zone,
            named=bool(duty.everybody),
            times=tuple(sorted(look.nobody(key), key=lambda one: one.end - one.start, reverse=True)),
            paths=tuple(dict.fromkeys(walk.path.name for walk, _ in found)),
            severities=tuple(sorted({walk.severity for walk, _ in found})),
        )


def _services(found: Iterable[Walk]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(walk.service.id for walk in found if walk.service.id))


def _dark(look: _Look) -> Iterator[Dark]:
    alike: dict[tuple[str, str, tuple[_Key, ...]], list[Walk]] = {}
    for walk in look.walks:
        keys = tuple(look.key(walk, level) for level in walk.levels)
        alike.setdefault((walk.team, walk.path.name, keys), []).append(walk)
    for (team, path, keys), found in alike.items():
        spans = [Span(look.start, look.end)]
        for key in keys:
            spans = list(_overlaps(spans, (Span(one.start, one.end) for one in look.nobody(key, reached=True))))
            if not spans:
                break
        yield from _told_or_not(look, path, team, keys, found, spans)


def _told_or_not(
    look: _Look, path: str, team: str, keys: Sequence[_Key], found: Sequence[Walk], spans: Sequence[Span]
) -> Iterator[Dark]:
    """The times in which at least a last resort is told, and those in which nobody is."""
    roster = look.policy.roster
    resorts = [one for one in look.policy.path(path).last_resorts if one in roster.people and roster.people[one].ways]
    nobody = list(spans)
    for one in resorts:
        nobody = list(_overlaps(nobody, roster.time_off.get(one, ())))
    told = list(_overlaps(spans, _between(nobody, look.start, look.end)))
    for is_told, times in ((False, nobody), (True, told)):
        if times:
            yield Dark(
                path=path,
                team=team,
                services=_services(found),
                severities=tuple(sorted({walk.severity for walk in found})),
                last_resort=is_told,
                time_zone=look.duty(keys[0]).time_zone if keys else "UTC",
                times=tuple(times),
            )


def _between(spans: Iterable[Span], start: datetime, end: datetime) -> Iterator[Span]:
    """What the stretches leave of the time from `start` to `end`."""
    for span in merged(spans):
        if start < span.start:
            yield Span(start, span.start)
        start = span.end
    if start < end:
        yield Span(start, end)

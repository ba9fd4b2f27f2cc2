"""Whether tickets can come to paths, levels and duties, paths end with somebody, and their times make sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from core.model import Right, Severity
from core.policy.condition import ALWAYS, Condition
from core.policy.paths import Level, Path
from core.policy.policy import Policy
from core.policy.proof.covered import never
from core.policy.proof.finding import Finding, Gravity
from core.policy.proof.reached import walks
from core.policy.proof.values import Values

Within = Mapping[Severity, timedelta]


def ladders(policy: Policy) -> Iterator[Finding]:
    """What is amiss with the paths and their levels."""
    values = Values.of(policy)
    walked = {walk.path.name for walk in walks(policy)} or {policy.default_path}
    for path in policy.paths.values():
        if path.name not in walked:
            yield _warn("path_never_walked", ("paths", path.name), "no ticket can come to this path.",
                        "Have a rule lead to it, or take it out.")  # fmt: skip
        if not path.last_resorts:
            yield _warn("path_without_end", ("paths", path.name), "nobody is told when no level has taken a ticket.",
                        "Name a last_resort.")  # fmt: skip
        yield from _unreached(path, values)
        yield from _times(path)
        yield from _authority(policy, path)


def _unreached(path: Path, values: Values) -> Iterator[Finding]:
    """Levels below every one at which tickets enter: no round begins lower than there."""
    entered = [*((one.condition, one.level) for one in path.enter), (ALWAYS, 1)]
    rules = [_Rule(condition) for condition, _ in entered]
    dead = {one.rule for one in never(rules, values, first_wins=True)}
    lowest = min(level for number, (_, level) in enumerate(entered) if number not in dead)
    for number, level in enumerate(path.levels[: lowest - 1]):
        message = f"no ticket comes to {level.name}: every one enters at {path.levels[lowest - 1].name} or above."
        yield _warn("level_never_reached", ("paths", path.name, "levels", number), message)


@dataclass(frozen=True, slots=True)
class _Rule:
    condition: Condition


def _times(path: Path) -> Iterator[Finding]:
    """A level must not have longer than the one after it, nor a severe ticket longer than a mild one."""
    place = ("paths", path.name, "levels")
    for number, (lower, higher) in enumerate(pairwise(path.levels)):
        longer = [one for one in Severity if lower.acknowledge_within[one] > higher.acknowledge_within[one]]
        if longer:
            message = f"{lower.name} has longer to acknowledge than {higher.name} after it, for {_several(longer)}."
            yield _warn("longer_than_the_next_level", (*place, number, "acknowledge_within"), message)
    for number, level in enumerate(path.levels):
        for severe, mild in _upside_down(level.acknowledge_within):
            message = f"{level.name} has longer for {severe} than for {mild}."
            yield _warn("longer_for_the_worse", (*place, number, "acknowledge_within"), message)
        yield from _ola(level, (*place, number, "ola"))


def vendors(policy: Policy) -> Iterator[Finding]:
    """Levels of vendors who cannot be reached: they are skipped."""
    for path in policy.paths.values():
        for number, level in enumerate(path.levels):
            known = policy.vendors.get(level.vendor)
            if level.vendor and (known is None or not known.ways):
                message = f"{level.name} is always skipped: nothing can reach the vendor {level.vendor}."
                place = ("paths", path.name, "levels", number, "vendor")
                yield _warn("vendor_unreachable", place, message, f"Give vendors.{level.vendor} an address.")


def _ola(level: Level, place: tuple[str | int, ...]) -> Iterator[Finding]:
    """A level's own target ends with it: no sooner than the time in which it must acknowledge."""
    target = level.ola
    if target is None:
        return
    shorter = [one for one, length in target.within.items() if length < level.acknowledge_within[one]]
    if shorter:
        message = (
            f"{level.name} must be done with a ticket before it must have acknowledged it, for {_several(shorter)}."
        )
        yield _warn("target_before_acknowledgement", place, message)


def targets(policy: Policy) -> Iterator[Finding]:
    """Targets of one rule that contradict each other, or are longer for a worse ticket."""
    for number, rule in enumerate(policy.targets):
        place = ("targets", number)
        resolve = rule.targets.get("resolve")
        for clock, target in rule.targets.items():
            for severe, mild in _upside_down(target.within):
                message = f"{clock} is longer for {severe} than for {mild}."
                yield _warn("longer_for_the_worse", (*place, clock), message)
            if resolve is None or clock == "resolve" or target.calendar != resolve.calendar:
                continue
            longer = [
                one for one in target.within if one in resolve.within and target.within[one] > resolve.within[one]
            ]
            if longer:
                message = f"{clock} is longer than resolve, for {_several(longer)}."
                yield _warn("longer_than_resolve", (*place, clock), message)


def duties(policy: Policy) -> Iterator[Finding]:
    """Duties by law or contract of which no ticket ever comes to be: no rule gives any of their classes."""
    given = {one for rule in policy.risk.rules for one in rule.classes}
    for name, duty in policy.risk.duties.items():
        if given.isdisjoint(duty.classes):
            message = f"this duty never begins: no rule makes a ticket {' or '.join(duty.classes)}."
            yield _warn("duty_never_begins", ("risk", "duties", name), message, "Add a rule to risk.rules.")


def _upside_down(within: Within) -> Iterator[tuple[Severity, Severity]]:
    known = [one for one in Severity if one in within]
    return ((severe, mild) for severe, mild in pairwise(known) if within[severe] > within[mild])


def _authority(policy: Policy, path: Path) -> Iterator[Finding]:
    """What nobody may decide on that path: neither a level, nor those who stand at none."""
    held = policy.authority.others.union(*(level.may for level in path.levels))
    lacking = [one for one in Right if one not in held]
    if lacking:
        message = f"no level may {_several(lacking)}, and nobody else may."
        yield _warn("authority_without_level", ("paths", path.name, "levels"), message, "Add it to a level's may.")


def _several(words: list[Severity] | list[Right]) -> str:
    texts = [one.value.replace("_", " ") for one in words]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _warn(kind: str, place: tuple[str | int, ...], message: str, hint: str = "") -> Finding:
    return Finding(gravity=Gravity.WARNING, kind=kind, document="policy.yaml", place=place, message=message, hint=hint,
                   weight=100)  # fmt: skip

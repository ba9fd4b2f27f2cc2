"""Rules that can never match: because no ticket is such, or because earlier ones always come first.

Conditions of `match` alone are decided exactly. A condition is then a box: a set of values for each fact. A text that
no rule names stands for all such texts, and `*` in a value for any text, so that finitely many tickets are examples of
all there are: where earlier rules take every example of a rule, they take every ticket of it. Where CEL is involved,
many examples made of what the rules themselves name are tried.
"""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cel

from core.policy.condition import Condition
from core.policy.facts import NAMES
from core.policy.proof.values import ANYTHING, CATALOGUE, Values

MOST_EXAMPLES = 20_000
"""Beyond these a box is too large to be looked at whole."""
TRIED = 2_000
"""Examples that are tried where nothing can be proved."""
_STRINGS = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'")
_NUMBERS = re.compile(r"(?<![\w.])\d{1,15}(?![\w.])")
_LABELS = re.compile(r"\blabels\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*[\"']([^\"']+)[\"']\s*\])")


class Rule(Protocol):
    """Whatever has a condition."""

    @property
    def condition(self) -> Condition:
        """When it holds."""
        ...


@dataclass(frozen=True, slots=True)
class Never:
    """A rule, by its position, can never match: no ticket is such, or those `by` (positions) always come first.

    `tried` counts the examples where it was sampled; 0 is a proof.
    """

    rule: int
    by: tuple[int, ...] = ()
    tried: int = 0


def never(rules: Sequence[Rule], values: Values, *, first_wins: bool) -> Iterator[Never]:
    """The rules that can never match; where every rule counts that holds, only those that hold for no ticket."""
    conditions = [rule.condition for rule in rules]
    for number, condition in enumerate(conditions):
        found = _never(number, condition, conditions[:number] if first_wins else [], values)
        if found:
            yield found


def _never(number: int, condition: Condition, earlier: Sequence[Condition], values: Values) -> Never | None:
    plain = [(place, one) for place, one in enumerate(earlier) if not one.when]
    box = _box(condition, [one for _, one in plain], values)
    if any(not choices for choices in box.values()):
        return Never(number)
    size = math.prod(map(len, box.values()))
    if size <= MOST_EXAMPLES:
        by = _taken(box, plain, values)
        if by is not None:
            return Never(number, by)
        if not condition.when and len(plain) == len(earlier):
            return None
    return _sampled(number, condition, list(enumerate(earlier)), values)


def _box(condition: Condition, others: Sequence[Condition], values: Values) -> dict[str, list[object]]:
    """Examples of each fact of which any of the conditions speaks."""
    box = {name: values.matched(name, wanted) for name, wanted in condition.match.items()}
    for name in (name for other in others for name in other.match):
        if name not in box:
            box[name] = values.unmatched(name)
    return box


def _points(box: Mapping[str, Sequence[object]]) -> Iterator[dict[str, object]]:
    return (dict(zip(box, chosen, strict=True)) for chosen in itertools.product(*box.values()))


def _taken(
    box: Mapping[str, Sequence[object]], earlier: Sequence[tuple[int, Condition]], values: Values
) -> tuple[int, ...] | None:
    """Which of the earlier rules take the box between them; None where one example is left."""
    by: dict[int, None] = {}
    for point in _points(box):
        facts = values.facts(point)
        first = next((place for place, one in earlier if one.holds(facts)), None)
        if first is None:
            return None
        by[first] = None
    return tuple(by)


def _sampled(
    number: int, condition: Condition, earlier: Sequence[tuple[int, Condition]], values: Values
) -> Never | None:
    """Try examples; None as soon as one shows that the rule can match."""
    by: dict[int, None] = {}
    tried = 0
    for point in _examples(condition, [one for _, one in earlier], values):
        facts = values.facts(point)
        tried += 1
        if not condition.holds(facts):
            continue
        first = next((place for place, one in earlier if one.holds(facts)), None)
        if first is None:
            return None
        by[first] = None
    return Never(number, tuple(by), tried)


def _examples(condition: Condition, earlier: Sequence[Condition], values: Values) -> Iterator[dict[str, object]]:
    """Examples of the condition's box, of all that CEL asks of the other facts; all of them, or some by lot."""
    box = _box(condition, earlier, values)
    for one in (condition, *earlier):
        for name, choices in _asked(one, values).items():
            wanted = condition.match.get(name)
            if wanted is None:
                box[name] = _distinct([*choices, *box.get(name, [])])
            else:
                filled = [value.replace("*", str(one)) for value in wanted if "*" in value for one in choices]
                fits = Condition(match={name: wanted})
                more = [one for one in (*choices, *filled) if fits.holds(values.facts({name: one}))]
                box[name] = _distinct([*box[name], *more])
    if math.prod(map(len, box.values())) <= TRIED:
        yield from _points(box)
        return
    lot = random.Random(number_of(condition))
    for _ in range(TRIED):
        yield {name: lot.choice(choices) for name, choices in box.items()}


def number_of(condition: Condition) -> int:
    """A seed of the condition's own, so that the same documents are always tried alike."""
    return sum(map(ord, condition.when)) + len(condition.match)


def _asked(condition: Condition, values: Values) -> dict[str, list[object]]:
    """What is worth trying for each fact that a condition's expression reads."""
    if not condition.when:
        return {}
    texts = [first or second for first, second in _STRINGS.findall(condition.when)]
    numbers = [int(one) for one in _NUMBERS.findall(condition.when)]
    asked: dict[str, list[object]] = {}
    for name in sorted(set(cel.compile(condition.when).variables()) & NAMES):
        if name == "labels":
            for dotted, quoted in _LABELS.findall(condition.when):
                asked[f"labels.{dotted or quoted}"] = _tries("", texts, numbers, values)
        else:
            asked[name] = _tries(name, texts, numbers, values)
    return asked


def _tries(name: str, texts: Sequence[str], numbers: Sequence[int], values: Values) -> list[object]:
    if name in values.closed:
        return _distinct([*values.closed[name], *(texts if name in CATALOGUE else [])])
    kind = values.kind(name)
    if kind is int:
        return _distinct([0, 1, *(near for one in numbers for near in (one - 1, one, one + 1)), 10**9])
    if issubclass(kind, list | tuple):
        return [[], *([text] for text in texts), list(texts)]
    return _distinct([*texts, " ".join(texts), "", ANYTHING])


def _distinct(found: Sequence[object]) -> list[object]:
    kept: list[object] = []
    for one in found:
        if one not in kept:
            kept.append(one)
    return kept

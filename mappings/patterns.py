"""Regular expressions that cannot run away.

Python's engine goes back and tries again, which can take for ever on a text that somebody makes for it. Here an
expression is looked through when it is compiled: wherever a repeat could also take what comes after it, the time grows
by one more power of the text's length. The greater the power, the less of a text is looked at; what is too much is
refused.
"""

from __future__ import annotations

import re
import re._parser as parser  # type: ignore[import-not-found] # the only way to the parsed expression
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mappings.document import Node

LOOKED_AT = (100_000, 8_000, 400)
"""So many characters of a text are looked at, by how many powers of its length are added: at most 64 million steps."""
_MANY = 8
"""A repeat that may take that many more or fewer counts like one without an end."""
_UNIVERSE = tuple(map(chr, range(0x180)))
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
Chars = frozenset[str]
Item = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Pattern:
    """An expression with one group, and how much of a text it may look at."""

    expression: re.Pattern[str]
    looks_at: int

    def group(self, text: str) -> str | None:
        """What the group takes, None where the text does not fit."""
        found = self.expression.search(text[: self.looks_at])
        return found[1] if found else None


def compile_pattern(node: Node) -> Pattern | None:
    """The expression; None with the mistake noted."""
    text = node.text()
    try:
        expression, parsed = re.compile(text), list(parser.parse(text))
    except (re.error, OverflowError, RecursionError) as error:
        node.wrong(f"This is no regular expression: {error}.")
        return None
    if expression.groups != 1:
        node.wrong("The expression needs exactly one group: the part that is taken.")
        return None
    powers = _Cost(bool(expression.flags & re.IGNORECASE)).powers(parsed)
    if powers is None or powers >= len(LOOKED_AT):
        node.wrong(
            "This expression could take very long on some texts: too many of its repeats can also take what fits the "
            "part behind them. Say what each may not hold, such as [^ ]+ in place of .+, or write *+ and ++ for those "
            "that need not give anything back."
        )
        return None
    return Pattern(expression, LOOKED_AT[powers])


class _RunsAwayError(Exception):
    """The time doubles with each further character."""


@dataclass(frozen=True, slots=True)
class _Follow:
    """The characters that may follow: within the repeat that is looked at, and behind all repeats."""

    within: Chars = frozenset()
    behind: Chars = frozenset()

    @property
    def chars(self) -> Chars:
        return self.within | self.behind

    def or_(self, other: _Follow) -> _Follow:
        return _Follow(self.within | other.within, self.behind | other.behind)


@dataclass(slots=True)
class _Cost:
    """Walks through an expression from its end, with the characters that may follow."""

    ignores_case: bool
    ambiguous: int = 0
    taken: set[str] = field(default_factory=set)
    """The characters that repeats take."""

    def powers(self, items: Sequence[Item]) -> int | None:
        """How many powers of the text's length are added to a single one; None where it is worse than any power."""
        try:
            first = self._sequence(items, _Follow(), looped=False)
        except _RunsAwayError:
            return None
        return self.ambiguous + (not _anchored(items) and bool(self.taken & first.chars))

    def _sequence(self, items: Sequence[Item], follow: _Follow, *, looped: bool) -> _Follow:
        """The characters with which it may begin, given those that may follow it."""
        for op, given in reversed(items):
            follow = self._item(str(op), given, follow, looped=looped)
        return follow

    def _item(self, op: str, given: Any, follow: _Follow, *, looped: bool) -> _Follow:
        match op:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                found = self._chars(op, given)
                return _Follow(within=found) if looped else _Follow(behind=found)
            case "AT":
                return follow
            case "ASSERT" | "ASSERT_NOT":
                self._sequence(list(given[1]), _Follow(behind=frozenset(_UNIVERSE)), looped=looped)
                return follow
            case "SUBPATTERN":
                return self._sequence(list(given[-1]), follow, looped=looped)
            case "BRANCH":
                return self._branches([list(one) for one in given[1]], follow, looped=looped)
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeat(given[0], given[1], list(given[2]), follow, looped=looped)
            case "POSSESSIVE_REPEAT":  # gives nothing back, whatever follows
                first = self._repeat(given[0], given[1], list(given[2]), _Follow(), looped=looped)
                return first.or_(follow) if given[0] == 0 else first
        raise _RunsAwayError  # references to what was taken before, and whatever else is not looked through here

    def _branches(self, branches: Sequence[Sequence[Item]], follow: _Follow, *, looped: bool) -> _Follow:
        every = _Follow()
        for one in branches:
            first = self._sequence(one, follow, looped=looped)
            if looped and every.within & first.within:
                raise _RunsAwayError
            every = every.or_(first)
        return every

    def _repeat(self, least: int, most: int, items: Sequence[Item], follow: _Follow, *, looped: bool) -> _Follow:
        begins = _Cost(self.ignores_case)._sequence(items, _Follow(), looped=False).chars
        endless = most - least >= _MANY
        if endless:
            if begins & follow.within:
                raise _RunsAwayError
            self.ambiguous += bool(begins & follow.behind)
            self.taken |= self._all(items)
        again = _Follow(within=begins) if looped or endless else _Follow(behind=begins)
        first = self._sequence(items, follow.or_(again) if most > 1 else follow, looped=looped or endless)
        first = first if looped else _Follow(behind=first.chars)
        return first.or_(follow) if least == 0 else first

    def _all(self, items: Sequence[Item]) -> set[str]:
        """Every character that a part may take."""
        found: set[str] = set()
        for op, given in items:
            match str(op):
                case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                    found |= self._chars(str(op), given)
                case "SUBPATTERN" | "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                    found |= self._all(list(given[-1]))
                case "BRANCH":
                    found |= set().union(*(self._all(list(one)) for one in given[1]))
        return found

    def _chars(self, op: str, given: Any) -> Chars:
        if op == "ANY":
            return frozenset(_UNIVERSE)
        parts = given if op == "IN" else [(op.removeprefix("NOT_"), given)]
        found = frozenset().union(*(_part(str(name), what) for name, what in parts))
        if self.ignores_case:
            found |= {each for one in found for each in (one.lower(), one.upper())}
        negated = op == "NOT_LITERAL" or (op == "IN" and str(given[0][0]) == "NEGATE")
        return frozenset(_UNIVERSE) - found if negated else found


def _part(name: str, given: Any) -> Chars:
    if name == "LITERAL":
        return frozenset({chr(given)})
    if name == "RANGE":
        return frozenset(one for one in _UNIVERSE if given[0] <= ord(one) <= given[1]) | {chr(given[0]), chr(given[1])}
    return _category(_CATEGORIES[str(given)]) if name == "CATEGORY" else frozenset()


@cache
def _category(expression: str) -> Chars:
    return frozenset(one for one in _UNIVERSE if re.fullmatch(expression, one))


def _anchored(items: Sequence[Item]) -> bool:
    """Whether it fits at the beginning of a text only."""
    for op, given in items:
        match str(op):
            case "ASSERT" | "ASSERT_NOT":
                continue
            case "AT":
                return str(given) in {"AT_BEGINNING", "AT_BEGINNING_STRING"}
            case "SUBPATTERN":
                return _anchored(list(given[-1]))
        return False
    return False

"""In how many ways a regular expression can take one text, which is how often Python's engine may try again.

Wherever a repeat could also take what comes after it, the time grows by one more power of the text's length; a choice
that is no endless repeat multiplies the ways; a choice within a repeat doubles them with each character, which is too
much whatever the text.
"""

from __future__ import annotations

import re
import re._parser as parser  # type: ignore[import-not-found] # the only way to the parsed expression
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

_MANY = 8
"""A repeat that may take that many more or fewer counts like one without an end."""
_MOST_LOOKS = 20_000
"""Parts of an expression that are looked through; those that stand in a repeat count each time."""
_UNIVERSE = frozenset((*map(chr, range(0x180)), "\u0436", "\u0663", "\u2028", "\u212a", "\u212b", "\u2e3a"))
"""The characters that are tried; of those far away a letter, a digit, a space and a sign stand for all that an
expression does not name, and two become plain letters where the case does not matter."""
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
FEW_WAYS, _MOST_WAYS = 8, 1000
"""In how many ways an expression may take a text by choices that no endless repeat makes: more than a few shorten the
text that is looked at."""
Chars = frozenset[str]
Item = tuple[Any, Any]


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
class Ambiguity:
    """Walks through an expression from its end, with the characters that may follow."""

    ignores_case: bool
    universe: Chars
    looks: list[None] = field(default_factory=list)
    """Shared by all that look through one expression: as long as the parts looked through."""
    ambiguous: int = 0
    ways: int = 1
    taken: set[str] = field(default_factory=set)
    """The characters that repeats take."""

    @classmethod
    def of(cls, parsed: Sequence[Item], *, ignores_case: bool) -> Ambiguity:
        """For an expression as Python's parser gives it."""
        return cls(ignores_case, _tried(parsed))

    def powers(self, items: Sequence[Item]) -> int | None:
        """How many powers of the text's length are added to a single one; None where it is worse than any power."""
        try:
            first = self._sequence(items, _Follow(), looped=False)
        except _RunsAwayError:
            return None
        if self.ways > _MOST_WAYS:
            return None
        return self.ambiguous + (not _anchored(items) and bool(self.taken & first.chars))

    def _sequence(self, items: Sequence[Item], follow: _Follow, *, looped: bool) -> _Follow:
        """The characters with which it may begin, given those that may follow it."""
        for op, given in reversed(items):
            follow = self._item(str(op), given, follow, looped=looped)
        return follow

    def _item(self, op: str, given: Any, follow: _Follow, *, looped: bool) -> _Follow:
        self._look()
        match op:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                found = self._chars(op, given)
                return _Follow(within=found) if looped else _Follow(behind=found)
            case "AT":
                return follow
            case "ASSERT" | "ASSERT_NOT":
                self._alone(lambda: self._sequence(list(given[1]), _Follow(behind=self.universe), looped=looped))
                return follow
            case "SUBPATTERN":
                return self._group(given, follow, looped=looped)
            case "BRANCH":
                return self._branches([list(one) for one in given[1]], follow, looped=looped)
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeat(given[0], given[1], list(given[2]), follow, looped=looped)
            case "POSSESSIVE_REPEAT":  # gives nothing back, whatever follows
                first = self._alone(lambda: self._repeat(given[0], given[1], list(given[2]), _Follow(), looped=looped))
                return first.or_(follow) if given[0] == 0 else first
        raise _RunsAwayError  # references to what was taken before, and whatever else is not looked through here

    def _alone(self, part: Callable[[], _Follow]) -> _Follow:
        """A part of which only one way is ever tried together with what stands before and behind it."""
        outside, self.ways = self.ways, 1
        first = part()
        if self.ways > FEW_WAYS:
            raise _RunsAwayError
        self.ways = outside
        return first

    def _look(self) -> None:
        self.looks.append(None)
        if len(self.looks) > _MOST_LOOKS:
            raise _RunsAwayError

    def _group(self, given: Any, follow: _Follow, *, looped: bool) -> _Follow:
        """A group, which may have flags of its own."""
        outside, (_, more, less, items) = self.ignores_case, given
        self.ignores_case = bool((outside or more & re.IGNORECASE) and not less & re.IGNORECASE)
        first = self._sequence(list(items), follow, looped=looped)
        self.ignores_case = outside
        return first

    def _branches(self, branches: Sequence[Sequence[Item]], follow: _Follow, *, looped: bool) -> _Follow:
        every = _Follow()
        begun: list[tuple[str, Chars]] = []
        for one in branches:
            first = self._sequence(one, follow, looped=looped)
            if looped and every.within & first.within:
                raise _RunsAwayError
            every = every.or_(first)
            begun.append((self._word(one), first.chars))
        self.ways *= max(sum(_may_both_fit(one, other) for other in begun) for one in begun)
        return every

    def _word(self, items: Sequence[Item]) -> str:
        """The letters with which it begins, such as a whole word."""
        letters = takewhile(lambda item: str(item[0]) == "LITERAL", items)
        word = "".join(chr(code) for _, code in letters)
        return word.lower() if self.ignores_case else word

    def _repeat(self, least: int, most: int, items: Sequence[Item], follow: _Follow, *, looped: bool) -> _Follow:
        begins = Ambiguity(self.ignores_case, self.universe, self.looks)._sequence(items, _Follow(), looped=False).chars
        if most >= _MANY and not (least == most and _is_single(items)):
            return self._many(least, most, items, follow, begins, looped=looped)
        if most > least and begins & follow.chars:
            if looped and begins & follow.within:
                raise _RunsAwayError
            self.ways *= most - least + 1
        return self._few(least, 1 if least == most and _is_single(items) else most, items, follow, looped=looped)

    def _many(
        self, least: int, most: int, items: Sequence[Item], follow: _Follow, begins: Chars, *, looped: bool
    ) -> _Follow:
        if most > least:
            if begins & follow.within:
                raise _RunsAwayError
            self.ambiguous += bool(begins & follow.behind)
        self.taken |= self._all(items)
        again = _Follow(within=begins)
        first = self._sequence(items, follow.or_(again), looped=True)
        first = first if looped else _Follow(behind=first.chars)
        return first.or_(follow) if least == 0 else first

    def _few(self, least: int, most: int, items: Sequence[Item], follow: _Follow, *, looped: bool) -> _Follow:
        """A repeat of a few times: as if it were written out."""
        first = follow
        for number in range(most, 0, -1):
            begun = self._sequence(items, first, looped=looped)
            first = begun.or_(follow) if number > least else begun
        return first

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
            return self.universe
        parts = given if op == "IN" else [(op.removeprefix("NOT_"), given)]
        found = frozenset().union(*(self._part(str(name), what) for name, what in parts))
        if self.ignores_case:
            found |= {one for one in self.universe if {one.lower(), one.upper()} & found}
            found |= {each for one in found for each in (one.lower(), one.upper())}
        negated = op == "NOT_LITERAL" or (op == "IN" and str(given[0][0]) == "NEGATE")
        return self.universe - found if negated else found

    def _part(self, name: str, given: Any) -> Chars:
        if name == "LITERAL":
            return frozenset({chr(given)})
        if name == "RANGE":
            return frozenset(one for one in self.universe if given[0] <= ord(one) <= given[1])
        if name != "CATEGORY":
            return frozenset()
        category = re.compile(_CATEGORIES[str(given)])
        return frozenset(filter(category.fullmatch, self.universe))


def _may_both_fit(one: tuple[str, Chars], other: tuple[str, Chars]) -> bool:
    """Whether two branches, by their words and what they begin with, may both take what stands at one place."""
    (word, chars), (other_word, other_chars) = one, other
    return bool(chars & other_chars) and (word.startswith(other_word) or other_word.startswith(word))


def _is_single(items: Sequence[Item]) -> bool:
    """Whether it takes one character, and leaves no choice."""
    return len(items) == 1 and str(items[0][0]) in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}


def _tried(parsed: Sequence[Item]) -> Chars:
    """The characters on which parts are compared: where two take any in common, they take one of these."""
    near = {code + step for code in _codes(parsed) for step in (-1, 0, 1)}
    named = {chr(code) for code in near if 0 <= code <= sys.maxunicode}
    return _UNIVERSE | {each for one in named for each in (one, one.lower(), one.upper()) if len(each) == 1}


def _codes(part: Any) -> Iterator[int]:
    """Every character that an expression names."""
    match part:
        case (op, int() as code) if str(op) in {"LITERAL", "NOT_LITERAL"}:
            yield code
        case (op, (int() as begins, int() as ends)) if str(op) == "RANGE":
            yield from (begins, ends)
        case list() | tuple() | parser.SubPattern():
            for one in list(part):
                yield from _codes(one)


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

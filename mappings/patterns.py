"""Regular expressions that admins write, without those that can take for ever on a body that somebody made for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# Python's own reading of a pattern; it has no public one.
from re import _constants as words  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_REPEATS = frozenset({words.MAX_REPEAT, words.MIN_REPEAT})
_MANY = 20
"""So often may something be repeated that is itself repeated without end."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The expression, compiled; raises `ValueError` with a sentence."""
    try:
        if any(_is_endless(repeat) for repeat in _repeats(parser.parse(pattern))):
            raise ValueError("repeats what is repeated itself, as (a+)+ does, which can take for ever")
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is no regular expression: {error}") from None


def _is_endless(repeat: Any) -> bool:
    """Whether its texts can be split into repetitions in any number of ways: it holds a repetition without end, and
    nothing beside it that must be there."""
    _, most, inner = repeat
    if most <= _MANY:
        return False
    return any(
        one[1] is words.MAXREPEAT and inner.getwidth()[0] <= one[2].getwidth()[0] * one[0] for one in _repeats(inner)
    )


def _repeats(tree: Iterable[Any]) -> Iterator[Any]:
    """All repetitions, (least, most, what), at any depth."""
    for kind, said in tree:
        if kind in _REPEATS:
            yield said
        for inner in _inner(kind, said):
            yield from _repeats(inner)


def _inner(kind: Any, said: Any) -> list[Any]:
    """The parts of a part."""
    if kind in _REPEATS or kind is words.POSSESSIVE_REPEAT:
        return [said[2]]
    if kind is words.BRANCH:
        return list(said[1])
    if kind is words.SUBPATTERN:
        return [said[-1]]
    if kind in {words.ASSERT, words.ASSERT_NOT}:
        return [said[1]]
    if kind is words.ATOMIC_GROUP:
        return [said]
    return [one for one in said[1:] if one] if kind is words.GROUPREF_EXISTS else []

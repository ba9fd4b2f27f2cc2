"""CEL, where a path and a table are not enough. Expressions are compiled once and see named values only.

Handing a value to CEL copies it, which costs about a millisecond for a large Jira issue: name the parts needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import cel

from core.ports import UnmappedError
from mappings.document import Node
from mappings.scope import MISSING, Read, Scope, Where

_BINDS = re.compile(r"\.\s*(?:all|exists|exists_one|filter|map)\s*\(\s*([A-Za-z_]\w*)\s*,")
"""Macros bind a variable of their own, which the library also reports as one that the expression reads."""

_LOOPS = re.compile(r"\b(?:all|exists|exists_one|existsOne|filter|map)(?:\s|//[^\n]*+\n)*+\(")
"""Macros that go through a list, also with a comment before the bracket."""

LONGEST = 2_000
MOST_LOOPS = 2
"""Nothing can stop an expression that runs, and each loop within another takes as many times as long."""
MOST_LOOPED = 1_000
"""Values that an expression with more than one loop is handed, those within values counted: it takes their square."""

_FAILS = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""What the library raises, by its documentation and by trial, when an expression does not go with its values."""


def compile_cel(node: Node, names: frozenset[str]) -> Read:
    """The compiled expression. A name that the body does not hold is null in it; a result of null is "missing"."""
    source = node.text()
    if len(source) > LONGEST:
        node.wrong(f"This expression is longer than {LONGEST} characters.")
        return lambda _: MISSING
    loops = len(_LOOPS.findall(source))
    if loops > MOST_LOOPS:
        node.wrong(f"This expression goes through lists more than {MOST_LOOPS} times: make names of its parts.")
        return lambda _: MISSING
    try:
        program = cel.compile(source)
    except ValueError as error:
        node.wrong(f"This is not CEL: {str(error).splitlines()[0]}")
        return lambda _: MISSING
    bound = set(_BINDS.findall(source))
    uses = tuple(name for name in program.variables() if name not in bound)
    for name in uses:
        if name not in names:
            node.wrong(f"The expression uses {name}, which is no name at this place.", sorted(names))
    place = Where(node.file, node.line, node.path)

    def value(scope: Scope) -> object:
        given = {name: None if (found := scope.named(name)) is MISSING else found for name in uses}
        if loops > 1 and _is_large(given):
            raise place.unmapped(f"{node.path} goes through lists twice, and this body holds more than it may.")
        try:
            result: object = program.execute(given)
        except _FAILS as error:
            raise place.unmapped(f"{node.path} cannot be worked out for this body ({type(error).__name__}).") from error
        return MISSING if result is None else result

    return value


def _is_large(value: object) -> bool:
    waiting, seen = [value], 0
    while waiting and seen <= MOST_LOOPED:
        one, seen = waiting.pop(), seen + 1
        if isinstance(one, dict | list):
            if len(one) > MOST_LOOPED:
                return True
            waiting += one.values() if isinstance(one, dict) else one
    return seen > MOST_LOOPED


def compile_condition(node: Node, names: frozenset[str]) -> Callable[[Scope], bool]:
    """The compiled condition. It does not hold for a body whose values it cannot even be worked out with."""
    read = compile_cel(node, names)

    def holds(scope: Scope) -> bool:
        try:
            return read(scope) is True
        except UnmappedError:
            return False

    return holds

"""When a rule holds: named facts that must match, and an expression in CEL for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property, lru_cache

import cel

from core.policy.facts import NAMES, Facts

LONGEST = 1000
"""Characters of an expression."""
MOST_MACROS = 2
"""Macros over lists in an expression: each multiplies time and memory, and nothing can stop an expression that runs."""

_FAILS = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""What the library raises when an expression does not go with the facts."""
_MACRO = re.compile(r"\b(?:all|exists|exists_one|filter|map)\b(?:\s|//[^\r\n]*[\r\n])*\(")
_BINDS = re.compile(r"\.\s*(?:all|exists|exists_one|filter|map)\s*\(\s*([A-Za-z_]\w*)\s*,")
"""Macros bind a variable of their own, which the library also reports as one that the expression reads."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Holds where every fact in `match` has one of its values, and `when` (CEL over the facts) is true.

    Values are compared as text, case aside, and may hold `*`; of a fact that is a list one element must match. A name
    `labels.x` is the label x. An empty condition always holds. An expression that fails over the facts does not hold.
    """

    match: Mapping[str, tuple[str, ...]]
    when: str = ""

    @cached_property
    def _checks(self) -> tuple[tuple[str, Callable[[str], bool]], ...]:
        return tuple((name, one_of(values)) for name, values in self.match.items())

    @cached_property
    def _program(self) -> cel.Program | None:
        return cel.compile(self.when) if self.when else None

    @cached_property
    def _variables(self) -> tuple[str, ...]:
        """What the expression may read: handing over no more is ten times as fast as handing over all facts."""
        return tuple(self._program.variables()) if self._program else ()

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names of the facts that it asks for; `labels` for every label."""
        asked = set(self._variables) - set(_BINDS.findall(self.when))
        return frozenset(asked | {name.partition(".")[0] for name in self.match})

    def holds(self, facts: Facts) -> bool:
        """Whether it holds for a ticket with those facts."""
        for name, fits in self._checks:
            found = _fact(facts, name)
            if not (any(fits(_text(one)) for one in found) if isinstance(found, list | tuple) else fits(_text(found))):
                return False
        if self._program is None:
            return True
        try:
            return self._program.execute({name: facts[name] for name in self._variables if name in facts}) is True
        except _FAILS:
            return False


ALWAYS = Condition(match={})
"""Holds for every ticket."""


def misread(match: Mapping[str, object], when: str) -> list[tuple[str, str]]:
    """What is wrong with a condition, each as the key in it ("match.x" or "when") and a sentence."""
    problems = [
        (f"match.{name}", "is no fact of a ticket.")
        for name in match
        if name not in NAMES and not name.startswith("labels.")
    ]
    if not when:
        return problems
    if len(when) > LONGEST:
        return [*problems, ("when", f"is longer than {LONGEST} characters.")]
    if len(_MACRO.findall(when)) > MOST_MACROS:
        return [*problems, ("when", f"goes through lists more than {MOST_MACROS} times; make several rules of it.")]
    try:
        program = cel.compile(when)
    except ValueError as error:
        return [*problems, ("when", f"is not CEL: {str(error).splitlines()[0]}.")]
    unknown = sorted(set(program.variables()) - NAMES - set(_BINDS.findall(when)))
    return [*problems, *(("when", f"uses {name}, which is no fact of a ticket.") for name in unknown)]


def _fact(facts: Facts, name: str) -> object:
    if name in facts:
        return facts[name]
    labels = facts.get("labels")
    return labels.get(name.removeprefix("labels."), "") if isinstance(labels, Mapping) else ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).casefold()


def one_of(values: tuple[str, ...]) -> Callable[[str], bool]:
    """Tells whether a folded text is one of these values, in which `*` stands for any text."""
    plain = frozenset(value.casefold() for value in values if "*" not in value)
    patterns = tuple(_pattern(value.casefold()) for value in values if "*" in value)
    if not patterns:
        return plain.__contains__
    return lambda text: text in plain or any(pattern.match(text) for pattern in patterns)


@lru_cache(maxsize=4096)
def _pattern(value: str) -> re.Pattern[str]:
    """`*` stands for any text; nothing else is special."""
    return re.compile(translate(value.replace("[", "[[]").replace("?", "[?]")))

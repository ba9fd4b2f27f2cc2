"""Regular expressions that cannot run away.

Python's engine goes back and tries again, which can take for ever on a text that somebody makes for it. So an
expression is looked through when it is compiled. The more ways there are to take one text, the less of a text is looked
at; what is too much is refused.
"""

from __future__ import annotations

import re
import re._parser as parser  # type: ignore[import-not-found] # the only way to the parsed expression
from dataclasses import dataclass
from functools import lru_cache

from mappings.ambiguity import FEW_WAYS, Ambiguity
from mappings.document import Node

LOOKED_AT = (100_000, 8_000, 400)
"""So many characters of a text are looked at, by how many powers of its length are added: at most 64 million steps."""


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
    try:
        return _compiled(node.text())
    except ValueError as mistake:
        node.wrong(str(mistake))
        return None


@lru_cache(2048)
def _compiled(text: str) -> Pattern:
    """The expression; raises `ValueError` with a sentence. Kept, since looking one through takes a while."""
    try:
        expression, parsed = re.compile(text), list(parser.parse(text))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"This is no regular expression: {error}.") from None
    if expression.groups != 1:
        raise ValueError("The expression needs exactly one group: the part that is taken.")
    cost = Ambiguity.of(parsed, ignores_case=bool(expression.flags & re.IGNORECASE))
    powers = cost.powers(parsed)
    if powers is None or powers >= len(LOOKED_AT):
        raise ValueError(
            "This expression could take very long on some texts: too many of its repeats can also take what fits the "
            "part behind them. Say what each may not hold, such as [^ ]+ in place of .+, or write *+ and ++ for those "
            "that need not give anything back."
        )
    steps = 64_000_000 * FEW_WAYS / max(cost.ways, FEW_WAYS)
    return Pattern(expression, min(LOOKED_AT[powers], int(steps ** (1 / (powers + 1)) + 0.5)))

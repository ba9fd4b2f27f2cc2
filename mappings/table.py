"""A value table: a source's words on the left, ours on the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mappings.kinds import as_text
from mappings.scope import MISSING, Read, Scope, Where, shown

ANY_OTHER = "*"
"""The row for all words that have none: they are known, so that nobody is told of them."""


@dataclass(frozen=True, slots=True)
class Table:
    """Looks words up, case aside. `default` stands for an unknown word: `MISSING` "says nothing", None "is an error".

    An unknown word is collected in the scope whatever it is then taken for, so that the table can be completed.
    """

    source: Read
    rows: Mapping[str, object]
    missing: object
    default: object
    where: Where

    def read(self, scope: Scope) -> object:
        """The row's value; `missing` where there is no word."""
        found = self.source(scope)
        if found is MISSING or found is None or found == "":
            return self.missing
        try:
            word = as_text(found).strip()
        except ValueError:
            raise self.where.mismatch(found, "a text or a number") from None
        try:
            return self.rows[word.casefold()]
        except KeyError:
            return self.rows[ANY_OTHER] if ANY_OTHER in self.rows else self._unknown(word, scope)

    def _unknown(self, word: str, scope: Scope) -> object:
        scope.unknown.append(self.where.unknown(word))
        if self.default is None:
            known = ", ".join(list(self.rows)[:12])
            value = shown(self.where.path, word)
            raise self.where.unmapped(f"{self.where.path} does not know {value}; its table knows {known}.")
        return self.default

"""A value table: a source's words on the left, ours on the right."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from mappings.kinds import as_text
from mappings.scope import MISSING, Read, Scope, Where, shown

_log = logging.getLogger("rung.mappings")
_TOLD = 200
"""So many unknown words of one table are told in the log, each once."""


@dataclass(frozen=True, slots=True)
class Table:
    """Looks words up, case aside. `default` stands for an unknown word: `MISSING` "says nothing", None "is an error".

    An unknown word that is given a value is told in the log once, so that the table can be completed.
    """

    source: Read
    rows: Mapping[str, object]
    missing: object
    default: object
    where: Where
    told: set[str] = field(default_factory=set)

    def read(self, scope: Scope) -> object:
        """The row's value; `missing` where there is no word."""
        found = self.source(scope)
        if found is MISSING or found is None or found == "":
            return self.missing
        try:
            word = as_text(found).strip().casefold()
        except ValueError:
            raise self.where.mismatch(found, "a text or a number") from None
        try:
            return self.rows[word]
        except KeyError:
            return self._unknown(word)

    def _unknown(self, word: str) -> object:
        value = shown(self.where.path, word)
        if self.default is None:
            known = ", ".join(list(self.rows)[:12])
            raise self.where.unmapped(f"{self.where.path} does not know {value}; its table knows {known}.")
        if self.default is not MISSING and word not in self.told and len(self.told) < _TOLD:
            self.told.add(word)
            _log.warning("%s:%d: the table does not know %s", self.where.file, self.where.line, value)
        return self.default

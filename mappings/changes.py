"""Which of an Event's fields the source itself says were changed: Jira's changelog, a Business Rule's list."""

from __future__ import annotations

from collections.abc import Callable

from mappings import kinds
from mappings.document import Node
from mappings.kinds import as_text
from mappings.rules import Language, compile_rule
from mappings.scope import MISSING, Read, Scope

MOST = 500
"""So many changed fields of one body are looked at."""
_OURS = ("title", "description", "impact", "urgency", "state", "hold_reason", "service", "configuration_item",
         "customer", "region", "language", "category", "assignment_group", "assignee", "caller")  # fmt: skip


def compile_changed(node: Node, language: Language) -> Callable[[Scope], frozenset[str] | None]:
    """The rule of `changed`. `of` finds a list of the source's own names, or of objects that hold one at `name`.

    `table` says which fields of the Event each of them makes; names that are not in it make none.

    Nothing is said where there is no such list.
    """
    entries = node.entries(("of", "name", "table"))
    for needed in ("of", "table"):
        if needed not in entries:
            node.wrong(f"What was changed needs “{needed}”.")
    of = compile_rule(entries["of"], language, kinds.ANY) if "of" in entries else _nothing
    name = compile_rule(entries["name"], language, kinds.SHORT) if "name" in entries else None
    table = _table(entries["table"]) if "table" in entries else {}

    def changed(scope: Scope) -> frozenset[str] | None:
        found = of(scope)
        if not isinstance(found, list):
            return None
        names = (_name(scope, one, name) for one in found[:MOST])
        return frozenset(ours for one in names for ours in table.get(one, ()))

    return changed


def _nothing(scope: Scope) -> object:
    del scope
    return MISSING


def _name(scope: Scope, item: object, name: Read | None) -> str:
    found = name(scope.within(item)) if name else item
    try:
        return as_text(found)
    except ValueError:
        return ""


def _table(node: Node) -> dict[str, tuple[str, ...]]:
    """What each name makes: one field of an Event, or several."""
    table = {}
    for theirs, row in node.entries().items():
        ours = [one.text() for one in row.items()]
        for unknown in sorted(set(ours) - set(_OURS)):
            row.wrong(f"An event has no field “{unknown}”.", _OURS)
        table[theirs] = tuple(ours)
    return table

"""A table's fields, as ServiceNow's own tables describe them.

`sys_db_object` says which table extends which, `sys_dictionary` describes a field where it is defined (so most of an
incident's stand under `task`), and `sys_choice` holds the values of choice fields.
Sources: ServiceNow's documentation on the data dictionary tables; which users may read them differs by instance.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.failures import PlatformError
from connectors.servicenow.api import Row, TableApi, UnsafeValueError
from core.ports import Choice, PlatformField

DEEPEST = 12
"""So many tables above each other are followed; a longer chain would be a ring."""

_DESCRIBES = ("name", "element", "column_label", "internal_type", "mandatory", "read_only", "reference", "active")
_RIGHTS = "Let the integration user read sys_db_object, sys_dictionary and sys_choice (role personalize_dictionary)."
_READ_ONLY = frozenset({"journal_list"})
"""Types of fields that only show what others hold."""


def fields_of(api: TableApi, table: str, platform: str) -> tuple[PlatformField, ...]:
    """The fields of the table and of all that it extends, by name; raises `PlatformError`."""
    chain = _chain(api, table, platform)
    found: dict[str, Row] = {}
    for row in sorted(api.rows("sys_dictionary", _DESCRIBES, {"name": chain}), key=lambda row: -_depth(row, chain)):
        if row.get("element") and row.get("active") != "false":
            found[str(row["element"])] = row  # what a table says itself comes last, and counts
    if not found:
        message = f"{platform} shows no field of {table} in sys_dictionary. {_RIGHTS}"
        raise PlatformError(message, permanent=True)
    choices = _choices(api, chain)
    return tuple(_field(name, row, choices.get(name, ())) for name, row in sorted(found.items()))


def _chain(api: TableApi, table: str, platform: str) -> list[str]:
    """The table, and those that it extends, the nearest first."""
    chain: list[str] = []
    above = table
    while above and above not in chain and len(chain) < DEEPEST:
        try:
            rows = api.rows("sys_db_object", ["super_class.name"], {"name": above})
        except UnsafeValueError:
            rows = []
        if not rows:
            message = f"{platform} shows no table “{above[:80]}” in sys_db_object: look at its name. {_RIGHTS}"
            raise PlatformError(message, permanent=True)
        chain.append(above)
        above = str(rows[0].get("super_class.name") or "")
    return chain


def _depth(row: Row, chain: Sequence[str]) -> int:
    return chain.index(str(row["name"])) if row.get("name") in chain else len(chain)


def _choices(api: TableApi, chain: Sequence[str]) -> dict[str, tuple[Choice, ...]]:
    """The active choices by field, in ServiceNow's order: of the nearest table that has any for it."""
    wanted = {"name": list(chain), "inactive": "false", "language": "en"}
    rows = api.rows("sys_choice", ["element", "value", "label", "sequence"], wanted)
    nearest: dict[str, int] = {}
    for row in rows:
        element = str(row.get("element"))
        nearest[element] = min(nearest.get(element, len(chain)), _depth(row, chain))
    found: dict[str, dict[str, Choice]] = {}
    for row in sorted(rows, key=_order):
        element, value = str(row.get("element")), str(row.get("value", ""))
        if value and _depth(row, chain) == nearest[element]:
            found.setdefault(element, {}).setdefault(value, Choice(value, str(row.get("label") or value)))
    return {element: tuple(ones.values()) for element, ones in found.items()}


def _order(row: Row) -> tuple[int, str]:
    """By sequence where there is one; otherwise by value."""
    sequence, value = str(row.get("sequence") or ""), str(row.get("value") or "")
    place = sequence if sequence.isdigit() else value
    return (int(place) if place.isdigit() and len(place) < 10 else 0, value)


def _field(name: str, row: Row, choices: tuple[Choice, ...]) -> PlatformField:
    kind = str(row.get("internal_type") or "")
    return PlatformField(
        name=name,
        label=str(row.get("column_label") or name),
        type=kind,
        mandatory=row.get("mandatory") == "true",
        read_only=row.get("read_only") == "true" or kind in _READ_ONLY,
        reference=str(row.get("reference") or ""),
        choices=choices,
        origin=str(row.get("name") or ""),
    )

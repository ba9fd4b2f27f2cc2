"""Values in the shape that an issue's screen asks for, told by its metadata; what it does not take becomes a warning.

Jira refuses a whole edit for one field that is not on the screen, or one priority that is not in the project's scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAMED = frozenset({"priority", "group", "version", "component", "resolution", "issuetype", "securitylevel"})
"""Types of a schema whose values are written as {"name": ...}."""
LONGEST_SUMMARY = 255


@dataclass(slots=True)
class Fitted:
    """The fields to send, and a sentence for each that was left out."""

    fields: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def fit_to(fields: Mapping[str, Any], meta: Mapping[str, Any], where: str) -> Fitted:
    """The fields as the screen `meta` takes them; `where` says in the warnings what was to be written."""
    fitted = Fitted()
    for name, value in fields.items():
        about = meta.get(name)
        if not isinstance(about, Mapping):
            fitted.warnings.append(
                f"{where}: {name} cannot be edited; put it on the edit screen, and let the account write it."
            )
            continue
        try:
            fitted.fields[name] = shaped(name, value, about)
        except LookupError as error:
            fitted.warnings.append(f"{where}: {error.args[0]}")
    return fitted


def shaped(name: str, value: Any, about: Mapping[str, Any]) -> Any:
    """One value in the shape of its schema; raises `LookupError` with a sentence when it is not allowed."""
    schema = about.get("schema") or {}
    kind, allowed = schema.get("type"), about.get("allowedValues")
    if value in ("", None):
        return "" if kind == "string" else None
    if kind == "array" and not isinstance(value, list | tuple):
        return [shaped(name, value, {"schema": {"type": schema.get("items")}, "allowedValues": allowed})]
    if isinstance(allowed, list) and allowed and kind != "array":
        return {"id": str(_allowed(name, value, allowed)["id"])}
    if isinstance(value, str) and (kind in NAMED or kind == "option"):
        return {"value" if kind == "option" else "name": value}
    if name == "summary":
        # Jira refuses line breaks and anything longer.
        return " ".join(str(value).split())[:LONGEST_SUMMARY]
    return value


def _allowed(name: str, value: Any, allowed: list[Any]) -> Mapping[str, Any]:
    """The allowed value that is meant by id, name or value."""
    wanted = {str(part).casefold() for part in (value.values() if isinstance(value, Mapping) else [value])}
    options = [one for one in allowed if isinstance(one, Mapping) and "id" in one]
    for one in options:
        if {str(one.get(part)).casefold() for part in ("id", "name", "value") if one.get(part)} & wanted:
            return one
    there = ", ".join(str(one.get("name") or one.get("value") or one["id"]) for one in options)
    asked = ", ".join(sorted(str(part) for part in (value.values() if isinstance(value, Mapping) else [value])))
    raise LookupError(f"{name} {asked} is not offered here; there is {there or 'nothing'}.")


def changed(fields: Mapping[str, Any], stands: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose value does not already stand on the issue."""
    return {name: value for name, value in fields.items() if not is_there(value, stands.get(name))}


def is_there(value: Any, stands: Any) -> bool:
    """Whether a value that would be sent already stands: an object is there when all that we say of it is."""
    if isinstance(value, Mapping) and isinstance(stands, Mapping):
        return all(str(stands.get(part)) == str(said) for part, said in value.items())
    if isinstance(value, list | tuple) and isinstance(stands, list):
        return len(value) == len(stands) and all(is_there(one, other) for one, other in zip(value, stands, strict=True))
    return (value or None) == (stands or None)

"""What may be written to an issue's fields, and how it is kept."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sandbox.jira.schema import PRIORITIES, RESOLUTIONS, TYPES, field_name
from sandbox.jira.users import Users
from sandbox.store import Json

SCREEN = "Field '{0}' cannot be set. It is not on the appropriate screen, or unknown."
Setter = Callable[[Users, Json, Any], None]


def set_field(users: Users, issue: Json, field: str, value: Any) -> None:
    """Put a value into an issue. Raises ValueError with Jira's sentence when it is not allowed."""
    if field not in SETTERS:
        raise ValueError(SCREEN.format(field))
    SETTERS[field](users, issue, value)


def apply_verbs(users: Users, issue: Json, field: str, verbs: Any) -> None:
    """Apply `update` verbs, `[{"set": x}]` or `[{"add": x}, {"remove": y}]`. Raises ValueError with Jira's sentence."""
    for verb, value in [pair for operation in verbs for pair in operation.items()]:
        if verb == "set":
            set_field(users, issue, field, value)
        elif field == "labels" and verb in {"add", "remove"}:
            rest = [label for label in issue["labels"] if label != value]
            set_field(users, issue, field, [*rest, value] if verb == "add" else rest)
        else:
            raise ValueError(f"Operation '{verb}' is not supported for the field '{field}'")


def chosen(value: Any, known: dict[str, str], complaint: str) -> str:
    """The id that `{"id": ...}` or `{"name": ...}` means. Raises ValueError with the complaint."""
    if isinstance(value, dict):
        if value.get("id") in known:
            return str(value["id"])
        for key, name in known.items():
            if "id" not in value and value.get("name") == name:
                return key
    raise ValueError(complaint)


def _summary(users: Users, issue: Json, value: Any) -> None:
    del users
    if not isinstance(value, str) or not value.strip():
        raise ValueError("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise ValueError("The summary is invalid because it contains newline characters.")
    if len(value) > 255:
        raise ValueError("Summary must be less than 255 characters.")
    issue["summary"] = value.strip()


def _text(field: str) -> Setter:
    def put(users: Users, issue: Json, value: Any) -> None:
        del users
        if value is not None and not isinstance(value, str):
            raise ValueError("Operation value must be a string")
        if value is not None and len(value) > 32767:
            raise ValueError(
                f"The entered text is too long. It exceeds the allowed limit of 32,767 characters. ({field})"
            )
        issue[field] = value or None

    return put


def _choice(field: str, known: dict[str, str], complaint: str) -> Setter:
    def put(users: Users, issue: Json, value: Any) -> None:
        del users
        issue[field] = chosen(value, known, complaint)

    return put


def _user(field: str) -> Setter:
    def put(users: Users, issue: Json, value: Any) -> None:
        name = users.named(value)
        if field == "reporter" and name is None:
            raise ValueError("Reporter is required.")
        issue[field] = name

    return put


def _labels(users: Users, issue: Json, value: Any) -> None:
    del users
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{field_name('labels')}: data was not an array of strings")
    for label in value:
        if " " in label:
            raise ValueError(f"The label '{label}' contains spaces which is invalid.")
    issue["labels"] = sorted(set(value))


def _duedate(users: Users, issue: Json, value: Any) -> None:
    del users
    try:
        issue["duedate"] = date.fromisoformat(value).isoformat() if value else None
    except (TypeError, ValueError):
        raise ValueError("Error parsing date string: use yyyy-MM-dd") from None


SETTERS: dict[str, Setter] = {
    "summary": _summary,
    "description": _text("description"),
    "environment": _text("environment"),
    "priority": _choice("priority", PRIORITIES, "The priority selected is invalid."),
    "issuetype": _choice("issuetype", TYPES, "Specify a valid issue type"),
    "assignee": _user("assignee"),
    "reporter": _user("reporter"),
    "labels": _labels,
    "duedate": _duedate,
}
SCREEN_SETTERS: dict[str, Setter] = {
    "resolution": _choice("resolution", RESOLUTIONS, "Please select a valid resolution."),
}
"""Fields that only a transition's screen sets."""

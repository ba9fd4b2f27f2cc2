"""What a change looks like in Jira's changelog."""

from typing import Any

from sandbox.jira.schema import PRIORITIES, RESOLUTIONS, STATUSES, TYPES
from sandbox.jira.users import Users
from sandbox.store import Json

CHOICES = {"priority": PRIORITIES, "status": STATUSES, "resolution": RESOLUTIONS, "issuetype": TYPES}
PEOPLE = ("assignee", "reporter")
TRACKED = (*CHOICES, *PEOPLE, "summary", "description", "environment", "labels", "duedate")


def items_between(before: Json, after: Json, users: Users) -> list[Json]:
    """The changelog's items from one state of an issue to another; empty when nothing changed."""
    return [_item(name, before[name], after[name], users) for name in TRACKED if before[name] != after[name]]


def _item(name: str, before: Any, after: Any, users: Users) -> Json:
    old, old_text = _told(name, before, users)
    new, new_text = _told(name, after, users)
    item: Json = {"field": name, "fieldtype": "jira", "fieldId": name}
    item |= {"from": old, "fromString": old_text, "to": new, "toString": new_text}
    if name in PEOPLE and users.cloud:
        item |= {"tmpFromAccountId": old, "tmpToAccountId": new}
    return item


def _told(name: str, value: Any, users: Users) -> tuple[str | None, str | None]:
    if value is None:
        return None, None
    if name in CHOICES:
        return str(value), CHOICES[name][value]
    if name in PEOPLE:
        shown = users.shown(value) or {}
        return users.key_of(value), shown.get("displayName")
    return None, " ".join(value) if isinstance(value, list) else str(value)

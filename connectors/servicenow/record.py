"""A ServiceNow record in our words: where it is, its version and values, and the body our reference rule would send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.servicenow.api import Row
from core.model import RecordRef

SYSTEM = ("sys_id", "sys_mod_count", "sys_updated_on", "sys_updated_by", "sys_created_by")
PLAIN = (
    "short_description",
    "description",
    "state",
    "hold_reason",
    "impact",
    "urgency",
    "priority",
    "severity",
    "category",
    "correlation_id",
    "correlation_display",
    "opened_at",
    "resolved_at",
    "close_code",
    "close_notes",
)
REFERENCES = ("assignment_group", "business_service", "cmdb_ci", "company", "location")
PEOPLE = ("assigned_to", "caller_id")
JOURNALS = ("work_notes", "comments")
FIELDS = (*SYSTEM, "number", *PLAIN, *REFERENCES, *PEOPLE, *(f"{field}.email" for field in PEOPLE))
"""What is read of every record."""

WORDS = {
    "short_description": "title",
    "description": "description",
    "impact": "impact",
    "urgency": "urgency",
    "state": "state",
    "business_service": "service",
    "assignment_group": "team",
    "assigned_to": "assignee",
}
"""Fields of ours by ServiceNow's."""
SAME_WORD = frozenset({"short_description", "description", "impact", "urgency"})
"""Fields whose stored value is our word for it: texts, and the numbers 1 to 3."""
STATES = {"1": "new", "2": "in_progress", "3": "on_hold", "6": "resolved", "7": "closed", "8": "canceled"}
"""The incident states that ServiceNow ships."""


def raw(row: Row, field: str) -> str | None:
    """A field's stored value; None when the answer does not hold the field (it may not be read)."""
    return _part(row, field, "value")


def shown(row: Row, field: str) -> str:
    """A field as people see it."""
    return _part(row, field, "display_value") or ""


def _part(row: Row, field: str, part: str) -> str | None:
    value: Any = row.get(field)
    if isinstance(value, Mapping):
        value = value.get(part)
    return None if value is None else str(value)


def ref(row: Row, name: str, url: str, table: str) -> RecordRef:
    """Where the record is."""
    sys_id = raw(row, "sys_id") or ""
    link = f"{url}/nav_to.do?uri={table}.do?sys_id={sys_id}"
    return RecordRef(platform=name, collection=table, id=sys_id, key=raw(row, "number") or "", link=link)


def version(row: Row) -> int | None:
    """`sys_mod_count`."""
    text = raw(row, "sys_mod_count") or ""
    return int(text) if text.isdecimal() else None


def values(row: Row, sent: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    """The record's values in the words of `Changes`, and its priority.

    `sent` are the fields as written, `said` the changes they came from: where the stored value is the one that was
    sent, our own word for it is known. A reference that somebody else chose has no word here and is left out.
    """
    found = {}
    for field, word in WORDS.items():
        stored = raw(row, field)
        if stored is None:
            continue
        if word in said and sent.get(field) == stored:
            found[word] = said[word]
        elif field in SAME_WORD or not stored:
            found[word] = stored
        elif field == "state" and stored in STATES:
            found[word] = STATES[stored]
    if priority := raw(row, "priority"):
        found["priority"] = priority
    return found


def differences(row: Row, sent: Mapping[str, str], name: str) -> Iterator[str]:
    """A sentence for each field that did not take the value that was written: ServiceNow drops such fields silently."""
    for field, value in sent.items():
        stored = raw(row, field)
        if field in JOURNALS or stored is None or _is_kept(stored, value):
            continue
        now = shown(row, field) or stored or "empty"
        yield f"{name} keeps {field} at {now!r}: a rule there decided so, or the integration user may not write it."


def _is_kept(stored: str, value: str) -> bool:
    """Whether the stored text is the one that was sent, cut to the field's length or trimmed as ServiceNow does."""
    mine, theirs = "\n".join(value.split()), "\n".join(stored.split())
    return mine == theirs or (len(theirs) >= 40 and mine.startswith(theirs))


def are_all_there(row: Row, sent: Mapping[str, str]) -> bool:
    """Whether every value that is to be written already stands there."""
    return all(_is_kept(raw(row, field) or "", value) for field, value in sent.items() if field not in JOURNALS)


def pinned_body(row: Row, table: str) -> dict[str, object]:
    """The record as our reference Business Rule would send it on an update; all values texts, times naive UTC."""
    fields: dict[str, object] = {field: raw(row, field) or "" for field in PLAIN}
    for field in (*REFERENCES, *PEOPLE):
        fields[field] = {"value": raw(row, field) or "", "display_value": shown(row, field)}
    for field in PEOPLE:
        fields[field] = {
            "value": raw(row, field) or "",
            "display_value": shown(row, field),
            "email": raw(row, f"{field}.email") or "",
        }
    about = {field: raw(row, field) or "" for field in (*SYSTEM, "number")}
    return {"table": table, "operation": "update", **about, "changed": None, "fields": fields}

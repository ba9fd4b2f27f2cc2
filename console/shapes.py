"""The REST API's JSON: every field by its model's name, moments as ISO 8601 in UTC, enums by their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum

from core.model import Entry


def shape(value: object) -> object:
    """Any of the model's values as what JSON can hold."""
    if isinstance(value, Entry):
        return _entry(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: shape(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): shape(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, (tuple, list)):
        return [shape(item) for item in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value


def _entry(entry: Entry) -> dict[str, object]:
    """A timeline entry: its reason both as a name for scripts and as a sentence for people."""
    return {
        "at": shape(entry.at),
        "kind": entry.kind.value,
        "by": entry.by,
        "reason": entry.reason.name,
        "sentence": entry.reason.sentence,
        "facts": dict(entry.reason.facts),
        "operation_id": entry.operation_id,
        "detail": dict(entry.detail),
    }

"""The catalogue's fixtures, and how an Event is written down beside them."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum
from functools import cache
from pathlib import Path
from typing import Any

import mappings
from core.model import Delivery, Normalized

FOLDERS = sorted(path.parent for path in mappings.PACKAGED.glob("*/mapping.yaml"))
BODIES = sorted(
    path
    for folder in FOLDERS
    for path in folder.glob("fixtures/*.json")
    if not path.name.endswith((".expected.json", ".headers.json"))
)


_UNSAID = (None, "", {})


@cache
def catalogue() -> Mapping[str, mappings.Mapping]:
    return mappings.load_catalogue([mappings.PACKAGED])


def bound(folder: Path) -> mappings.BoundMapping:
    mapping = catalogue()[folder.name]
    return mapping.bind(folder.name, f"{folder.name}-main", f"https://{folder.name}.example.com/")


def headers(body: Path) -> Mapping[str, str]:
    beside = body.with_suffix(".headers.json")
    return dict(json.loads(beside.read_text())) if beside.exists() else {"content-type": "application/json"}


def delivery(raw: bytes, said: Mapping[str, str]) -> Delivery:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    return Delivery(1, "test", None, when, said.get("content-type", "application/json"), said, raw)


def written(value: Any) -> Any:
    """A value as JSON, without the fields that say nothing."""
    if is_dataclass(value):
        said = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: written(part) for name, part in said.items() if part is not False and part not in _UNSAID}
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, IntEnum) else value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [written(part) for part in value]
    return dict(value) if isinstance(value, Mapping) else value


def outcome(normalized: Normalized) -> dict[str, Any]:
    """Events and reasons, as the `.expected.json` files hold them; empty texts that clear a field are kept."""
    events = []
    for event in normalized.events:
        told = written(event)
        cleared = [
            name for name in ("title", "description", "service", "assignment_group") if getattr(event, name) == ""
        ]
        events.append(told | ({"cleared": cleared} if cleared else {}))
    return {"events": events} | ({"declined": list(normalized.declined)} if normalized.declined else {})

"""A mapping's fixtures: bodies with, beside each, what the mapping must make of it.

`<event>.json` is a body, `<event>.eml` an e-mail, `<event>.headers.json` the request's headers where they matter,
`<event>.expected.json` what comes out. They are mapped as if they came in 2026 from a source that is called like the
mapping, whose platform is at https://<mapping>.example.com.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

from core.model import Delivery, Normalized
from core.ports import UnmappedError
from mappings.mapping import BoundMapping, CompiledMapping

_TYPES = {".json": "application/json", ".eml": "message/rfc822"}
BESIDE = (".expected.json", ".headers.json")
CAME = datetime(2026, 1, 1, tzinfo=UTC)
_UNSAID: tuple[object, ...] = (None, "", {}, ())
_CLEARED = ("title", "description", "service", "assignment_group")


def bodies(folder: Path) -> list[Path]:
    """The bodies beside a mapping, by name."""
    found = (path for path in folder.glob("fixtures/*") if path.suffix in _TYPES)
    return sorted(path for path in found if not path.name.endswith(BESIDE))


def bound(mapping: CompiledMapping) -> BoundMapping:
    """The mapping, bound as its fixtures expect it."""
    return mapping.bind(mapping.name, f"{mapping.name}-main", f"https://{mapping.name}.example.com/")


def headers(body: Path) -> Mapping[str, str]:
    """The headers with which a body comes: those beside it, otherwise what its name tells. Raises `ValueError`."""
    beside = body.with_suffix(".headers.json")
    return dict(json.loads(beside.read_bytes())) if beside.exists() else {"content-type": _TYPES[body.suffix]}


def delivery(raw: bytes, said: Mapping[str, str], source: str = "test") -> Delivery:
    """The request as if it had come."""
    return Delivery(1, source, None, CAME, said.get("content-type", "application/json"), said, raw)


def expected(body: Path) -> Any:
    """What stands beside a body; raises `OSError` and `ValueError`."""
    return json.loads(body.with_suffix(".expected.json").read_bytes())


def found(mapping: BoundMapping, request: Delivery) -> dict[str, Any]:
    """What the mapping makes of a request, in the form of `.expected.json`."""
    try:
        return outcome(mapping.events(request))
    except UnmappedError as error:
        # Without the line, which moves with every change above it.
        return {"unmapped": str(error).partition(": ")[2]}


def outcome(normalized: Normalized) -> dict[str, Any]:
    """Events and reasons, as the `.expected.json` files hold them; empty texts that clear a field are kept."""
    events = []
    for event in normalized.events:
        cleared = [name for name in _CLEARED if getattr(event, name) == ""]
        events.append(written(event) | ({"cleared": cleared} if cleared else {}))
    return {"events": events} | ({"declined": list(normalized.declined)} if normalized.declined else {})


def written(value: Any) -> Any:
    """A value as JSON, without the fields that say nothing."""
    if is_dataclass(value):
        said = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: written(part) for name, part in said.items() if part is not False and part not in _UNSAID}
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, IntEnum) else value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [written(part) for part in value]
    return dict(value) if isinstance(value, Mapping) else value

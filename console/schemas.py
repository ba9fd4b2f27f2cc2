"""JSON schemas of what the API answers, made from the same types of which `shapes` makes the answers."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from core.model import Entry

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
_PLAIN: Mapping[Any, Schema] = {
    str: TEXT,
    bytes: TEXT,
    bool: {"type": "boolean"},
    int: NUMBER,
    float: {"type": "number"},
    timedelta: {"type": "number", "description": "Seconds."},
    datetime: {"type": "string", "format": "date-time"},
    type(None): {"type": "null"},
    object: {},
    Any: {},
}


def obj(**properties: Schema) -> Schema:
    """An object with those properties, all of them always there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def listed(items: Schema) -> Schema:
    """A list of such."""
    return {"type": "array", "items": items}


class Schemas:
    """The schemas of a document: each dataclass' stands once, below its name, and is referred to."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}

    def of(self, kind: Any) -> Schema:
        """The schema of any of the model's types as `shapes.shape` shows its values."""
        if kind in _PLAIN:
            return _PLAIN[kind]
        origin = get_origin(kind)
        if origin is not None:
            return self._generic(origin, get_args(kind))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {"type": "string", "enum": [_word(one) for one in kind]}
        return self._reference(kind)

    def _generic(self, origin: Any, inner: tuple[Any, ...]) -> Schema:
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(one) for one in inner]}
        if origin is Literal:
            return {"type": "string", "enum": list(inner)}
        if issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(inner[1])}
        if issubclass(origin, Sequence | frozenset):
            kinds = {one for one in inner if one is not Ellipsis}
            return listed(self.of(kinds.pop()) if len(kinds) == 1 else {})
        return {}

    def _reference(self, kind: Any) -> Schema:
        if not is_dataclass(kind) or not isinstance(kind, type):
            return {}
        if kind.__name__ not in self.named:
            self.named[kind.__name__] = {}  # before its fields, one of which may be of its own kind
            self.named[kind.__name__] = self._entry() if kind is Entry else self._fields(kind)
        return {"$ref": f"#/components/schemas/{kind.__name__}"}

    def _fields(self, kind: type) -> Schema:
        hints = get_type_hints(kind)
        return obj(**{one.name: self.of(hints[one.name]) for one in fields(kind)})

    def _entry(self) -> Schema:
        """A timeline entry, whose reason is told both ways."""
        words: Schema = {"type": "object", "additionalProperties": {}}
        hints = get_type_hints(Entry)
        plain = {name: self.of(hints[name]) for name in ("at", "kind", "by", "operation_id")}
        return obj(**plain, reason=TEXT, sentence=TEXT, facts=words, detail=words)


def _word(one: Enum) -> str:
    return one.name.lower() if isinstance(one, IntEnum) else str(one.value)

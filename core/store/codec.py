"""The model as JSON and back, for jsonb columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

from cattrs.errors import BaseValidationError
from cattrs.preconf.json import make_converter

from core.model import ReasonCode

T = TypeVar("T")

_converter = make_converter(omit_if_default=True)
# A reason's value is its sentence, which may be reworded; its name is what lasts.
_converter.register_unstructure_hook(ReasonCode, lambda code: code.name.lower())
_converter.register_structure_hook(ReasonCode, lambda name, _: ReasonCode[name.upper()])
_converter.register_unstructure_hook(timedelta, lambda length: length.total_seconds())
_converter.register_structure_hook(timedelta, lambda seconds, _: timedelta(seconds=seconds))


class UnreadableError(Exception):
    """A row says what this version of Rung has no word for; it is left for one that has.

    While Rung is upgraded, a newer process may have written it.
    """


def to_json(value: object) -> dict[str, Any]:
    """A dataclass of the model as plain JSON values; fields with their default value are left out."""
    return cast("dict[str, Any]", _converter.unstructure(value))


def changes(before: object, after: object) -> tuple[dict[str, Any], list[str]]:
    """What of a value of the model without slots has changed: as JSON by field, and the fields that are now as by
    default, which JSON leaves out.

    A field counts as changed where it holds another object than before.
    """
    kind: Any = type(after)
    was, now = before.__dict__, after.__dict__
    written: dict[str, Any] = {}
    left_out: list[str] = []
    for field in _fields(kind):
        value = now[field.name]
        if value is was[field.name]:
            continue
        if field.has_default and value == field.default:
            left_out.append(field.name)
        else:
            written[field.name] = field.to_json(value)
    return written, left_out


@dataclass(frozen=True, slots=True)
class _Field:
    """How a field is written."""

    name: str
    to_json: Callable[[Any], Any]
    has_default: bool
    default: Any


@cache
def _fields(kind: Any) -> tuple[_Field, ...]:
    types = get_type_hints(kind)
    found = []
    for one in fields(kind):
        default = one.default if one.default_factory is MISSING else one.default_factory()
        hook = _converter.get_unstructure_hook(types[one.name])
        found.append(_Field(one.name, hook, default is not MISSING, default))
    return tuple(found)


def from_json(value: object, kind: type[T]) -> T:
    """The dataclass back from its JSON values; fields that this version does not know are passed over.

    Raises `UnreadableError` for a value that it does not know.
    """
    try:
        return _converter.structure(value, kind)
    except (BaseValidationError, KeyError, ValueError, TypeError) as error:
        raise UnreadableError(f"a stored {kind.__name__} that this version of Rung cannot read") from error

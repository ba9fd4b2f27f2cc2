"""The model as JSON and back, for jsonb columns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar, cast

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


def from_json(value: object, kind: type[T]) -> T:
    """The dataclass back from its JSON values; fields that this version does not know are passed over.

    Raises `UnreadableError` for a value that it does not know.
    """
    try:
        return _converter.structure(value, kind)
    except (BaseValidationError, KeyError, ValueError, TypeError) as error:
        raise UnreadableError(f"a stored {kind.__name__} that this version of Rung cannot read") from error

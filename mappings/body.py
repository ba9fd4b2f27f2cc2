"""From the bytes of a request to a JSON value that is safe to keep: bounded depth, finite numbers, storable texts."""

from __future__ import annotations

import json
import math
from urllib.parse import parse_qs

from core.ports import UnmappedError
from mappings import mail

MAX_DEPTH = 64
_HARMFUL = ("\\u0000", "\\ud", "\\uD", "\x00")
"""Written forms of characters that PostgreSQL cannot keep: NUL, and surrogates (half of a pair may stand alone)."""


def parse(body: bytes, content_type: str = "", form_field: str = "") -> object:
    """The body's JSON. With `form_field`, a form-encoded body holds the JSON in that field. Raises `UnmappedError`.

    An e-mail (message/rfc822) is told as an object of its own form.

    Bytes that are not UTF-8 become U+FFFD: a sender that gets its umlauts wrong should still reach somebody.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == mail.MEDIA_TYPE:
        return _storable(mail.parsed(body))
    text = body.decode("utf-8-sig", errors="replace")
    if form_field and media_type == "application/x-www-form-urlencoded":
        text = _field(text, form_field)
    if not text.strip():
        raise UnmappedError("The body is empty.")
    try:
        value: object = json.loads(text, parse_constant=_not_finite, parse_float=_finite)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise UnmappedError(f"The body is not JSON: {_reason(error)}.") from error
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _check_depth(value, 1)
    return _storable(value) if any(mark in text for mark in _HARMFUL) else value


def _reason(error: ValueError) -> str:
    """Without the document, which `JSONDecodeError` carries along."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}, column {error.colno}"
    return str(error)[:120]


def _field(text: str, name: str) -> str:
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=1000).get(name, [""])[0]
    except ValueError as error:
        raise UnmappedError("The form has more than 1000 fields.") from error


def _not_finite(constant: str) -> float:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isfinite(number):
        return number
    raise ValueError("a number is too large")


def _too_deep() -> UnmappedError:
    return UnmappedError(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _check_depth(value: object, depth: int) -> None:
    if isinstance(value, dict | list):
        if depth > MAX_DEPTH:
            raise _too_deep()
        for part in value.values() if isinstance(value, dict) else value:
            _check_depth(part, depth + 1)


def _storable(value: object) -> object:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, list):
        return [_storable(part) for part in value]
    if isinstance(value, dict):
        return {storable_text(name): _storable(part) for name, part in value.items()}
    return value


def storable_text(text: str) -> str:
    """The text with U+FFFD for NUL and for surrogates that stand alone."""
    return text.replace("\x00", "\ufffd").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

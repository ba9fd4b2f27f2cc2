"""The JSON that a request to the API brings: who may send it, and how much."""

from __future__ import annotations

from flask import abort, request
from werkzeug.exceptions import RequestEntityTooLarge

from console import guard
from console.callers import caller

LARGEST = 64 * 1024
"""Bytes of a request that says what to do; a route that takes more says how much."""


def json_object(most: int = LARGEST) -> dict[str, object]:
    """The request's JSON object; {} for an empty body. Demanding its type keeps other sites' forms out.

    Aborts with 403, 413 for more than so many bytes, 415 or 400.
    """
    sentence = guard.foreign(request, caller().origin)
    if sentence:
        abort(403, sentence)
    if not request.is_json:
        abort(415, "Send the header Content-Type: application/json.")
    if not _read(most):
        return {}
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        abort(400, "The body is nested too deeply.")
    if not isinstance(body, dict):
        abort(400, "The body must be a JSON object.")
    return body


def _read(most: int) -> bytes:
    """The body. One byte more than may come is asked for: Werkzeug cuts a chunked body at its limit without a word."""
    request.max_content_length = most + 1
    try:
        data = request.get_data()
    except RequestEntityTooLarge:
        data = None
    if data is None or len(data) > most:
        abort(413, f"The request is larger than {most // 1024} KiB.")
    return data

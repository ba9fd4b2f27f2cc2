"""The JSON that a request to the API brings: who may send it, and how much."""

from __future__ import annotations

from flask import abort, request

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
    request.max_content_length = most
    if (request.content_length or 0) > most:
        abort(413, f"The request is larger than {most // 1024} KiB.")
    if not request.get_data():
        return {}
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        abort(400, "The body is nested too deeply.")
    if not isinstance(body, dict):
        abort(400, "The body must be a JSON object.")
    return body

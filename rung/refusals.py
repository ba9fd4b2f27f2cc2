"""What no room answers for: an address that is not there, a method that it does not take. JSON, like every refusal."""

from __future__ import annotations

import contextlib

from flask import Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException, NotFound

NOWHERE = "console.nowhere"
_SENTENCES = {
    404: "There is nothing at this address.",
    500: "Something went wrong within Rung. Try again; its log says more.",
}


def in_json(flask: Flask) -> None:
    """Have the application say in JSON what none of its blueprints has said, and redirect nobody.

    Werkzeug would mend `//` in a path by a redirect, which has the path, and a secret that is in it, written into
    the answer, and asks the sender to send it all again.
    """
    flask.url_map.merge_slashes = False
    flask.register_error_handler(HTTPException, _refused)


def _refused(error: HTTPException) -> Response:
    if error.code == 405 and _is_nowhere():
        error = NotFound()
    status = error.code or 500
    response = jsonify({"error": _sentence(error, status)})
    response.status_code = status
    response.headers["X-Content-Type-Options"] = "nosniff"
    for name, value in error.get_headers(request.environ):
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _sentence(error: HTTPException, status: int) -> str:
    allowed = getattr(error, "valid_methods", None)
    if status == 405 and allowed:
        return f"{request.method} is not taken here, but {', '.join(sorted(allowed))}."
    return _SENTENCES.get(status) or error.description or error.name


def _is_nowhere() -> bool:
    """Whether the one page that the address has is the one that says that there is none."""
    adapter = current_app.create_url_adapter(request)
    with contextlib.suppress(HTTPException):
        return adapter is not None and adapter.match(method="GET")[0] == NOWHERE
    return False

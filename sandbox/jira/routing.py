"""Routes of the REST API in its spellings, each answered for an authenticated person."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from sandbox.jira.auth import caller
from sandbox.jira.errors import refuse
from sandbox.stand import Stand
from sandbox.store import Json

View = Callable[..., Response]


class Routes:
    """Adds views under `/rest/api/2` and `/rest/api/latest`.

    A view gets the caller as `person`, and the path's parts.
    """

    def __init__(self, app: Flask, stand: Stand, *, cloud: bool) -> None:
        self._app, self._stand, self._cloud = app, stand, cloud

    def add(self, path: str, view: View, *methods: str, v3: bool = False, public: bool = False) -> None:
        """Add a view; `v3` also under `/rest/api/3`, `public` without credentials."""

        def answer(**parts: str) -> Response:
            return view(**parts) if public else view(person=caller(self._stand, cloud=self._cloud), **parts)

        for version in ("2", "latest", *(["3"] if v3 else [])):
            self._app.add_url_rule(
                f"/rest/api/{version}/{path}", f"{version}:{path}:{methods}", answer, methods=methods or ("GET",)
            )


def json_body() -> Json:
    """The request's JSON object. Raises RefusedError 400 or 415 for anything else."""
    if request.mimetype != "application/json":
        refuse(415, "Unsupported Media Type")
    body: Any = request.get_json(silent=True)
    if not isinstance(body, dict):
        refuse(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    return body


def any_json() -> Any:
    """The request's JSON value of any kind. Raises RefusedError 400 for what is none."""
    value = request.get_json(silent=True, force=True)
    if value is None and request.get_data() != b"null":
        refuse(400, "Property value is not valid JSON.")
    return value


def nothing(status: int = 204) -> Response:
    """An answer without a body."""
    return Response(status=status)

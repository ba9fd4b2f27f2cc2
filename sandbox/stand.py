"""What the stand-ins have in common: their parts, the Flask application's rules, and the server they run in."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.calls import Call, CallLog, RefusedError, UnexpectedCallError
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.hooks import Hooks
from sandbox.seed import Seed
from sandbox.store import Json, Store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
"""The sandbox is bound to loopback and to nothing else: its passwords are public."""
CALL_KEY = "sandbox.call"
Act = Callable[[Json], Json]


@dataclass(slots=True)
class Stand:
    """One stand-in: its memory, its log, its faults, its webhooks. `base_url` is known once the server listens."""

    name: str
    seed: Seed
    clock: Clock
    store: Store
    hooks: Hooks
    faults: Faults
    calls: CallLog = field(default_factory=CallLog)
    base_url: str = ""

    @property
    def state(self) -> Json:
        """This stand-in's part of the memory; hold `store.lock` while you use it."""
        part: Json = self.store.data.setdefault(self.name, {})
        return part


def current_call() -> Call:
    """The call that is being answered, to annotate it."""
    call: Call = request.environ[CALL_KEY]
    return call


def expect_params(*names: str) -> dict[str, str]:
    """The query parameters, refused as unexpected when there is one beside `names`.

    A repeated one is joined by commas.
    """
    unknown = [name for name in request.args if name not in names]
    if unknown:
        raise UnexpectedCallError(f"unknown parameter {', '.join(unknown)} of {request.method} {request.path}")
    return {name: ",".join(values) for name, values in request.args.lists()}


def new_app(stand: Stand) -> Flask:
    """A Flask application that answers refusals in the vendor's words and everything unknown with 501."""
    app = Flask(f"sandbox.{stand.name}", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, its base class does not

    @app.errorhandler(RefusedError)
    def refused(error: RefusedError) -> Response:
        answer = jsonify(error.body) if isinstance(error.body, dict) else Response(error.body, mimetype="text/html")
        answer.status_code = error.status
        answer.headers.update(error.headers)
        return answer

    @app.errorhandler(UnexpectedCallError)
    def unexpected(error: UnexpectedCallError) -> Response:
        return _not_played(str(error))

    @app.errorhandler(HTTPException)
    def no_route(error: HTTPException) -> Response:
        return _not_played(f"{request.method} {request.path} is not played here ({error.code})")

    return app


def _not_played(why: str) -> Response:
    if CALL_KEY in request.environ:
        current_call().unexpected.append(why)
    answer = jsonify({"sandbox": "nobody expected this call", "why": why})
    answer.status_code = 501
    return answer


class _QuietHandler(WSGIRequestHandler):
    """A request handler that writes no access log: the calls are kept and can be asked for."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # the library's own name
        """Say nothing."""


class Server:
    """A threaded HTTP server on loopback, in a thread of its own. `port` 0 takes a free one."""

    def __init__(self, app: "WSGIApplication", port: int) -> None:
        self._server = make_server(HOST, port, app, threaded=True, request_handler=_QuietHandler)
        self.url = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"sandbox-{self.url}", daemon=True
        )

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()

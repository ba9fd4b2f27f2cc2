"""The wire in front of a stand-in: keeps every call, and does what the faults say."""

import io
import select
import socket
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from flask import Flask
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from sandbox.calls import Call, readable_body
from sandbox.faults import Fault
from sandbox.stand import CALL_KEY, Stand
from sandbox.store import Json

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ADMIN = "/_sandbox/"
PAGE = (
    "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>The sandbox was told to answer this.</p></body></html>"
)


class Wire:
    """A WSGI application around a stand-in's own. The admin API passes it untouched."""

    def __init__(self, app: Flask, stand: Stand) -> None:
        self._app, self._stand = app, stand

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, or break it as a fault asks. Raises ConnectionAbortedError to drop the connection."""
        if environ["PATH_INFO"].startswith(ADMIN):
            return self._app.wsgi_app(environ, start_response)
        call = self._receive(environ)
        fault = self._stand.faults.take_for_call(call.method, call.path)
        call.fault = fault.kind if fault else ""
        try:
            answer = self._answer(environ, fault)
            call.status = answer.status_code if answer else 0
        finally:
            self._stand.calls.add(call)
        if answer is None:
            _hang_up(environ)
            raise ConnectionAbortedError("the sandbox was told to drop this connection")
        return answer(environ, start_response)

    def _receive(self, environ: "WSGIEnvironment") -> Call:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(raw)
        call = Call(
            at=self._stand.clock.now(),
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"],
            query=parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True),
            body=readable_body(raw, environ.get("CONTENT_TYPE", "")),
        )
        environ[CALL_KEY] = call
        return call

    def _answer(self, environ: "WSGIEnvironment", fault: Fault | None) -> Response | None:
        kind = fault.kind if fault else ""
        if fault and kind in {"status", "html", "accepted"}:
            return self._fault_answer(fault)
        if fault and kind in {"silence", "close"}:
            if kind == "silence":
                _wait_for_hang_up(environ["werkzeug.socket"], max(fault.seconds, 1.0))
            return None
        if fault and kind == "delay":
            time.sleep(fault.seconds)
        body, status, headers = run_wsgi_app(self._app.wsgi_app, environ, buffered=True)
        if kind in {"garbled", "nonsense"}:
            return _spoilt(b"".join(body), status, kind)
        return None if kind == "commit_then_drop" else Response(body, status, headers)

    def _fault_answer(self, fault: Fault) -> Response:
        if fault.kind == "accepted":
            return Response(b"", 202)
        if fault.kind == "html":
            return Response(PAGE.format(fault.status), fault.status, mimetype="text/html")
        answer = Response(_error_text(self._stand.name, fault.status), fault.status, mimetype="application/json")
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = fault.retry_after
            answer.headers.update(_limit_headers(self._stand, fault))
        return answer


def _spoilt(body: bytes, status: str, kind: str) -> Response:
    """What was answered, cut in the middle, or in a form that nobody expects."""
    spoilt = body[: max(len(body) // 2, 1)] if kind == "garbled" else b'{"result": ["as", {"if": "it"}, "were"]}'
    return Response(spoilt, status, mimetype="application/json")


def _error_text(name: str, status: int) -> str:
    message = {429: "Rate limit exceeded"}.get(status, "The sandbox was told to answer this")
    body: Json = {"errorMessages": [message], "errors": {}}
    if name == "servicenow":
        body = {"error": {"message": message, "detail": "Rejected by the sandbox"}, "status": "failure"}
    return Response.json_module.dumps(body)


def _limit_headers(stand: Stand, fault: Fault) -> dict[str, str]:
    if fault.status != 429:
        return {}
    if stand.name == "jira":
        return {"RateLimit-Reason": "jira-burst-based", "X-RateLimit-Remaining": "0"}
    reset = str(int(time.time()) + 3600)
    return {"X-RateLimit-Limit": "500", "X-RateLimit-Reset": reset, "X-RateLimit-Rule": "Sandbox hourly rule"}


def _hang_up(environ: "WSGIEnvironment") -> None:
    connection: socket.socket = environ["werkzeug.socket"]
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was quicker


def _wait_for_hang_up(connection: socket.socket, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        readable, _, _ = select.select([connection], [], [], 0.05)
        if readable and not connection.recv(1, socket.MSG_PEEK):
            return

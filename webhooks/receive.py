"""Receive: source known, small enough, authentic, of a known type, stored; every other answer is one JSON sentence."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import Counter, Histogram
from werkzeug.exceptions import ClientDisconnected, InternalServerError, RequestEntityTooLarge

from core.ports import Accepted, Attendance, Clock, Inbox, StorageUnavailableError
from core.trail import span, tell
from webhooks.keep import kept_headers, storable_key
from webhooks.signatures import Verdict
from webhooks.source import Source

RETRY_AFTER = 10
"""Seconds after which a sender should try again when a delivery could not be stored."""

REQUESTS = Counter(
    "rung_webhook_requests_total", "Webhook requests by source and answered status.", ["source", "status"]
)
SECONDS = Histogram(
    "rung_webhook_seconds",
    "From a webhook request's arrival to its answer.",
    ["source"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
REFUSED = Counter("rung_webhook_refused_total", "Webhook requests refused as not authentic.", ["source", "reason"])

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_ALLOW = "OPTIONS, POST"
_ALERTMANAGER = "/api/v2/alerts"
"""Where an Alertmanager takes alerts, below its address."""
_ORIGIN = re.compile(r"[A-Za-z0-9.*_:-]{1,255}")
_CUT_OFF = "The body ended before its announced length. Send it again."
_log = structlog.get_logger("rung.webhooks")


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """An answer other than acceptance: the HTTP status, the sentence for the sender, and headers."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class _Door:
    """What the routes share."""

    inbox: Inbox
    sources: Mapping[str, Source]
    clock: Clock
    attendance: Attendance

    def receive(self, name: str, secret: str | None) -> Response:
        """One POST, in the order that costs and tells an attacker least."""
        source = self._known(name, secret)
        body = _read(source)
        self._authenticate(source, body, secret)
        if source.signs_of_life:
            return self._noted(source)
        _check_type(source)
        accepted = self._store(source, body)
        tell(source=source.name, delivery=accepted.id)
        _log.debug("webhook stored", source=source.name, delivery=accepted.id, repeat=accepted.repeat)
        self._hear(source)
        if accepted.repeat:
            return _answer(200, {"delivery": accepted.id, "repeat": True})
        return _answer(202, {"delivery": accepted.id})

    def sign_of_life(self, name: str, secret: str | None) -> Response:
        """A GET or HEAD, which is all that a cron job may be able to send."""
        source = self._named(name)
        if source is None or not source.signs_of_life:
            raise Refused(405, "Webhooks are sent with POST.", Allow=_ALLOW)
        return self.receive(name, secret)

    def _noted(self, source: Source) -> Response:
        try:
            self.attendance.heard(source.name)
        except StorageUnavailableError as error:
            raise _not_now(source.name) from error
        return _answer(200, {"heard": source.name})

    def _hear(self, source: Source) -> None:
        """What was stored is answered as stored, also where the database went away before that could be noted."""
        try:
            self.attendance.heard(source.name)
        except StorageUnavailableError:
            _log.warning("a source was heard, which could not be noted", source=source.name)

    def handshake(self, name: str, secret: str | None) -> Response:
        """The CloudEvents webhook handshake: we welcome the sender that asks, if it knows a source's whole path.

        CloudEvents' HTTP webhook specification ("Abuse Protection") has the receiver name the asking origin, and `*`
        for "no limit on the rate". This grants no right: every POST is still authenticated.
        """
        source = self._known(name, secret)
        if source.has_secret_path:
            self._authenticate(source, b"", secret)
        response = Response(status=200, headers={"Allow": _ALLOW})
        origin = request.headers.get("WebHook-Request-Origin", "")
        if _ORIGIN.fullmatch(origin):
            response.headers["WebHook-Allowed-Origin"] = origin
            response.headers["WebHook-Allowed-Rate"] = "*"
        return response

    def _named(self, name: str) -> Source | None:
        try:
            return self.sources.get(name)
        except StorageUnavailableError as error:
            raise _not_now(name) from error

    def _known(self, name: str, secret: str | None) -> Source:
        source = self._named(name)
        if source is None or (secret is not None and not source.has_secret_path):
            raise Refused(404, "There is no such source. Check the address against the sources in platforms.yaml.")
        return source

    def _authenticate(self, source: Source, body: bytes, secret: str | None) -> None:
        headers = {key.lower(): value for key, value in request.headers.items()}
        verdict = source.verify(headers, body, secret, self.clock())
        if verdict is Verdict.ACCEPTED:
            return
        if verdict is Verdict.UNCHECKED:
            _log.warning("webhook not checked", source=source.name)
            raise Refused(503, verdict.value, Retry_After=str(RETRY_AFTER))
        REFUSED.labels(source.name, verdict.name.lower()).inc()
        _log.warning("webhook refused", source=source.name, reason=verdict.name.lower(), peer=request.remote_addr)
        challenge = source.verify.challenge
        raise Refused(401, verdict.value, **({"WWW_Authenticate": challenge} if challenge else {}))

    def _store(self, source: Source, body: bytes) -> Accepted:
        headers = kept_headers(request.headers.items(), source.verify.credential_headers, source.headers)
        key = storable_key(source.delivery_key(headers, body))
        content_type = headers.get("content-type", "")
        try:
            return self.inbox.accept(source.name, key=key, content_type=content_type, headers=headers, body=body)
        except StorageUnavailableError as error:
            raise _not_now(source.name) from error


def _not_now(source: str) -> Refused:
    """The answer while the database is away; logged, because every one of them is a delivery that waits outside."""
    _log.error("webhook not stored", source=source)
    return Refused(503, "The delivery could not be stored now. Send it again.", Retry_After=str(RETRY_AFTER))


def blueprint(inbox: Inbox, sources: Mapping[str, Source], clock: Clock, attendance: Attendance) -> Blueprint:
    """The door for machines: `POST /webhooks/<source>` and, for sources that have one, `/webhooks/<source>/<secret>`;
    below either, an Alertmanager's `/api/v2/alerts`.

    `clock` tells the real time, not the policy's: it is held against the timestamps that senders sign.
    """
    door = _Door(inbox, sources, clock, attendance)
    pages = Blueprint("webhooks", __name__)

    def answer(source: str, secret: str | None = None) -> Response:
        _redact_path(source, secret)
        facts = {"http.request.method": request.method, "http.route": "/webhooks/{source}"}
        sender = request.headers.get("traceparent", "")
        with span(f"{request.method} /webhooks/{{source}}", "server", "", sender, **facts):
            response = _answered(door, source, secret)
            tell(**{"http.response.status_code": response.status_code})
            return response

    def answer_as_alertmanager(source: str, secret: str | None = None) -> Response:
        """Prometheus and its like append the API's path to the address that they are given.

        Of a success they take no more than the status, 200 as Alertmanager gives it; whatever else is said stands.
        """
        response = answer(source, secret)
        return Response(status=200) if response.status_code == 202 else response

    def begin() -> None:
        g.began = time.perf_counter()

    def count(response: Response) -> Response:
        source = str((request.view_args or {}).get("source", ""))
        try:
            label = source if source in sources else "unknown"
        except StorageUnavailableError:
            label = "unknown"
        REQUESTS.labels(label, str(response.status_code)).inc()
        SECONDS.labels(label).observe(time.perf_counter() - g.began)
        return response

    pages.before_request(begin)
    pages.after_request(count)
    pages.register_error_handler(InternalServerError, _defect)
    options: dict[str, Any] = {"methods": _METHODS, "provide_automatic_options": False}
    pages.add_url_rule("/webhooks/<source>", "receive", answer, **options)
    pages.add_url_rule("/webhooks/<source>/<secret>", "receive_with_secret", answer, **options)
    pages.add_url_rule(f"/webhooks/<source>{_ALERTMANAGER}", "alerts", answer_as_alertmanager, **options)
    pages.add_url_rule(
        f"/webhooks/<source>/<secret>{_ALERTMANAGER}", "alerts_with_secret", answer_as_alertmanager, **options
    )
    return pages


def _answered(door: _Door, source: str, secret: str | None) -> Response:
    try:
        return _dispatch(door, source, secret)
    except Refused as refused:
        return _answer(refused.status, {"error": refused.sentence}, refused.headers)


def _dispatch(door: _Door, source: str, secret: str | None) -> Response:
    if request.method == "POST":
        return door.receive(source, secret)
    if request.method == "OPTIONS":
        return door.handshake(source, secret)
    if request.method in ("GET", "HEAD"):
        return door.sign_of_life(source, secret)
    raise Refused(405, "Webhooks are sent with POST.", Allow=_ALLOW)


def _defect(error: InternalServerError) -> Response:
    """A defect of ours, already logged by Flask: the sender is told to try again, and no more."""
    del error
    sentence = "Something went wrong within Rung, and the delivery was not stored. Send it again."
    return _answer(500, {"error": sentence}, {"Retry-After": str(RETRY_AFTER)})


def _redact_path(source: str, secret: str | None) -> None:
    """Keep the path's secret from everything that prints a request's path later on: Flask does, with a traceback."""
    if secret is None:
        return
    request.path = f"/webhooks/{source}/[secret]"
    for name in ("PATH_INFO", "REQUEST_URI", "RAW_URI"):
        if name in request.environ:
            request.environ[name] = request.path


def _read(source: Source) -> bytes:
    """The body, never more of it than the limit, also where the sender does not tell its length beforehand.

    One byte more than the limit is asked for, because Werkzeug cuts a chunked body at its limit without a word.
    """
    too_large = f"The body is larger than the {source.max_bytes} bytes that this source may send."
    request.max_content_length = source.max_bytes + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise Refused(413, too_large) from error
    except ClientDisconnected as error:
        raise Refused(400, _CUT_OFF) from error
    if len(body) > source.max_bytes:
        raise Refused(413, too_large)
    if request.content_length not in (None, len(body)):
        raise Refused(400, _CUT_OFF)
    return body


def _check_type(source: Source) -> None:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Refused(
            415, "Compressed bodies are not taken. Send it without Content-Encoding.", Accept_Encoding="identity"
        )
    if not source.takes(request.mimetype):
        taken = ", ".join(source.content_types)
        raise Refused(415, f"This source takes {taken}; set the Content-Type header to what the body is.")


def _answer(status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers.update(headers or {})
    return response

"""Receive: source known, small enough, authentic, of a known type, stored; every other answer is one JSON sentence.

A WSGI application of its own, over Werkzeug and without Flask: what a request to the door costs bounds how many alerts
are taken in a storm, and of what Flask does for pages (sessions, hooks, a context for each request) none is needed.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from prometheus_client import Counter, Histogram
from werkzeug.exceptions import HTTPException

from core.ports import Accepted, Attendance, Clock, Inbox, StorageUnavailableError
from core.trail import span, tell
from webhooks.asked import STATUS, Asked, Refused, asked
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

_ALLOW = "OPTIONS, POST"
_ORIGIN = re.compile(r"[A-Za-z0-9.*_:-]{1,255}")
_NOWHERE = "There is no such address. Webhooks go to /webhooks/ and the name of a source in platforms.yaml."
_DEFECT = "Something went wrong within Rung, and the delivery was not stored. Send it again."
_counted = cache(REQUESTS.labels)
_timed = cache(SECONDS.labels)
_log = structlog.get_logger("rung.webhooks")
_told = logging.getLogger("rung.webhooks")


@dataclass(frozen=True, slots=True)
class _Answer:
    """A status, headers, and a body: JSON, or nothing where that is None."""

    status: int
    body: Mapping[str, object] | None
    headers: Mapping[str, str] = field(default_factory=dict)

    def sent(self, method: str, start_response: StartResponse) -> Iterable[bytes]:
        """The answer as WSGI has it: a list, which Granian sends in one piece."""
        body = b"" if self.body is None else json.dumps(self.body).encode() + b"\n"
        headers = [("Content-Length", str(len(body))), *self.headers.items()]
        if body:
            headers += [("Content-Type", "application/json"), ("X-Content-Type-Options", "nosniff")]
        start_response(STATUS[self.status], headers)
        return [] if method == "HEAD" else [body]


@dataclass(frozen=True, slots=True)
class _Door:
    """What all requests share."""

    inbox: Inbox
    sources: Mapping[str, Source]
    clock: Clock
    attendance: Attendance

    def answer(self, one: Asked) -> _Answer:
        """What the request comes to."""
        if one.method == "POST":
            return self.receive(one)
        if one.method == "OPTIONS":
            return self.handshake(one)
        if one.method in ("GET", "HEAD"):
            return self.sign_of_life(one)
        raise Refused(405, "Webhooks are sent with POST.", Allow=_ALLOW)

    def receive(self, one: Asked) -> _Answer:
        """One POST, in the order that costs and tells an attacker least."""
        source = self._known(one)
        body = one.body(source.max_bytes)
        self._authenticate(source, one, body)
        if source.signs_of_life:
            return self._noted(source)
        _check_type(source, one)
        accepted = self._store(source, one, body)
        tell(source=source.name, delivery=accepted.id)
        if _told.isEnabledFor(logging.DEBUG):  # asked here, because a line that is not shown costs a tenth of a request
            _log.debug("webhook stored", source=source.name, delivery=accepted.id, repeat=accepted.repeat)
        self._hear(source)
        if accepted.repeat:
            return _Answer(200, {"delivery": accepted.id, "repeat": True})
        return _Answer(202, {"delivery": accepted.id})

    def sign_of_life(self, one: Asked) -> _Answer:
        """A GET or HEAD, which is all that a cron job may be able to send."""
        source = self._named(one.source)
        if source is None or not source.signs_of_life:
            raise Refused(405, "Webhooks are sent with POST.", Allow=_ALLOW)
        return self.receive(one)

    def _noted(self, source: Source) -> _Answer:
        try:
            self.attendance.heard(source.name)
        except StorageUnavailableError as error:
            raise _not_now(source.name) from error
        return _Answer(200, {"heard": source.name})

    def _hear(self, source: Source) -> None:
        """What was stored is answered as stored, also where the database went away before that could be noted."""
        try:
            self.attendance.heard(source.name)
        except StorageUnavailableError:
            _log.warning("a source was heard, which could not be noted", source=source.name)

    def handshake(self, one: Asked) -> _Answer:
        """The CloudEvents webhook handshake: we welcome the sender that asks, if it knows a source's whole path.

        CloudEvents' HTTP webhook specification ("Abuse Protection") has the receiver name the asking origin, and `*`
        for "no limit on the rate". This grants no right: every POST is still authenticated.
        """
        source = self._known(one)
        if source.has_secret_path:
            self._authenticate(source, one, b"")
        origin = one.headers.get("webhook-request-origin", "")
        if not _ORIGIN.fullmatch(origin):
            return _Answer(200, None, {"Allow": _ALLOW})
        welcome = {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"}
        return _Answer(200, None, {"Allow": _ALLOW, **welcome})

    def _named(self, name: str) -> Source | None:
        try:
            return self.sources.get(name)
        except StorageUnavailableError as error:
            raise _not_now(name) from error

    def _known(self, one: Asked) -> Source:
        source = self._named(one.source)
        if source is None or (one.secret is not None and not source.has_secret_path):
            raise Refused(404, "There is no such source. Check the address against the sources in platforms.yaml.")
        return source

    def _authenticate(self, source: Source, one: Asked, body: bytes) -> None:
        verdict = source.verify(one.headers, body, one.secret, self.clock())
        if verdict is Verdict.ACCEPTED:
            return
        if verdict is Verdict.UNCHECKED:
            _log.warning("webhook not checked", source=source.name)
            raise Refused(503, verdict.value, Retry_After=str(RETRY_AFTER))
        REFUSED.labels(source.name, verdict.name.lower()).inc()
        _log.warning("webhook refused", source=source.name, reason=verdict.name.lower(), peer=one.peer)
        challenge = source.verify.challenge
        raise Refused(401, verdict.value, **({"WWW_Authenticate": challenge} if challenge else {}))

    def _store(self, source: Source, one: Asked, body: bytes) -> Accepted:
        headers = kept_headers(one.headers.items(), source.verify.credential_headers, source.headers)
        key = storable_key(source.delivery_key(headers, body))
        content_type = headers.get("content-type", "")
        try:
            return self.inbox.accept(source.name, key=key, content_type=content_type, headers=headers, body=body)
        except StorageUnavailableError as error:
            raise _not_now(source.name) from error

    def label(self, name: str) -> str:
        """The name under which a source's requests are counted: made-up names share one."""
        try:
            return name if name in self.sources else "unknown"
        except StorageUnavailableError:
            return "unknown"


def application(inbox: Inbox, sources: Mapping[str, Source], clock: Clock, attendance: Attendance) -> WSGIApplication:
    """The door for machines: `POST /webhooks/<source>` and, for sources that have one, `/webhooks/<source>/<secret>`;
    below either, an Alertmanager's `/api/v2/alerts`.

    `clock` tells the real time, not the policy's: it is held against the timestamps that senders sign.
    """
    return partial(_called, _Door(inbox, sources, clock, attendance))


def _called(door: _Door, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    began = time.perf_counter()
    one = asked(environ)
    answer = _answered(door, one) if one else _Answer(404, {"error": _NOWHERE})
    label = door.label(one.source) if one else "unknown"
    _counted(label, str(answer.status)).inc()
    _timed(label).observe(time.perf_counter() - began)
    return answer.sent(environ.get("REQUEST_METHOD", ""), start_response)


def _answered(door: _Door, one: Asked) -> _Answer:
    """The answer, of which an Alertmanager's sender takes no more than the status of a success: 200."""
    facts = {"http.request.method": one.method, "http.route": "/webhooks/{source}"}
    try:
        with span(f"{one.method} /webhooks/{{source}}", "server", "", one.headers.get("traceparent", ""), **facts):
            answer = _reached(door, one)
            tell(**{"http.response.status_code": answer.status})
    except Exception:  # noqa: BLE001 - a request's outermost boundary: the log is told, the sender to come again
        _log.exception("a defect at the door", path=one.environ.get("PATH_INFO"), method=one.method)
        return _Answer(500, {"error": _DEFECT}, {"Retry-After": str(RETRY_AFTER)})
    return _Answer(200, None) if one.alertmanager and answer.status == 202 else answer


def _reached(door: _Door, one: Asked) -> _Answer:
    try:
        return door.answer(one)
    except Refused as refused:
        return _Answer(refused.status, {"error": refused.sentence}, refused.headers)
    except HTTPException as refused:  # by whoever reads bodies for us
        given = [pair for pair in refused.get_headers(one.environ) if pair[0].lower() == "retry-after"]
        return _Answer(refused.code or 500, {"error": refused.description or refused.name}, dict(given))


def _not_now(source: str) -> Refused:
    """The answer while the database is away; logged, because every one of them is a delivery that waits outside."""
    _log.error("webhook not stored", source=source)
    return Refused(503, "The delivery could not be stored now. Send it again.", Retry_After=str(RETRY_AFTER))


def _check_type(source: Source, one: Asked) -> None:
    encoding = one.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Refused(
            415, "Compressed bodies are not taken. Send it without Content-Encoding.", Accept_Encoding="identity"
        )
    if not source.takes(one.media_type):
        taken = ", ".join(source.content_types)
        raise Refused(415, f"This source takes {taken}; set the Content-Type header to what the body is.")

"""How the process is: alive, ready, and its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flask import Blueprint, Response, abort, jsonify, request
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric

_OF_PROXIES = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
"""Headers of proxies that stand before a whole host. A service mesh, through which one may well scrape, has others."""
_OLD = frozenset({"HTTP/1.0", "HTTP/1"})
"""HTTP/1.0 as WSGI names it, and as Granian does."""

Check = Callable[[], "str | None"]
"""None when the part is well, else a sentence that says what is wrong. Must not raise, and must answer in seconds."""


def blueprint(
    ready: Mapping[str, Check],
    degraded: Mapping[str, Check] | None = None,
    *,
    alive: Mapping[str, Check] | None = None,
    more: Callable[[], Iterable[Metric]] = tuple,
) -> Blueprint:
    """`/healthz`, `/readyz` and `/metrics`.

    `ready` are the parts without which this process cannot do its work: one that is not well makes `/readyz` answer
    503. `degraded` are those that it can do without for a while: they are told, and the answer stays 200. `alive` are
    those which only starting the process again can mend: one that is not well makes `/healthz` answer 503. `more` gives
    metrics that are read anew for each scrape; they are for those who ask without a proxy between.
    """
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        wrong = _wrong(alive or {})
        response = jsonify({"status": "not alive", "not_alive": wrong} if wrong else {"status": "alive"})
        response.status_code = 503 if wrong else 200
        return response

    @pages.get("/readyz")
    def readyz() -> Response:
        failing, limping = _wrong(ready), _wrong(degraded or {})
        status = "not ready" if failing else "degraded" if limping else "ready"
        response = jsonify({"status": status, "not_ready": failing, "degraded": limping})
        response.status_code = 503 if failing else 200
        response.headers["Cache-Control"] = "no-store"
        return response

    @pages.get("/metrics")
    def metrics() -> Response:
        if _through_a_proxy():
            abort(404)  # an ingress for the whole host must not show them
        encoder, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encoder(_Together(more)), content_type=content_type)

    return pages


class _Together(CollectorRegistry):
    """The process's own metrics, and those that are read for this scrape."""

    def __init__(self, more: Callable[[], Iterable[Metric]]) -> None:
        super().__init__()
        self._more = more

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        yield from REGISTRY.collect()
        yield from self._more()


def _through_a_proxy() -> bool:
    """Whether a proxy sent it, as far as can be told: nginx adds no header by itself, but speaks HTTP/1.0."""
    return request.environ.get("SERVER_PROTOCOL") in _OLD or any(name in request.headers for name in _OF_PROXIES)


def _wrong(checks: Mapping[str, Check]) -> dict[str, str]:
    """What is wrong, by part."""
    told = {name: check() for name, check in checks.items()}
    return {name: sentence for name, sentence in told.items() if sentence}

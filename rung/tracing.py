"""Traces by OpenTelemetry: spans go by OTLP over HTTP to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names.

All of OpenTelemetry's own variables hold (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/);
without an endpoint nothing of it is even loaded.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from core import trail
from core.trail import Kind
from rung import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Link, Tracer

log = structlog.get_logger()

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_LAST_SECONDS = 2.0
"""What is not sent within these when a process ends is lost."""
_OWN = ("http.", "error.", "server.", "url.")
"""Facts that are called so have a name of OpenTelemetry's; all others are Rung's own."""


@contextmanager
def traced(role: str) -> Iterator[None]:
    """Trace this process, for as long as the block runs, where a collector is named."""
    end = begin(role)
    try:
        yield
    finally:
        end()


def begin(role: str) -> Callable[[], None]:
    """Trace this process where a collector is named; returns what sends the rest and ends it, within seconds."""
    if not is_asked_for(os.environ):
        return lambda: None
    if protocol := _other_protocol(os.environ):
        log.warning("traces go by OTLP over HTTP, not otherwise: name the collector's port for it", protocol=protocol)
        return lambda: None
    try:
        provider = _provider(role)
    except ImportError:
        log.warning("traces are asked for, but OpenTelemetry is not there: install rung[tracing]")
        return lambda: None
    trail.trace_with(OpenTelemetry(provider.get_tracer("rung", __version__)))

    def end() -> None:
        trail.trace_with(None)
        # A collector that does not answer is asked for longer than a process may take to end.
        sending = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
        sending.start()
        sending.join(_LAST_SECONDS)

    return end


def is_asked_for(environment: Mapping[str, str]) -> bool:
    """Whether the environment names a collector, and does not switch traces off."""
    disabled = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    off = disabled or environment.get("OTEL_TRACES_EXPORTER") == "none"
    return not off and any(environment.get(name) for name in _ENDPOINTS)


def _other_protocol(environment: Mapping[str, str]) -> str:
    """The protocol that is asked for, where it is not the one that is spoken."""
    asked = environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environment.get("OTEL_EXPORTER_OTLP_PROTOCOL", "")
    return "" if asked in ("", "http/protobuf") else asked


def _provider(role: str) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    service = {} if named else {"service.name": "rung"}
    resource = Resource.create({**service, "service.version": __version__, "rung.role": role})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class OpenTelemetry:
    """`core.trail.Tracer` over OpenTelemetry's."""

    def __init__(self, tracer: Tracer) -> None:
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer, self._trace, self._carrier = tracer, trace, TraceContextTextMapPropagator()

    @contextmanager
    def span(self, what: str, kind: Kind, since: str, linked: str, facts: Mapping[str, object]) -> Iterator[None]:
        """A span. An error that leaves it is told by its kind alone: its words may hold what is nobody's business."""
        with self._tracer.start_as_current_span(
            what,
            context=self._carrier.extract({"traceparent": since}) if since else None,
            kind=self._trace.SpanKind[kind.upper()],
            attributes=_attributes(facts),
            links=self._links(linked),
            record_exception=False,
            set_status_on_exception=False,
        ):
            try:
                yield
            except Exception as error:
                self.tell({"error.type": type(error).__name__})
                self.wrong(type(error).__name__)
                raise

    def _links(self, linked: str) -> list[Link]:
        found = self._trace.get_current_span(self._carrier.extract({"traceparent": linked})).get_span_context()
        return [self._trace.Link(found)] if linked and found.is_valid else []

    def here(self) -> str:
        """The place in which we are, as it is sent on."""
        carried: dict[str, str] = {}
        self._carrier.inject(carried)
        return carried.get("traceparent", "")

    def tell(self, facts: Mapping[str, object]) -> None:
        """Tell more of the span in which we are."""
        self._trace.get_current_span().set_attributes(_attributes(facts))

    def wrong(self, sentence: str) -> None:
        """The span in which we are came to no good end."""
        self._trace.get_current_span().set_status(self._trace.StatusCode.ERROR, sentence)


def _attributes(facts: Mapping[str, object]) -> dict[str, str | int | float | list[int]]:
    """Facts under the names that they have in traces."""
    return {
        name if name.startswith(_OWN) else f"rung.{name}": value
        for name, value in facts.items()
        if isinstance(value, str | int | float | list)
    }

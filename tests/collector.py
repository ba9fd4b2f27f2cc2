"""A collector of traces on loopback: it takes OTLP over HTTP as a real one does, and decodes what it gets."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from tests.loopback import serving


@dataclass(frozen=True, slots=True)
class Seen:
    """A span as it came."""

    name: str
    kind: str
    trace: str
    id: str
    parent: str
    facts: dict[str, Any]
    error: str
    links: tuple[str, ...]
    process: dict[str, Any]


@dataclass
class Collector:
    """What came, and where it is taken."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            process = _facts(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += [_seen(one, process) for one in scope.spans]

    def named(self, name: str) -> list[Seen]:
        return [one for one in self.spans if one.name == name]

    def above(self, span: Seen) -> list[str]:
        """The names of the spans above one, its parent first."""
        by_id = {one.id: one for one in self.spans}
        names = []
        while span.parent:
            span = by_id[span.parent]
            names.append(span.name)
        return names


def _seen(span: trace_pb2.Span, process: dict[str, Any]) -> Seen:
    wrong = span.status.code == trace_pb2.Status.STATUS_CODE_ERROR
    return Seen(
        name=span.name,
        kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        facts=_facts(span.attributes),
        error=(span.status.message or "?") if wrong else "",
        links=tuple(link.trace_id.hex() for link in span.links),
        process=process,
    )


def _facts(told: Any) -> dict[str, Any]:
    return {one.key: _value(one) for one in told}


def _value(told: KeyValue) -> Any:
    value: AnyValue = told.value
    return getattr(value, value.WhichOneof("value") or "string_value")


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector for as long as the block runs."""
    made = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.headers.append({name.lower(): value for name, value in self.headers.items()})
            made.take(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

    with serving(Handler) as made.url:
        yield made

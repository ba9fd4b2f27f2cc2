"""A webhook's trace, from the door to the platforms: carried by rows from hand to hand, taken by our own collector."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text
from structlog.testing import capture_logs

from core import trail
from core.model import Take
from rung import logging as rung_logging
from rung import tracing
from tests.collector import Collector, collecting
from tests.integration.world import World, world

Traced = Callable[[], AbstractContextManager[Collector]]
SENDER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OFF = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER")


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        yield made


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> Traced:
    @contextmanager
    def traced() -> Iterator[Collector]:
        """What is done in the block is traced; what was sent is there after it."""
        with collecting() as collector:
            monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
            end = tracing.begin("test")
            try:
                yield collector
            finally:
                end()

    return traced


def test_one_trace_leads_from_the_webhook_to_the_write_back(here: World, traced: Traced) -> None:
    with traced() as collector:
        answer = here.post("alertmanager", alert(), traceparent=SENDER)
        here.settle()
    delivery = answer.json()["delivery"]
    (door,) = [one for one in collector.named("POST /webhooks/{source}") if one.facts["rung.source"] == "alertmanager"]
    assert (door.kind, door.parent) == ("server", "")
    assert door.links == ("0af7651916cd43dd8448eb211c80319c",), "the sender's trace is beside ours, not above it"
    assert door.facts["http.response.status_code"] == 202
    assert door.facts["rung.delivery"] == delivery
    assert door.process["service.name"] == "rung"
    assert door.process["rung.role"] == "test"
    (applied,) = [one for one in collector.named("apply delivery") if one.facts["rung.delivery"] == delivery]
    assert (applied.parent, applied.kind) == (door.id, "consumer")
    outside = collector.named("create record") + collector.named("notify")
    assert {one.kind for one in outside} == {"client"}
    for one in outside:
        assert one.trace == door.trace
        assert collector.above(one) == ["carry out action", "apply delivery", "POST /webhooks/{source}"]
    reports = [one for one in collector.named("step") if one.facts["rung.stimulus"] == "Report"]
    assert {one.trace for one in reports} == {door.trace}
    actions = [one.facts for one in collector.named("carry out action")]
    assert {facts["rung.operation"] for facts in actions} >= {one.operation_id for one in here.page().actions}
    assert here.app.desk.delivery(delivery).trace.startswith(f"00-{door.trace}-{door.id}-")
    echo = [one for one in collector.named("POST /webhooks/{source}") if one.facts["rung.source"] == "servicenow"]
    assert echo
    assert door.trace not in {one.trace for one in echo}, "what a platform tells of our write is a trace of its own"


def alert() -> bytes:
    labels = {"alertname": "PaymentsFail", "service": "payments-api", "severity": "critical"}
    one = {"status": "firing", "labels": labels, "annotations": {"summary": "Payments fail"}, "fingerprint": "a1",
           "startsAt": "2026-03-02T12:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": ""}  # fmt: skip
    return json.dumps({"version": "4", "status": "firing", "receiver": "rung", "alerts": [one]}).encode()


def test_timers_and_commands_begin_traces_of_their_own(here: World, traced: Traced) -> None:
    here.alert()
    with traced() as collector:
        here.jump(6)
        here.app.desk.command(1, Take("dana.reyes", "in the console"))
        here.settle()
    (timer,) = collector.named("fire timer")
    assert (timer.parent, timer.facts["rung.ticket"]) == ("", 1)
    notices = [one for one in collector.named("notify") if one.trace == timer.trace]
    assert notices
    (command,) = collector.named("command")
    assert command.facts["rung.command"] == "Take"
    writes = [one for one in collector.named("write record") if one.trace == command.trace]
    assert writes


def test_what_goes_wrong_is_told_in_its_span(here: World, traced: Traced) -> None:
    here.box.fault("servicenow", kind="status", status=503, times=None)
    with traced() as collector:
        here.alert()
        here.post("alertmanager", b'{"hello": "world"}')
        here.settle()
        here.box.heal()
        here.hurry()
    first, second = (one for one in collector.named("carry out action") if one.facts["rung.verb"] == "create_record")
    assert "503" in first.error
    assert (second.error, second.parent) == ("", first.parent), "each attempt is a span of its own at the same place"
    assert [one.error.partition(":")[0] for one in collector.named("apply delivery") if one.error] == [
        "mappings/alertmanager/mapping.yaml"
    ]
    (tried,) = [one for one in collector.named("create record") if one.error]
    assert tried.facts["error.type"] == "PlatformError"


def test_a_line_of_the_log_tells_its_trace(here: World, traced: Traced) -> None:
    with traced() as collector, capture_logs(processors=[rung_logging._of_trace]) as logs:
        here.alert()
    done = next(line for line in logs if line["event"] == "action done")
    span = next(one for one in collector.spans if one.id == done["span_id"])
    assert (span.name, span.trace) == ("carry out action", done["trace_id"])


def test_without_a_collector_nothing_is_traced_loaded_or_stored(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OFF:
        monkeypatch.delenv(name, raising=False)
    tracing.begin("test")()
    assert trail.span("step") is trail.span("notify"), "one thing that does nothing"
    assert trail.carried() is None
    here.alert()
    with here.database.begin() as connection:
        stored = connection.execute(text("SELECT trace FROM deliveries UNION SELECT trace FROM actions")).scalars()
        assert list(stored) == [None]


@pytest.mark.parametrize("off", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}])
def test_opentelemetrys_own_switches_hold(off: dict[str, str]) -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    assert tracing.is_asked_for(endpoint)
    assert not tracing.is_asked_for({**endpoint, **off})
    assert not tracing.is_asked_for({})


@pytest.mark.parametrize("refuses", [True, False])
def test_a_collector_that_is_away_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch, refuses: bool) -> None:
    monkeypatch.setattr(tracing, "_LAST_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = 9 if refuses else silent.getsockname()[1]
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
        began = time.monotonic()
        with tracing.traced("test"), trail.span("step"):
            assert trail.carried()
        assert time.monotonic() - began < 5
    assert trail.carried() is None


def test_another_protocol_is_told_and_nothing_is_sent_to_a_port_that_speaks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with capture_logs() as logs, tracing.traced("test"):
        assert trail.carried() is None
    assert logs[0]["protocol"] == "grpc"


def test_an_extra_that_is_not_installed_is_told_and_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    with capture_logs() as logs:
        tracing.begin("test")()
    assert logs[0]["event"] == "traces are asked for, but OpenTelemetry is not there: install rung[tracing]"
    assert trail.carried() is None


def test_a_name_of_ones_own_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=payments")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=rung-eu,deployment.environment.name=production")
        end = tracing.begin("web")
        with trail.span("command"):
            structlog.get_logger().debug("nothing")
        end()
    (one,) = collector.spans
    assert one.process["service.name"] == "rung-eu"
    assert one.process["deployment.environment.name"] == "production"
    assert collector.headers[0]["x-tenant"] == "payments"

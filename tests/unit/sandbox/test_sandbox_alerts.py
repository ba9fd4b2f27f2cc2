"""The alert bodies and their sender."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sandbox.alerts import Alert, alertmanager, cloud_event, grafana, grafana_signature, send

WHEN = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
FIRING = Alert({"alertname": "Latency", "severity": "critical", "instance": "a"}, {"summary": "Slow"}, starts=WHEN)
OVER = Alert(
    {"alertname": "Latency", "severity": "critical", "instance": "b"}, {"summary": "Slow"}, starts=WHEN, ends=WHEN
)


def test_an_alertmanager_group_can_fire_and_resolve_at_once() -> None:
    body = alertmanager([FIRING, OVER])
    assert (body["version"], body["status"], [one["status"] for one in body["alerts"]]) == (
        "4",
        "firing",
        ["firing", "resolved"],
    )
    assert body["commonLabels"] == {"alertname": "Latency", "severity": "critical"}
    assert body["groupKey"] == '{}:{alertname="Latency"}'
    assert body["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z"
    assert body["alerts"][0]["startsAt"] == "2026-03-01T03:00:00.000Z"
    assert len({one["fingerprint"] for one in body["alerts"]}) == 2
    assert alertmanager([OVER])["status"] == "resolved"


def test_a_fingerprint_follows_from_the_labels() -> None:
    later = Alert(dict(reversed(FIRING.labels.items())), {"summary": "Other"}, ends=WHEN)
    assert later.fingerprint == FIRING.fingerprint


def test_grafana_adds_its_own() -> None:
    body = grafana([FIRING], org_id=3)
    assert (body["orgId"], body["state"], body["title"]) == (3, "alerting", "[FIRING:1] Latency")
    assert {"values", "dashboardURL", "panelURL", "ruleUID"} <= set(body["alerts"][0])


def test_grafana_signs_the_body_or_the_timestamp_and_the_body() -> None:
    plain = grafana_signature("s", b"{}")
    assert plain == {"X-Grafana-Alerting-Signature": hmac.new(b"s", b"{}", hashlib.sha256).hexdigest()}
    timed = grafana_signature("s", b"{}", "1700000000")
    expected = hmac.new(b"s", b"1700000000:{}", hashlib.sha256).hexdigest()
    assert timed["X-Grafana-Alerting-Signature"] == expected
    assert timed["X-Grafana-Alerting-Timestamp"] == "1700000000"


def test_a_cloud_event_is_structured() -> None:
    event = cloud_event("/checks/1", "e1", "com.example.down", "payments", WHEN, {"a": 1})
    assert (event["specversion"], event["time"], event["data"]) == ("1.0", "2026-03-01T03:00:00.000Z", {"a": 1})


def test_the_sender_retries_5xx_but_never_429(listener: Any) -> None:
    listener.answers = [503, 500]
    assert send(listener.url, {"a": 1}, auth=("u", "p"), wait=0.01).status_code == 202
    assert len(listener.got) == 3
    assert listener.got[0][0]["Authorization"] == "Basic dTpw"
    listener.answers = [429]
    assert send(listener.url, b'{"b":2}', {"X-Own": "1"}, auth="abc", wait=0.01).status_code == 429
    headers, raw = listener.got[-1]
    assert (headers["X-Own"], headers["Authorization"], json.loads(raw)) == ("1", "Bearer abc", {"b": 2})


def test_the_sender_gives_up_in_the_end(listener: Any) -> None:
    listener.answers = [500, 502, 503]
    assert send(listener.url, {}, tries=3, wait=0.01).status_code == 503
    with pytest.raises(requests.ConnectionError):
        send("http://127.0.0.1:9/none", {}, tries=2, wait=0.01)

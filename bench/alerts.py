"""Signed Alertmanager requests, as bytes: cheap enough that the sender does not compete with what it measures."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from bench.documents import SECRET, TEAM_SERVICE


def _alert(number: int, key: int, name: str, severity: str) -> dict[str, object]:
    labels = {"alertname": name, "severity": severity, "service": TEAM_SERVICE, "instance": f"pay-{key}"}
    return {
        "status": "firing",
        "labels": labels,
        "annotations": {"summary": f"Payments fail on pay-{key}", "description": f"Report {number}: 5 % fail."},
        "startsAt": "2026-03-02T08:15:30.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=errors",
        "fingerprint": f"{key:016x}",
    }


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests to one source. Each body differs from all others and holds `alerts` alerts.

    Alerts are numbered from `first` on; with `keys` not 0, only so many different alerts are reported, over and over.
    They have `groups` different names, and say that they are of that `severity`.
    """

    path: str
    alerts: int = 1
    first: int = 0
    keys: int = 0
    groups: int = 1
    severity: str = "critical"

    def body(self, number: int) -> bytes:
        """The body of the request of that number."""
        numbers = range(self.first + number * self.alerts, self.first + (number + 1) * self.alerts)
        group = {"alertname": "PaymentErrors"}
        told = {
            "version": "4",
            "groupKey": '{}:{alertname="PaymentErrors"}',
            "truncatedAlerts": 0,
            "status": "firing",
            "receiver": "rung",
            "groupLabels": group,
            "commonLabels": group,
            "commonAnnotations": {},
            "externalURL": "http://alertmanager.example.com:9093",
            "alerts": [self._alert(one) for one in numbers],
        }
        return json.dumps(told).encode()

    def _alert(self, number: int) -> dict[str, object]:
        key = number % self.keys if self.keys else number
        name = f"PaymentErrors{key % self.groups or ''}"
        return _alert(number, key, name, self.severity)

    def request(self, number: int) -> bytes:
        """The whole request of that number, signed."""
        body = self.body(number)
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-Hub-Signature: {signature(body)}\r\n\r\n"
        )
        return head.encode() + body


def signature(body: bytes) -> str:
    """The value of X-Hub-Signature."""
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()

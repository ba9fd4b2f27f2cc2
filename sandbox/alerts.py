"""Bodies as monitoring tools send them, built by hand from their documentation, and a sender that retries as they do.

Alertmanager v4 and Grafana webhooks, and structured CloudEvents 1.0. Times are aware datetimes; a fingerprint follows
from the labels.
"""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests

from sandbox.store import Json

NOT_ENDED = "0001-01-01T00:00:00Z"
TIMEOUT = (5.0, 20.0)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of a group. `ends` None means that it still fires."""

    labels: dict[str, str]
    annotations: dict[str, str] = field(default_factory=dict)
    starts: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    ends: datetime | None = None
    link: str = "http://prometheus.example.com/graph?g0.expr=up"

    @property
    def status(self) -> str:
        """`firing` or `resolved`."""
        return "resolved" if self.ends else "firing"

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits, the same for the same labels."""
        return hashlib.sha256(json.dumps(self.labels, sort_keys=True).encode()).hexdigest()[:16]


def rfc3339(moment: datetime | None) -> str:
    """A time as Go writes it, in UTC with milliseconds; Go's zero time for none."""
    if moment is None:
        return NOT_ENDED
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def alertmanager(alerts: list[Alert], receiver: str = "rung", group_by: tuple[str, ...] = ("alertname",)) -> Json:
    """An Alertmanager v4 webhook. The group fires while any of its alerts does."""
    group = {name: alerts[0].labels.get(name, "") for name in group_by}
    labels = ", ".join(f'{name}="{value}"' for name, value in group.items())
    return {
        "version": "4",
        "groupKey": "{}:{" + labels + "}",
        "truncatedAlerts": 0,
        "status": "firing" if any(one.ends is None for one in alerts) else "resolved",
        "receiver": receiver,
        "groupLabels": group,
        "commonLabels": _common([one.labels for one in alerts]),
        "commonAnnotations": _common([one.annotations for one in alerts]),
        "externalURL": "http://alertmanager.example.com",
        "alerts": [_alert(one) for one in alerts],
    }


def grafana(alerts: list[Alert], receiver: str = "rung", org_id: int = 1) -> Json:
    """A Grafana Alerting webhook: Alertmanager's body with Grafana's additions."""
    body = alertmanager(alerts, receiver)
    for told, one in zip(body["alerts"], alerts, strict=True):
        told |= {"values": {"B": 1.0}, "valueString": "[ var='B' value=1 ]", "imageURL": "", "orgId": org_id}
        told |= {"dashboardURL": "http://grafana.example.com/d/payments", "panelURL": "", "ruleUID": one.fingerprint}
        told["silenceURL"] = "http://grafana.example.com/alerting/silence/new"
    firing = sum(one.ends is None for one in alerts)
    name = alerts[0].labels.get("alertname", "")
    body |= {"version": "1", "orgId": org_id, "state": "alerting" if firing else "ok"}
    body["title"] = f"[{body['status'].upper()}:{firing or len(alerts)}] {name}"
    body["message"] = "\n".join(one.annotations.get("summary", "") for one in alerts)
    return body


def grafana_signature(secret: str, raw: bytes, timestamp: str | None = None) -> dict[str, str]:
    """Grafana's headers: bare hexadecimal HMAC-SHA256 over `timestamp:body`, or over the body without a timestamp.

    The name of the timestamp's header is configured in Grafana; here it is `X-Grafana-Alerting-Timestamp`.
    """
    told = raw if timestamp is None else timestamp.encode() + b":" + raw
    headers = {"X-Grafana-Alerting-Signature": hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()}
    return headers if timestamp is None else {**headers, "X-Grafana-Alerting-Timestamp": timestamp}


def cloud_event(source: str, event_id: str, kind: str, subject: str, when: datetime, data: Json) -> Json:
    """A CloudEvents 1.0 event in structured mode; send it as `application/cloudevents+json`."""
    about = {"specversion": "1.0", "id": event_id, "source": source, "type": kind, "subject": subject}
    return {**about, "time": rfc3339(when), "datacontenttype": "application/json", "data": data}


def send(
    url: str,
    body: Json | bytes,
    headers: dict[str, str] | None = None,
    auth: tuple[str, str] | str | None = None,
    *,
    tries: int = 5,
    wait: float = 0.1,
) -> requests.Response:
    """Post a body and try again on 5xx and broken connections only, never on 429, as Alertmanager does.

    `auth`: (user, password) for basic, a string for bearer. `wait`: real seconds before the second try, doubled each
    time. The answer is the last response. Raises requests.RequestException when the last try had none.
    """
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", "User-Agent": "Alertmanager/0.28", **_auth(auth), **(headers or {})}
    session = requests.Session()
    session.trust_env = False  # no proxy stands between a tool and a sandbox on loopback
    for turn in range(tries):
        last = turn == tries - 1
        try:
            answer = session.post(url, data=raw, headers=sent, timeout=TIMEOUT, allow_redirects=False)
        except (requests.ConnectionError, requests.Timeout):
            if last:
                raise
        else:
            if last or answer.status_code < 500:
                return answer
        time.sleep(wait * 2**turn)
    raise ValueError("tries must be at least 1")


def _auth(auth: tuple[str, str] | str | None) -> dict[str, str]:
    if auth is None:
        return {}
    if isinstance(auth, str):
        return {"Authorization": f"Bearer {auth}"}
    return {"Authorization": "Basic " + base64.b64encode(":".join(auth).encode()).decode()}


def _alert(one: Alert) -> Json:
    times = {"startsAt": rfc3339(one.starts), "endsAt": rfc3339(one.ends)}
    about = {"status": one.status, "labels": one.labels, "annotations": one.annotations}
    return {**about, **times, "generatorURL": one.link, "fingerprint": one.fingerprint}


def _common(many: list[dict[str, str]]) -> dict[str, str]:
    """What all have in common, as Alertmanager's commonLabels."""
    return {name: value for name, value in many[0].items() if all(one.get(name) == value for one in many)}

"""Debian's own Prometheus and Alertmanager: one of their alerts, from the metric to the resolved incident."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from sandbox.alerts import Alert, alertmanager, send
from sandbox.seed import load_seed
from sandbox.store import Json
from tests.e2e.conftest import MakeLand
from tests.e2e.land import SECRET, Land
from tests.e2e.processes import Process, free_port, tell, wait_for

PROMETHEUS, ALERTMANAGER = Path("/usr/bin/prometheus"), Path("/usr/bin/prometheus-alertmanager")
TITLE = "Card payments fail on shop-1"

_PROMETHEUS = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yaml]
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:%d"]}]}]}
scrape_configs: [{job_name: shop, static_configs: [{targets: ["127.0.0.1:%d"]}]}]
"""
_RULES = """
groups:
  - name: shop
    rules:
      - alert: CardPaymentsFail
        expr: last_over_time(shop_card_payments_failing[15s]) == 1
        for: 0s
        labels: {severity: critical, service: payments-api}
        annotations: {summary: "Card payments fail on {{ $labels.shop }}", runbook_url: "http://runbook.example.com/cards"}
"""
_ALERTMANAGER = """
route: {receiver: rung, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 2s}
receivers:
  - name: rung
    webhook_configs:
      - url: %s/webhooks/alertmanager
        send_resolved: true
        http_config: {authorization: {type: Bearer, credentials: %s}}
"""


class Shop:
    """A shop's metrics page, with one number on it that the test sets."""

    def __init__(self) -> None:
        self.failing = 0
        shop = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = f'shop_card_payments_failing{{shop="shop-1"}} {shop.failing}\n'.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.fixture
def land(make_land: MakeLand) -> Land:
    return make_land()


@pytest.fixture
def monitoring(land: Land, shop: Shop) -> Iterator[str]:
    """Prometheus watching the shop, and Alertmanager telling Rung; gives Alertmanager's address."""
    missing = [str(one) for one in (PROMETHEUS, ALERTMANAGER) if not one.exists()]
    assert not missing, f"{missing} missing: run `apt-get install prometheus prometheus-alertmanager`"
    prometheus, alertmanager = free_port(), free_port()
    (land.folder / "rules.yaml").write_text(_RULES)
    (land.folder / "prometheus.yaml").write_text(_PROMETHEUS % (alertmanager, shop.port))
    (land.folder / "alertmanager.yaml").write_text(_ALERTMANAGER % (land.url, SECRET))
    processes = [
        _alertmanager(land.folder, alertmanager),
        _prometheus(land.folder, prometheus),
    ]
    try:
        for process, port in zip(processes, (alertmanager, prometheus), strict=True):
            process.start()
            wait_for(f"{process.command[0]} is ready", partial(_is_ready, port), 30, process.said)
        yield f"http://127.0.0.1:{alertmanager}"
        for process in processes:
            process.stop()
    finally:
        for process in processes:
            process.end()


def _alertmanager(folder: Path, port: int) -> Process:
    options = ("--config.file=alertmanager.yaml", f"--storage.path={folder}/alertmanager", "--cluster.listen-address=")
    return Process(
        (str(ALERTMANAGER), *options, f"--web.listen-address=127.0.0.1:{port}"), {}, folder / "alertmanager.log"
    )


def _prometheus(folder: Path, port: int) -> Process:
    options = ("--config.file=prometheus.yaml", f"--storage.tsdb.path={folder}/prometheus")
    listen = (f"--web.listen-address=127.0.0.1:{port}", "--rules.alert.resend-delay=5s")
    return Process((str(PROMETHEUS), *options, *listen), {}, folder / "prometheus.log")


def _is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=2).ok
    except requests.RequestException:
        return False


def _incident(land: Land) -> Json:
    """The one incident that there is about the alert, {} for none."""
    found = [one for one in land.admin.incidents() if one["fields"]["short_description"] == TITLE]
    assert len(found) <= 1, found
    return found[0] if found else {}


def _notes(incident: Json) -> list[str]:
    return [note["text"] for note in incident["work_notes"] if note["by"] == "rung.integration"]


def test_a_real_alert_becomes_an_incident_and_is_resolved_when_it_clears(
    land: Land, shop: Shop, monitoring: str
) -> None:
    shop.failing = 1
    wait_for("the incident is there", lambda: _incident(land), 30, land.rung.said)
    made = _incident(land)
    fields, shown = made["fields"], made["display"]
    dana = load_seed().by_name["dana.reyes"]
    assert (shown["assignment_group"], fields["assigned_to"]) == ("Payments Support", dana.sys_id)
    assert (fields["impact"], fields["urgency"], fields["priority"]) == ("1", "1", "1")
    assert fields["state"] in {"1", "2"}
    wait_for("the note is there", lambda: _notes(_incident(land)), 10, land.rung.said)
    (why,) = _notes(_incident(land))
    assert "SEV1 because impact is high and urgency is high." in why
    received = len(_told(land))
    wait_for("the alert is told again", lambda: len(_told(land)) >= received + 2, 30, land.rung.said)

    shop.failing = 0
    wait_for("it is resolved", lambda: _incident(land)["fields"]["state"] == "6", 30, land.rung.said)
    assert _told(land)[-1]["status"] == "applied"
    time.sleep(3)  # long enough for what was told twice to be written twice
    done = _incident(land)
    assert done["number"] == made["number"]
    assert done["fields"]["close_code"] == "Solution provided"
    assert done["fields"]["close_notes"] == "Resolved because alertmanager reports that it is over."
    notes = _notes(done)
    assert len(notes) == len(set(notes)) == 2, notes
    assert len(land.admin.calls("servicenow", "POST", "*/table/incident")) == 1
    assert len(land.admin.calls("servicenow", "PATCH", "*/incident/*")) == 1
    assert land.admin.unexpected() == []
    assert "Traceback" not in land.rung.said()


def _told(land: Land) -> list[Json]:
    """What Alertmanager told Rung, oldest first, as Rung's own API has it."""
    answer = requests.get(f"{land.url}/api/v1/deliveries", params={"limit": 500}, timeout=10)
    answer.raise_for_status()
    return [one for one in reversed(answer.json()["deliveries"]) if one["source"] == "alertmanager"]


def test_how_long_a_write_back_takes_when_nothing_else_is_going_on(land: Land) -> None:
    took = sorted(_measure(land, number) for number in range(15))
    tell(f"webhook to write-back, idle: p50 {statistics.median(took) * 1000:.0f} ms, slowest {took[-1] * 1000:.0f} ms")
    assert took[-1] < 30


def _measure(land: Land, number: int) -> float:
    """Seconds from sending an alert to the arrival of its incident in ServiceNow."""
    title = f"Alert {number}"
    began = time.time()
    alert = Alert({"alertname": title, "service": "payments-api", "severity": "critical"}, {"summary": title})
    assert send(f"{land.url}/webhooks/alertmanager", alertmanager([alert]), auth=SECRET).status_code == 202

    def arrived() -> list[float]:
        calls = land.admin.calls("servicenow", "POST", "*/table/incident")
        return [one["at"] for one in calls if one["body"]["short_description"] == title]

    wait_for("the incident is there", arrived, 30, land.rung.said)
    return arrived()[0] - began

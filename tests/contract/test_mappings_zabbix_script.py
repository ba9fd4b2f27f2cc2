"""The script of Zabbix's media type, run by Node as Zabbix would run it: what it posts, and what it refuses."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
import yaml
from mappings_fixtures import bound, delivery

import mappings
from core.model import Event, State

FOLDER = mappings.PACKAGED / "zabbix"
MEDIA = yaml.safe_load((FOLDER / "media_rung.yaml").read_text())["zabbix_export"]["media_types"][0]
MACROS = {one["name"]: one["value"] for one in MEDIA["parameters"]}
FILLED = MACROS | {
    "rung_url": "https://rung.example.com/webhooks/zabbix",
    "rung_secret": "sesame",
    "zabbix_url": "https://zabbix.example.com/",
    "event_source": "0",
    "event_id": "918273",
    "event_value": "1",
    "event_status": "PROBLEM",
    "event_name": 'Disk "C:" is full \\ now',
    "event_nseverity": "4",
    "event_tags": '[{"tag":"service","value":"billing"},{"tag":"team","value":"a"},{"tag":"team","value":"b"}]',
    "event_acknowledged": "No",
    "event_update": "0",
    "event_date": "2026.03.02",
    "event_time": "08:15:30",
    "trigger_id": "23456",
    "host": "db-01",
}
"""What Zabbix 6 hands over for a problem: macros of a recovery are not filled in."""
RUN = """
const posted = {headers: [], url: null, body: null};
global.Zabbix = {log: () => null};
global.HttpRequest = class {
    addHeader(text) { posted.headers.push(text); }
    post(url, body) { posted.url = url; posted.body = body; return '{"error": "no"}'; }
    getStatus() { return Number(process.argv[1]); }
};
let answer = null, error = null;
const [script, value] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
try { answer = new Function('value', script)(value); } catch (caught) { error = String(caught); }
console.log(JSON.stringify({posted, answer, error}));
"""


def run(given: dict[str, str], status: int = 202) -> dict[str, Any]:
    done = subprocess.run(
        ["node", "-e", RUN, "--", str(status)],
        input=json.dumps([MEDIA["script"], json.dumps(given)]),
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "TZ": "Europe/Paris"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return dict(json.loads(done.stdout))


def event(told: dict[str, Any]) -> Event:
    raw = told["posted"]["body"].encode()
    (found,) = bound(FOLDER).events(delivery(raw, {"content-type": "application/json"})).events
    return found


def test_what_the_script_posts_is_understood() -> None:
    told = run(FILLED)
    assert told["answer"] == "OK"
    assert told["posted"]["url"] == FILLED["rung_url"]
    assert told["posted"]["headers"] == ["Content-Type: application/json", "X-Rung-Secret: sesame"]
    found = event(told)
    assert (found.key, found.state, found.service) == ("918273", State.NEW, "billing")
    assert found.title == 'Disk "C:" is full \\ now'
    assert found.labels == {"service": "billing", "team": "a, b"}
    assert found.link == "https://zabbix.example.com/tr_events.php?triggerid=23456&eventid=918273"


def test_the_secret_and_macros_that_are_not_filled_in_are_left_out_of_the_body() -> None:
    body = run(FILLED)["posted"]["body"]
    assert "sesame" not in body
    assert "{EVENT" not in body
    assert "{HOST" not in body


def test_dates_are_in_the_zone_of_the_server_and_zabbix_7_tells_the_moment_itself() -> None:
    moments = [event(run(given)).occurred_at for given in (FILLED, FILLED | {"event_timestamp": "1772439330"})]
    assert [one and one.isoformat() for one in moments] == ["2026-03-02T07:15:30+00:00", "2026-03-02T08:15:30+00:00"]


def test_a_recovery_is_one_whatever_its_severity() -> None:
    over = {"event_value": "0", "event_recovery_id": "9", "recovery_date": "2026.03.02", "recovery_time": "08:45:30"}
    found = event(run(FILLED | over | {"event_nseverity": "3"}))
    assert found.state is State.RESOLVED
    assert found.occurred_at is not None
    assert found.occurred_at.isoformat() == "2026-03-02T07:45:30+00:00"


def test_zabbix_own_test_is_declined() -> None:
    told = run(MACROS | {"rung_url": FILLED["rung_url"], "rung_secret": "sesame"})
    raw = told["posted"]["body"].encode()
    found = bound(FOLDER).events(delivery(raw, {"content-type": "application/json"}))
    assert found.events == ()
    assert "test of the media type" in found.declined[0]


@pytest.mark.parametrize("status", [302, 401, 503])
def test_any_other_answer_makes_zabbix_try_again(status: int) -> None:
    told = run(FILLED, status)
    assert told["answer"] is None
    assert f"Rung answered {status}" in told["error"]
    assert "sesame" not in told["error"]


def test_a_media_without_address_or_secret_posts_nothing() -> None:
    for missing in ("rung_url", "rung_secret"):
        told = run(FILLED | {missing: MACROS[missing]})
        assert told["posted"]["url"] is None
        assert "RUNG.SECRET" in told["error"]

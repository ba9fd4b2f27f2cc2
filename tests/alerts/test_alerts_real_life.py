"""What a real Rung tells when things go wrong is what the alerts ask for: its own numbers, given to promtool."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from tests.integration.world import World

RULES = Path(__file__).resolve().parents[2] / "helm/rung/rules/alerts.yaml"
_FIRED = 'group by (alertname, severity) (max_over_time(ALERTS{alertstate="firing"}[45m]))'
Series = Mapping[str, float]


@pytest.fixture
def world(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    made = World(postgres_url, tmp_path)
    yield made
    made.close()


def scrape(world: World) -> Series:
    """Every series of Rung's, as the web role tells it; in a test all roles are one process."""
    told = world.flask.test_client().get("/metrics").get_data(as_text=True)
    samples = [sample for family in text_string_to_metric_families(told) for sample in family.samples]
    return {
        f"{one.name}{{{','.join(f'{label}={json.dumps(value)}' for label, value in one.labels.items())}}}": one.value
        for one in samples
        if one.name.startswith("rung_") and not one.name.endswith(("_created", "_bucket"))
    }


def _values(name: str, before: Series, value: float) -> str:
    """Three quarters of an hour of it: a minute as before, then as it is now."""
    counts = name.partition("{")[0].endswith(("_total", "_count", "_sum"))
    return " ".join([_number(before.get(name, 0 if counts else value)), *[_number(value)] * 45])


def _number(value: float) -> str:
    return "+Inf" if value == float("inf") else repr(value)


def assert_fired(folder: Path, before: Series, after: Series, expected: set[tuple[str, str]]) -> None:
    """Have promtool see whether these alerts fire, and no other, in the time after the numbers have changed so."""
    series = [{"series": name, "values": _values(name, before, value)} for name, value in after.items()]
    samples = [{"labels": f'{{alertname="{name}", severity="{how}"}}', "value": 1} for name, how in sorted(expected)]
    asked = {"expr": _FIRED, "eval_time": "45m", "exp_samples": samples}
    story = {"interval": "1m", "input_series": series, "promql_expr_test": [asked]}
    file = folder / "life.test.json"
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [story]}))
    command = ["promtool", "test", "rules", str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def do(world: World, statement: str) -> None:
    with world.database.begin() as connection:
        connection.execute(text(statement))


def run_into_everything(world: World) -> None:
    """Nobody can be told, ServiceNow is down, Jira refuses, a secret is wrong, a body is odd, and nobody works."""
    world.box.fault("servicenow", kind="status", status=503, times=None)
    world.box.fault("jira", kind="status", status=400, times=None)
    world.messages.refuses = {(person, way) for person in world.policy.roster.people for way in (0, 1)}
    world.alert()
    world.alert(source="jira-alerts", service="somewhere", alertname="Else")
    for _ in range(6):
        world.hurry()
    for _ in range(3):
        world.post("alertmanager", b"{}", Authorization="Bearer wrong")
        world.post("alertmanager", b'{"hello": "world"}')
    world.settle()
    world.post("alertmanager", b'{"hello": "nobody works any more"}')
    do(world, "UPDATE deliveries SET attempt_at = attempt_at - interval '5 minutes' WHERE status = 'received'")
    do(world, "UPDATE timers SET error = 'ValueError: no' WHERE ticket_id = 1")
    do(world, "INSERT INTO timers (ticket_id, kind, name, due_at, token) SELECT 2, 'close', 'x', '2026-03-02', 0")
    do(
        world,
        "INSERT INTO timers (ticket_id, kind, name, due_at, token, error) SELECT 1, 'close', 'x', '2026-03-02', 0, 'x'",
    )
    world.poll_now()
    do(world, "UPDATE watermarks SET attempt_at = clock_timestamp() - interval '20 minutes'")
    world.now += timedelta(minutes=20)


def test_a_night_on_which_everything_goes_wrong_is_told_by_the_alerts_for_it(world: World, tmp_path: Path) -> None:
    before = scrape(world)
    run_into_everything(world)
    after = scrape(world)
    world.box.heal()
    assert_fired(
        tmp_path,
        before,
        after,
        {
            ("RungDeliveriesNotUnderstood", "critical"),
            ("RungDeliveriesNotUnderstood", "warning"),
            ("RungDeliveriesWait", "critical"),
            ("RungNobodyAnswers", "critical"),
            ("RungNoticesFail", "critical"),
            ("RungNoticesFail", "warning"),
            ("RungPlatformLeftAlone", "warning"),
            ("RungPollingFails", "warning"),
            ("RungRoleMissing", "critical"),
            ("RungTicketStuck", "critical"),
            ("RungTimersLate", "critical"),
            ("RungWebhooksRefused", "warning"),
            ("RungWritesRefused", "warning"),
        },
    )


def test_on_a_quiet_day_nothing_fires_but_that_nobody_has_begun_to_work(world: World, tmp_path: Path) -> None:
    before = scrape(world)
    world.alert()
    assert_fired(tmp_path, before, scrape(world), {("RungRoleMissing", "critical")})

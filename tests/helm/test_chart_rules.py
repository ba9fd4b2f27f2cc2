"""The alerts as the chart gives them: whole, about this release only, as Prometheus reads them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import yaml
from chart_rendered import CHART, Json, of_kind, rendered

FILE = CHART / "rules" / "alerts.yaml"


def _groups(values: str = "everything", *sets: str) -> list[Json]:
    (rule,) = of_kind(rendered(values, "rung-blue", *sets), "PrometheusRule")
    groups: list[Json] = rule["spec"]["groups"]
    return groups


def _rules(groups: list[Json]) -> list[Json]:
    return [rule for group in groups for rule in group["rules"]]


def test_every_alert_of_the_file_is_in_the_release() -> None:
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"]
    assert [one.get("alert") for one in _rules(_groups())] == [one.get("alert") for one in _rules(written)]
    assert [one["annotations"]["summary"] for one in _rules(_groups()) if "alert" in one] == [
        one["annotations"]["summary"] for one in _rules(written) if "alert" in one
    ]


def test_every_metric_of_an_alert_is_this_releases_own() -> None:
    for rule in _rules(_groups()):
        metrics = re.findall(r"\brung_[a-z0-9_]+\b(\{[^}]*\})?", rule["expr"])
        assert metrics
        assert all('namespace="tools",job="rung-blue"' in braces for braces in metrics), rule["expr"]


def test_an_alert_leads_to_its_runbook_and_has_the_labels_that_were_asked_for() -> None:
    for rule in _rules(_groups()):
        assert rule["annotations"]["runbook_url"] == f"https://docs.example.com/runbooks/{rule['alert']}/"
        assert rule["labels"]["team"] == "platform"
        assert rule["labels"]["severity"] in {"critical", "warning"}


def test_an_alert_can_be_left_out_by_its_name() -> None:
    first = _rules(_groups())[0]["alert"]
    left = [one["alert"] for one in _rules(_groups("everything", f"monitoring.prometheusRule.disabled[0]={first}"))]
    assert left
    assert first not in left


def test_unscoped_alerts_are_those_of_the_file() -> None:
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"]
    unscoped = _rules(_groups("everything", "monitoring.prometheusRule.scoped=false"))
    assert [one["expr"] for one in unscoped] == [one["expr"] for one in _rules(written)]


def test_prometheus_takes_the_rules_of_a_release(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": _groups()}), encoding="utf-8")
    checked = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_dashboards_are_whole() -> None:
    written = {one.name: json.loads(one.read_text(encoding="utf-8")) for one in (CHART / "dashboards").glob("*.json")}
    (found,) = [
        one for one in of_kind(rendered("everything"), "ConfigMap") if one["metadata"]["name"] == "rung-dashboard"
    ]
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert written
    assert {name: json.loads(text) for name, text in found["data"].items()} == written

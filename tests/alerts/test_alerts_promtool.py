"""Prometheus' own tool understands the rules, and every alert fires, and keeps quiet, when it should."""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "helm/rung/rules/alerts.yaml"
STORIES = Path(__file__).with_name("alerts.test.yaml")


def promtool(*words: str) -> str:
    """What promtool says; it is Debian's: `apt-get install prometheus`."""
    done = subprocess.run(["promtool", *words], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_understands_the_rules() -> None:
    assert "SUCCESS" in promtool("check", "rules", str(RULES))


def test_every_alert_fires_as_its_stories_tell() -> None:
    assert "SUCCESS" in promtool("test", "rules", str(STORIES))


def test_every_alert_has_a_story_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    rules = {
        (one["alert"], one["labels"]["severity"]) for one in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    }
    checks = [check for story in yaml.safe_load(STORIES.read_text())["tests"] for check in story["alert_rule_test"]]
    fires = {
        (check["alertname"], one["exp_labels"]["severity"]) for check in checks for one in check.get("exp_alerts", ())
    }
    quiet = {check["alertname"] for check in checks if not check.get("exp_alerts")}
    assert fires == rules
    assert quiet >= {name for name, _ in rules}

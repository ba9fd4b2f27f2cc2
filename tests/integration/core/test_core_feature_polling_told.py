"""What is told about polling: to people, to scripts, to Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from core.polls import PollRow
from tests.integration.world import World, world


@pytest.fixture
def here(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    with world(postgres_url, tmp_path) as made:
        made.poll()
        yield made


def test_lost_webhooks_are_counted_and_said(here: World) -> None:
    here.box.fault("servicenow", kind="webhook_never")
    for count in range(5):
        fields = {"short_description": f"Case {count}", "impact": "3", "urgency": "3"}
        here.box.act("servicenow", "create", who="dana.reyes", fields=fields)
    here.jump(2)
    here.poll()
    jira, servicenow = here.app.desk.polls()
    assert jira.says == "In step."
    assert servicenow.found_records == servicenow.lately == 5
    assert "Webhooks get lost: since yesterday 5 changes" in servicenow.says
    assert "sys_journal_field" in servicenow.says

    told = requests.get(f"{here.url}/api/v1/polling", timeout=10).json()["polling"]
    assert [(one["platform"], one["collection"], one["found"]) for one in told] == [
        ("jira", "OPS", 0),
        ("servicenow", "incident", 5),
    ]
    metrics = requests.get(f"{here.url}/metrics", timeout=10).text
    assert 'rung_polling_found_total{collection="incident",platform="servicenow",what="change"} 5.0' in metrics
    assert 'rung_polling_failing{collection="OPS",platform="jira"} 0.0' in metrics


def row(**told: object) -> PollRow:
    base = {"platform": "jira", "collection": "OPS", "watermark": datetime(2026, 1, 1, tzinfo=UTC)}
    return PollRow(**{**base, "late": timedelta(seconds=20), **told})  # type: ignore[arg-type]


def test_a_clock_that_does_not_run_is_said() -> None:
    assert "No round has ended for 12 minutes" in row(late=timedelta(minutes=12)).says
    assert row(late=None).says == "Not polled yet."


def test_a_platform_that_is_polled_seldom_is_late_only_after_its_own_pause(here: World) -> None:
    seldom = timedelta(minutes=30)
    assert row(late=timedelta(minutes=29), every=seldom).says == "In step."
    assert row(late=timedelta(minutes=34), every=seldom).says == "In step."
    assert "No round has ended for 36 minutes" in row(late=timedelta(minutes=36), every=seldom).says
    told = {one.platform: one.every for one in here.app.desk.polls()}
    assert told == {name: plan.every for name, plan in here.app.desk.polled().items()}


def test_a_platform_without_webhooks_has_lost_none() -> None:
    assert row(lately=100, heard=False).says == "In step."

"""Every alert on Rung has its page, every page its alert, and both speak of metrics that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from docs_pages import ROOT, blocks, text

RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(text("helm/rung/rules/alerts.yaml"))["groups"] for rule in group["rules"]
]
NAMES = sorted({rule["alert"] for rule in RULES})
METRICS = {
    name: set(re.findall(r"`(\w+)`", labels))
    for name, labels in re.findall(r"^\| `(rung_\w+)` \|([^|]*)\|", text("docs/metrics.md"), re.MULTILINE)
}
PARTS = ["What it means", "How bad it is", "Look here", "Do this", "Why this threshold"]
_SELECTOR = re.compile(r"\b(rung_\w+)(?:\{([^}]*)\})?")
_GIVEN = {"namespace"}
"""The labels that Prometheus puts on whatever it reads."""


def page(name: str) -> Path:
    return ROOT / f"docs/runbooks/{name}.md"


def asked(name: str) -> set[str]:
    """The metrics that an alert asks for, by all its rules."""
    return {found[1] for rule in RULES if rule["alert"] == name for found in _SELECTOR.finditer(rule["expr"])}


def _named(lists: str, expression: str) -> set[str]:
    """The labels of all lists of labels of that form."""
    return {one.strip() for found in re.findall(lists, expression) for one in found.split(",")}


def test_there_is_a_page_for_every_alert_and_no_other() -> None:
    assert {one.stem for one in (ROOT / "docs/runbooks").glob("*.md")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_answers_the_nights_questions(name: str) -> None:
    told = page(name).read_text()
    assert re.findall(r"^# (.*)$", re.sub(r"```.*?```", "", told, flags=re.DOTALL), re.MULTILINE) == [name]
    assert re.findall(r"^## (.*)$", told, re.MULTILINE) == PARTS
    severities = {rule["labels"]["severity"] for rule in RULES if rule["alert"] == name}
    lead = told.split("\n\n")[1]
    assert set(re.findall(r"\*\*(\w+)\*\*", lead)) == severities
    assert any(line.startswith(("rung ", "curl ")) for block in blocks(page(name), "sh") for line in block.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_a_page_explains_every_metric_that_its_alert_asks_for(name: str) -> None:
    why = page(name).read_text().partition("## Why this threshold")[2]
    assert {one for one in asked(name) if one not in why} == set()


def test_alerts_ask_only_for_metrics_and_labels_that_there_are() -> None:
    for rule in RULES:
        for metric, matchers in _SELECTOR.findall(rule["expr"]):
            assert metric in METRICS, f"{rule['alert']} asks for {metric}"
            assert set(re.findall(r"(\w+)!?[=~]", matchers)) <= METRICS[metric], f"{rule['alert']}: {matchers}"
        grouped = _named(r"\b(?:by|on) \(([^)]*)\)", rule["expr"])
        labels = {label for metric in _SELECTOR.findall(rule["expr"]) for label in METRICS[metric[0]]}
        assert grouped <= labels | _GIVEN, rule["alert"]


def test_every_alert_says_what_people_notice_how_bad_it_is_and_where_to_read_on() -> None:
    for rule in RULES:
        assert set(rule["labels"]) == {"severity"}
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
        assert (ROOT / rule["annotations"]["runbook_url"]) == page(rule["alert"])
        assert len(rule["annotations"]["summary"]) <= 90
        shown = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
        kept = _named(r"\bby \(([^)]*)\)", rule["expr"])
        assert shown <= kept, rule["alert"]


def test_the_first_page_lists_every_alert_with_its_severities() -> None:
    told = dict(re.findall(r"^\| \[(\w+)\]\(runbooks/\1\.md\) \| ([^|]*) \|", text("docs/runbooks.md"), re.MULTILINE))
    listed = {name: [rule["labels"]["severity"] for rule in RULES if rule["alert"] == name] for name in NAMES}
    assert {name: said.split(", ") for name, said in told.items()} == listed

"""The Grafana dashboard asks for metrics and labels that there are, and is laid out without gaps and overlaps."""

from __future__ import annotations

import json
import re
from typing import Any

from docs_pages import ROOT, text

BOARD: dict[str, Any] = json.loads(text("helm/rung/dashboards/rung.json"))
PANELS: list[dict[str, Any]] = [one for one in BOARD["panels"] if one["type"] != "row"]
QUERIES = [(panel["title"], target["expr"], target["legendFormat"]) for panel in PANELS for target in panel["targets"]]
METRICS = {
    name: set(re.findall(r"`(\w+)`", labels))
    for name, labels in re.findall(r"^\| `(rung_\w+)` \|([^|]*)\|", text("docs/metrics.md"), re.MULTILINE)
}
_GIVEN = {"namespace", "job", "instance", "pod"}
"""The labels that Prometheus puts on whatever it reads, as the chart has it do."""
_OF_THE_PROCESS = {"process_cpu_seconds_total", "process_resident_memory_bytes"}
_WIDTH = 24


def _labels(name: str) -> set[str] | None:
    """The labels of a series; None where there is no such series."""
    if name in _OF_THE_PROCESS:
        return _GIVEN
    whole = METRICS.get(name)
    parts = METRICS.get(name.removesuffix("_bucket"), set()) | {"le"} if name.endswith("_seconds_bucket") else None
    found = whole if whole is not None else parts
    return None if found is None else found | _GIVEN


def test_every_query_asks_for_series_and_labels_that_there_are() -> None:
    for title, query, _ in QUERIES:
        asked = re.findall(r"\b((?:rung|process)_\w+)\{([^}]*)\}", query)
        assert asked, title
        assert len(asked) == len(re.findall(r"\b(?:rung|process)_\w+", query)), f"{title}: a series without matchers"
        there: set[str] = set()
        for series, matchers in asked:
            labels = _labels(series)
            assert labels is not None, f"{title}: {series}"
            assert matchers.startswith('namespace=~"$namespace",job=~"$job"'), title
            assert set(re.findall(r"(\w+)!?=~?\"", matchers)) <= labels, title
            there |= labels
        grouped = {one.strip() for found in re.findall(r"\bby \(([^)]*)\)", query) for one in found.split(",")}
        assert grouped <= there, f"{title}: {grouped - there}"


def test_every_line_is_named_by_labels_that_the_query_keeps() -> None:
    for title, query, legend in QUERIES:
        named = set(re.findall(r"\{\{(\w+)\}\}", legend))
        kept = re.findall(r"\bby \(([^)]*)\)", query)
        assert named <= {one.strip() for one in (kept[0] if kept else "").split(",")}, f"{title}: {legend}"


def test_histograms_are_asked_for_quantiles_by_their_buckets() -> None:
    for title, query, _ in QUERIES:
        assert ("histogram_quantile(" in query) == ("_bucket{" in query), title
        assert "_bucket{" not in query or re.search(r"sum by \(le\b", query), title


def test_everything_that_counts_is_shown_as_a_rate_or_a_rise() -> None:
    for title, query, _ in QUERIES:
        for found in re.finditer(r"\b(?:rung|process)_\w+(?:_total|_bucket)\{[^}]*\}", query):
            assert query[: found.start()].endswith(("rate(", "increase(")), f"{title}: {found[0]}"
            assert query[found.end()] == "[", title


def test_every_panel_says_what_it_shows_and_in_which_unit() -> None:
    alerts = {one.stem for one in (ROOT / "docs/runbooks").glob("*.md")}
    for panel in PANELS:
        assert len(panel["description"]) > 20, panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        if panel["type"] != "state-timeline":
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert set(re.findall(r"\bRung[A-Z]\w+", panel["description"])) <= alerts, panel["title"]
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def test_the_panels_fill_the_width_and_none_covers_another() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} covers {taken[x, y]}"
                taken[x, y] = panel["title"]
    assert max(x for x, _ in taken) == _WIDTH - 1
    assert len(taken) == _WIDTH * (max(y for _, y in taken) + 1)


def test_every_variable_that_is_used_is_there_and_the_other_way_round() -> None:
    there = {one["name"] for one in BOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)\}?", json.dumps(BOARD))) - {"__rate_interval", "__all"}
    assert used == there

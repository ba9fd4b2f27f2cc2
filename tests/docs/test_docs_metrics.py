"""The page of metrics tells every metric that there is, with its labels, and no other."""

from __future__ import annotations

import re

from docs_pages import ROOT, text
from prometheus_client import Counter, Histogram

from core.work import numbers
from webhooks import receive

PAGE = text("docs/metrics.md")
_ROW = re.compile(r"^\| `(\w+)` \|([^|]*)\|", re.MULTILINE)
ROWS = {name: sorted(re.findall(r"`(\w+)`", labels)) for name, labels in _ROW.findall(PAGE)}


def test_every_counter_and_histogram_is_told_with_its_labels() -> None:
    made = [
        one for module in (numbers, receive) for one in vars(module).values() if isinstance(one, Counter | Histogram)
    ]
    there = {f"{one._name}_total" if isinstance(one, Counter) else one._name: sorted(one._labelnames) for one in made}
    assert {name: ROWS.get(name) for name in there} == there


def test_every_gauge_of_the_whole_is_told_and_nothing_else() -> None:
    code = (ROOT / "rung/standing.py").read_text() + (ROOT / "rung/pollmetrics.py").read_text()
    gauges = set(re.findall(r'GaugeMetricFamily\(\s*"(\w+)"', code))
    gauges |= {f"{name}_total" for name in re.findall(r'CounterMetricFamily\(\s*"(\w+)"', code)}
    told = PAGE.partition("## How it stands")[2]
    assert {name for name, _ in _ROW.findall(told)} == gauges

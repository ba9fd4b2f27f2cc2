"""The benchmark's own arithmetic, and what it prints."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from bench import report
from bench.costs import Costs
from bench.figures import Figure, in_section
from bench.plot import draw
from bench.timing import percentile, rate

FLOOR = Figure(name="bare handler", value=2000.0, unit="requests/s")


def figures() -> list[Figure]:
    return in_section(
        "ingest", [FLOOR, Figure(name="ours", value=500.0, unit="requests/s", note="p99 9 ms").over(FLOOR)]
    )


def test_a_ratio_is_the_value_divided_by_its_floor() -> None:
    ours = figures()[1]
    assert ours.ratio == 0.25
    assert ours.against == "bare handler"


def test_a_floor_of_nothing_gives_no_ratio() -> None:
    assert FLOOR.over(Figure(name="nothing", value=0.0, unit="")).ratio is None


@pytest.mark.parametrize(("percent", "value"), [(50, 2.0), (99, 4.0), (0, 1.0), (100, 4.0)])
def test_a_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], percent) == value


def test_a_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_rate_counts_the_calls_of_its_rounds() -> None:
    calls = []
    measured = rate(lambda: calls.append(1), seconds=0.01, rounds=3)
    assert measured > 0
    assert len(calls) > 3


def test_the_table_names_the_command_the_value_and_what_it_is_held_against() -> None:
    out = io.StringIO()
    report.show(Console(file=out, width=160), figures())
    assert ".venv/bin/python -m bench --only ingest" in out.getvalue()
    assert "0.25" in out.getvalue()
    assert "of the bare handler; p99 9 ms" in out.getvalue()


def test_the_json_holds_every_figure_with_its_command(tmp_path: Path) -> None:
    report.write(tmp_path / "figures.json", figures(), 1.25, report.machine())
    told = json.loads((tmp_path / "figures.json").read_text())
    assert told["machine"]["cores"] >= 1
    assert len(told["machine"]["load"]) == 3
    assert told["machine"]["memory"] > 2**20
    assert [one["name"] for one in told["figures"]] == ["bare handler", "ours"]
    assert told["figures"][1]["ratio"] == 0.25
    assert told["figures"][1]["command"] == ".venv/bin/python -m bench --only ingest"


def test_what_processes_spend_is_told_for_each_piece_of_work_and_by_role() -> None:
    costs = Costs({"worker-1": os.getpid(), "worker-2": os.getpid()})
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    each, by = costs.each(10)
    assert each >= 8.0  # two processes of 50 ms in ten pieces, as the system counts it
    assert by.startswith("worker ")


def test_a_process_that_has_ended_costs_nothing_more() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    costs = Costs({"web": ended.pid})
    ended.wait()
    assert costs.spent() == {"web": 0.0}


def test_growth_is_drawn_as_a_picture_without_scripts_and_addresses(tmp_path: Path) -> None:
    costs = [Figure(name="a repeat", value=0.4 * size**0.1, unit="ms", size=size) for size in (1000, 10_000)]
    draw(tmp_path / "growth.svg", [*costs, FLOOR, Figure(name="a repeat, p99", value=9.0, unit="ms", size=1000)])
    drawn = (tmp_path / "growth.svg").read_text(encoding="utf-8")
    assert all(said in drawn for said in ("a repeat", "1,000", "10,000"))
    assert not any(left_out in drawn for left_out in ("p99", "bare handler", "<script", "<!--"))
    assert set(re.findall(r"https?://[^\s\"']+", drawn)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }

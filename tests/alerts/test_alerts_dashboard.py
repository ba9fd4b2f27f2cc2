"""Prometheus understands every query of the dashboard."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

BOARD = Path(__file__).resolve().parents[2] / "helm/rung/dashboards/rung.json"
_STANDS_FOR = {"$__rate_interval": "5m", "$namespace": ".*", "$job": ".*"}
"""What Grafana puts in."""


def _filled(query: str) -> str:
    for name, value in _STANDS_FOR.items():
        query = query.replace(name, value)
    return query


def test_prometheus_understands_every_query(tmp_path: Path) -> None:
    board = json.loads(BOARD.read_text())
    targets = [target for panel in board["panels"] for target in panel.get("targets", ())]
    queries = [*(one["expr"] for one in targets), *(one["expr"] for one in board["annotations"]["list"])]
    assert len(queries) > 40
    rules = [{"record": f"query:{number}", "expr": _filled(query)} for number, query in enumerate(queries)]
    file = tmp_path / "queries.json"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run(
        ["promtool", "check", "rules", str(file)], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout

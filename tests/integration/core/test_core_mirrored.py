"""The mirrored run in its short form: both sides agree in the end, nothing is said twice, nothing goes in circles."""

from __future__ import annotations

from pathlib import Path

from tests.mirror.run import Size, play
from tests.mirror.table import table


def test_both_sides_of_mirrored_tickets_converge_while_everything_fails(postgres_url: str, tmp_path: Path) -> None:
    result = play(postgres_url, tmp_path, Size(tickets=25, edits=90, seed=7, seconds=60))
    told = "\n".join([*(": ".join(row) for row in table(result)), *(one.sentence for one in result.findings)])
    assert not result.findings, told
    assert result.late_writes == 0, told
    assert sum(result.meter.writes.values()) <= 4 * len(result.edits), told
    assert result.meter.faults, told
    assert result.meter.hooks["lost"] > 0, told
    assert any(any(found) for found in result.found.values()), told

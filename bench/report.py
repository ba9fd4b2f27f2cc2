"""The figures for people, and for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Figure


def number(value: float) -> str:
    """Three figures are all that a shared machine can tell."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"


def show(console: Console, figures: Sequence[Figure]) -> None:
    """A table for each section, under the command that measures it again."""
    for section in dict.fromkeys(one.section for one in figures):
        mine = [one for one in figures if one.section == section]
        table = Table(title=mine[0].command, title_justify="left", title_style="dim", header_style="bold")
        table.add_column(section)
        table.add_column("", justify="right")
        table.add_column("")
        table.add_column("ratio", justify="right")
        table.add_column("", style="dim")
        for one in mine:
            ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
            against = f"of the {one.against}" if one.against else ""
            name = f"{one.name}, {one.size:,} open" if one.size else one.name
            table.add_row(name, number(one.value), one.unit, ratio, "; ".join(filter(None, [against, one.note])))
        console.print(table)


def machine() -> dict[str, object]:
    """What there is to know of the machine before anything is measured on it; `load` is how busy it was already."""
    return {
        "cores": os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "load": os.getloadavg(),
    }


def write(path: Path, figures: Sequence[Figure], seconds: float, machine: Mapping[str, object]) -> None:
    """Everything as one JSON object: what it ran on, how long it took, the figures."""
    told = {"machine": machine, "seconds": round(seconds, 1), "figures": [one.as_json() for one in figures]}
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

"""How cost grows, as a drawing: what was measured at several sizes, against the size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pygal
from pygal.style import CleanStyle

from bench.figures import Figure

_LEFT_OUT = (", p99", " made")
_BESIDE = re.compile("<!--.*?-->|<script.*?</script>", re.DOTALL)
"""Comments and settings for a script that there is not."""


def draw(path: Path, figures: Sequence[Figure]) -> None:
    """Write the growth as SVG, without scripts: a line for every figure in ms that was taken at several sizes."""
    mine = [one for one in figures if one.size and one.unit == "ms" and not one.name.endswith(_LEFT_OUT)]
    sizes = sorted({one.size for one in mine})
    chart = pygal.Line(
        js=[],
        style=CleanStyle(font_family="sans-serif"),
        logarithmic=True,
        width=900,
        height=560,
        title="What one of each costs, while so many tickets are open",
        x_title="open tickets",
        y_title="milliseconds, logarithmic",
        legend_at_bottom=True,
        legend_at_bottom_columns=2,
        dots_size=4,
        show_minor_y_labels=False,
        truncate_legend=-1,
        disable_xml_declaration=True,
    )
    chart.x_labels = [f"{size:,}" for size in sizes]
    for name in dict.fromkeys(one.name for one in mine):
        by_size = {one.size: one.value for one in mine if one.name == name}
        chart.add(name, [by_size.get(size) for size in sizes])
    chart.uuid = "growth"  # its own would be another one with every drawing
    path.write_text(_BESIDE.sub("", chart.render(is_unicode=True)) + "\n", encoding="utf-8")

"""`python -m bench`: measure, show a table, and write JSON where asked to."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import structlog
from rich.console import Console

from bench import (
    codec,
    engine,
    gone,
    ingest,
    intake,
    mapping,
    report,
    retention,
    simulation,
    standing,
    store,
    storm,
    sustained,
    through,
    times,
    whole,
    writes,
)
from bench.figures import Figure, in_section
from bench.ground import Ground, GroundError
from bench.plot import draw
from bench.sender import LoadError
from rung.up import UpError

SECTIONS: dict[str, Callable[[Ground], list[Figure]]] = {
    "engine": lambda _: engine.measure(),
    "times": lambda _: times.measure(),
    "simulate": lambda _: simulation.measure(),
    "mappings": lambda _: mapping.measure(),
    "codec": lambda _: codec.measure(),
    "store": store.measure,
    "intake": intake.measure,
    "ingest": ingest.measure,
    "whole": whole.measure,
    "through": through.measure,
    "sustained": sustained.measure,
    "storm": storm.measure,
    "gone": gone.measure,
    "writes": writes.measure,
    "standing": standing.measure,
    "retention": retention.measure,
}


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(SECTIONS)), help="Measure this section; repeatable.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures there, too.")
@click.option("--tickets", default=standing.MOST, show_default=True, help="`standing` goes up to so many open tickets.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw there how cost grows, as SVG.")
def main(only: tuple[str, ...], file: Path | None, tickets: int, plot: Path | None) -> None:
    """Measure Rung on this machine, on loopback, in some minutes. Machines differ: look at the ratios."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console = Console()
    began, machine = time.monotonic(), report.machine()
    sections: dict[str, Callable[[Ground], list[Figure]]] = {
        **SECTIONS,
        "standing": partial(standing.measure, most=tickets),
    }
    figures: list[Figure] = []
    with Ground() as ground:
        for name in only or SECTIONS:
            try:
                found = in_section(name, sections[name](ground))
            except (GroundError, LoadError, UpError) as error:
                raise click.ClickException(f"{name}: {error}.") from None
            report.show(console, found)
            figures += found
        machine["postgres"] = ground.postgres_version
    spent = time.monotonic() - began
    console.print(f"{len(figures)} figures in {spent:.0f} seconds.", style="dim")
    if plot:
        draw(plot, figures)
    if file:
        report.write(file, figures, spent, machine)


if __name__ == "__main__":
    main()

"""`python -m tests.chaos.points`: have a worker die at every point of every story, and print a table."""

from __future__ import annotations

import logging
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import structlog

from core.store.database import migrate
from rung.embedded import Place, Postgres, running
from tests.chaos.points.run import Result, Run, stage
from tests.chaos.points.stories import STORIES

SHOWN = 40


@click.command()
@click.option("--seed", default=0, help="The dice that put the points in order; drawn and told unless given.")
@click.option("--seconds", default=3600.0, show_default=True, help="After so many seconds no other point is begun.")
@click.option("--points", default="all", show_default=True, help="How many points of each story at most.")
@click.option("--story", "stories", multiple=True, type=click.Choice(list(STORIES)), help="These stories alone.")
@click.option("--platforms", is_flag=True, help="Have platforms answer each request badly, instead of workers dying.")
@click.option("--quiet", is_flag=True, help="The table alone.")
def main(seed: int, seconds: float, points: str, stories: tuple[str, ...], platforms: bool, quiet: bool) -> None:
    """Kill a worker at every point of a few stories, one death for each time that a story is played."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    seed = seed or random.randrange(1, 10**6)
    folder = Path(tempfile.mkdtemp(prefix="rung-points-"))
    folder.chmod(0o711)
    try:
        server = Postgres(Place.under(folder), durable=False)
        with running(server):
            migrate(server.make_database("migrated"))
            with stage(server, folder) as here:
                most = None if points == "all" else int(points)
                run = Run(here, seed, seconds, most, platforms, (lambda _: None) if quiet else click.echo)
                result = run.play(stories or tuple(STORIES))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, value in table(result, seed):
        click.echo(f"{name:<60} {value}")
    for found in result.found[:SHOWN]:
        click.echo(f"  {found.story}, {found.point}: {found.wrong}")
    sys.exit(1 if result.found else 0)


def table(result: Result, seed: int) -> Iterator[tuple[str, str]]:
    """What was played and what came of it."""
    yield "seed", str(seed)
    for name, points in result.points.items():
        yield name, f"{result.deaths[name]} deaths of {points} points ({result.names[name]} places)"
    deaths = sum(result.deaths.values())
    yield "deaths in all", f"{deaths} in {result.seconds:.0f} s; {sum(result.unreached.values())} points not reached"
    yield "bad answers of platforms", str(sum(result.troubles.values()))
    yield "messages sent again in doubt, and marked so", str(sum(result.repeats.values()))
    yield "promises broken", str(len(result.found))


if __name__ == "__main__":
    main()

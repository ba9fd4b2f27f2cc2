"""`python -m tests.chaos`: play a fault run and print its table."""

from __future__ import annotations

import json
import logging
import sys
import time
from dataclasses import asdict
from pathlib import Path

import click
import structlog

from tests.chaos.faults import FAULTS, MORE
from tests.chaos.run import Result, Size, play
from tests.chaos.table import table

SHOWN = 12


@click.command()
@click.option("--seconds", default=300.0, show_default=True, help="Faults happen for so long; coming to rest is extra.")
@click.option("--seed", default=1, show_default=True, help="The dice: the same ones give the same plan and faults.")
@click.option("--tickets", default=3000, show_default=True, help="Cases at most.")
@click.option("--each-turn", default=25, show_default=True, help="New cases in each ten minutes of the policy's time.")
@click.option("--kills", default=1_000_000, help="Ends after so many kills.")
@click.option("--pause", default=1.0, show_default=True, help="Seconds between two faults, on average.")
@click.option(
    "--more", is_flag=True, help="Die between two statements too; names, clocks, disk, schema, platforms fail."
)
@click.option("--json", "as_json", type=click.Path(path_type=Path), help="Write the table there as JSON too.")
@click.option("--quiet", is_flag=True, help="The table alone.")
def main(
    seconds: float,
    seed: int,
    tickets: int,
    each_turn: int,
    kills: int,
    pause: float,
    more: bool,
    as_json: Path | None,
    quiet: bool,
) -> None:
    """Kill, stop and cut off Rung's processes at random while tickets are worked on, and see which promises hold."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    began = time.monotonic()

    def say(line: str) -> None:
        if not quiet:
            click.echo(f"{time.monotonic() - began:6.0f} s  {line}")

    size = Size(seed=seed, seconds=seconds, tickets=tickets, each_turn=each_turn, kills=kills, pause=pause)
    result = play(size, say, (*FAULTS, *MORE) if more else FAULTS)
    show(result)
    if as_json:
        promises = [asdict(one) for one in result.counts]
        as_json.write_text(json.dumps({"table": dict(table(result)), "promises": promises}, indent=2))
    sys.exit(0 if result.kept else 1)


def show(result: Result) -> None:
    """Print the table, and what broke."""
    for name, value in table(result):
        click.echo(f"{name:<46} {value}")
    for one in result.counts:
        for sentence in one.broken[:SHOWN]:
            click.echo(f"  {one.promise}: {sentence}")
        if len(one.broken) > SHOWN:
            click.echo(f"  {one.promise}: and {len(one.broken) - SHOWN} more")
    if result.stopped:
        click.echo(result.stopped)
    if not result.kept:
        click.echo(
            f"To play it again: python -m tests.chaos --seed {result.size.seed} --seconds {result.size.seconds:.0f}"
        )


if __name__ == "__main__":
    main()

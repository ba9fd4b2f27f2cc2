"""`python -m tests.mirror`: play a mirrored run and print its table."""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

import click
import structlog

from core.store.database import migrate
from rung.embedded import Place, Postgres, running
from tests.mirror.run import Size, play
from tests.mirror.table import table

SHOWN = 40


@click.command()
@click.option("--tickets", default=1000, show_default=True, help="Tickets, each with a record on both sides.")
@click.option("--edits", default=0, help="Edits by people; three for each ticket unless told.")
@click.option("--seed", default=1, show_default=True, help="The dice: the same ones give the same edits and faults.")
@click.option("--seconds", default=1200.0, show_default=True, help="After so many seconds nobody edits any more.")
@click.option("--explain", is_flag=True, help="Tell what happened to the first tickets whose sides differ.")
@click.option("--quiet", is_flag=True, help="The table alone.")
def main(tickets: int, edits: int, seed: int, seconds: float, explain: bool, quiet: bool) -> None:
    """Mirror tickets between stand-ins of ServiceNow and Jira while people edit both sides and everything fails."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    began = time.monotonic()

    def say(line: str) -> None:
        if not quiet:
            click.echo(f"{time.monotonic() - began:6.0f} s  {line}")

    folder = Path(tempfile.mkdtemp(prefix="rung-mirror-"))
    folder.chmod(0o711)
    try:
        server = Postgres(Place.under(folder), durable=False)
        with running(server):
            url = server.make_database("mirror")
            migrate(url)
            result = play(url, folder, Size(tickets, edits or 3 * tickets, seed, seconds), say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, value in table(result):
        click.echo(f"{name:<32} {value}")
    for finding in result.findings[:SHOWN]:
        click.echo(f"  {finding.sentence}")
    for story in result.stories if explain else ():
        click.echo(f"\n{story}")
    sys.exit(1 if result.findings or result.late_writes else 0)


if __name__ == "__main__":
    main()

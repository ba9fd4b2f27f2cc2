"""`rung worker`."""

from __future__ import annotations

from typing import Literal

import click


@click.command(name="worker")
@click.option(
    "--work",
    "works",
    multiple=True,
    type=click.Choice(("intake", "delivery")),
    help="Do this kind of work only: intake applies deliveries, delivery carries actions out.",
)
def command(works: tuple[Literal["intake", "delivery"], ...]) -> None:
    """Run one worker alone: it works off deliveries and actions."""
    from rung.bell import WORK
    from rung.cli.role import settings_for_role
    from rung.roles import run_worker

    run_worker(settings_for_role("worker"), works or WORK)

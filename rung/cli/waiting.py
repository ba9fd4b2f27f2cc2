"""`--wait`, for commands that may start before their database."""

from __future__ import annotations

import click

wait_option = click.option(
    "--wait",
    "wait",
    type=click.FloatRange(0, 86400),
    metavar="SECONDS",
    default=0,
    help="How long to wait for the database; without it, not at all.",
)


def say(line: str) -> None:
    """Tell on stderr what is waited for."""
    click.echo(line, err=True)

"""`rung demo`."""

from __future__ import annotations

import sys

import click

from rung.settings import Settings


@click.command(name="demo")
@click.option(
    "--speed",
    type=click.FloatRange(1, 600),
    default=60,
    show_default=True,
    help="How fast time runs: 60 makes a minute a second.",
)
@click.option(
    "--once", is_flag=True, help="Play the scenario once, judge what was written back, and end with 0 if it is right."
)
def command(speed: float, once: bool) -> None:
    """See it work: everything on this machine, with stand-ins for ServiceNow and Jira, until Ctrl-C."""
    from rung.demo.run import demo

    sys.exit(demo(Settings.from_environment(), speed=speed, once=once))

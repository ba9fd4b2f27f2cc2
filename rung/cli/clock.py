"""`rung clock`."""

from __future__ import annotations

import click


@click.command(name="clock")
def command() -> None:
    """Run the clock role alone: it fires timers. Several are safe."""
    from rung.cli.role import settings_for_role
    from rung.roles import run_clock

    run_clock(settings_for_role("clock"))

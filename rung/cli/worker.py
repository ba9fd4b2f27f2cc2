"""`rung worker`."""

from __future__ import annotations

import click


@click.command(name="worker")
def command() -> None:
    """Run one worker alone: it works off deliveries and actions."""
    from rung.cli.role import settings_for_role
    from rung.roles import run_worker

    run_worker(settings_for_role())

"""`rung web`."""

from __future__ import annotations

import click


@click.command(name="web")
def command() -> None:
    """Run the web role alone: webhooks, the board, the API."""
    from rung.cli.role import settings_for_role
    from rung.roles import run_web

    run_web(settings_for_role("web"))

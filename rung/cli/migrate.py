"""`rung migrate`."""

from __future__ import annotations

import click


@click.command(name="migrate")
def command() -> None:
    """Bring the database's schema up to date. Safe to be run by many at once."""
    from core.store.database import migrate
    from rung.cli.desk import settings

    click.echo(f"The schema is at {migrate(settings().database_url)}.")

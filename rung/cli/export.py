"""`rung export`."""

from __future__ import annotations

import click

from rung.cli.output import inert


@click.command(name="export")
@click.option("--only", multiple=True, metavar="TABLE", help="Only this table; may be repeated.")
def command(only: tuple[str, ...]) -> None:
    """Print everything that is stored, as lines of JSON, as it stood at one moment.

    Tokens and sessions are left out. The last line tells how many rows there were: without it the file is not whole.
    """
    from core.store.database import connect
    from core.store.export import TABLES
    from rung import export
    from rung.cli.desk import settings

    unknown = sorted(set(only) - set(TABLES))
    if unknown:
        raise click.BadParameter(f"there is no {unknown[0]}; there are: {', '.join(TABLES)}", param_hint="--only")
    engine = connect(settings().database_url, pool_size=1)
    try:
        for line in export.everything(engine, only):
            click.echo(inert(line))
    finally:
        engine.dispose()

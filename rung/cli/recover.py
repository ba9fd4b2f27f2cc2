"""`rung recover`."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from rung.cli.output import json_option, print_json
from rung.cli.when import When


@click.command(name="recover")
@click.option("--skip", type=click.IntRange(0, 10**9), default=10000, show_default=True,
              help="Ticket numbers to leave out: more than were opened since the copy was made.")  # fmt: skip
@click.option(
    "--until",
    type=When(),
    help="When the Rung whose database was lost last ran: what came due before is not sent again.",
)
@click.option("--pause", type=click.IntRange(0, 1440), default=10, show_default=True, metavar="MINUTES",
              help="So long timers wait that ran out meanwhile, once Rung runs again.")  # fmt: skip
@click.option("--wait", type=click.IntRange(0, 86400), default=600, show_default=True, metavar="SECONDS",
              help="So long a platform that cannot be asked is tried.")  # fmt: skip
@click.option("--anyway", is_flag=True, help="Although other sessions use the database, which are none of Rung's.")
@json_option
def command(skip: int, until: datetime | None, pause: int, wait: int, anyway: bool, as_json: bool) -> int:
    """Make a database safe that was restored from a backup: run it once, before any role is started.

    No number or operation id that was given after the backup is given again; writes that waited are looked for before
    they are made; what has changed on the platforms since is taken in. Nothing is written or sent. Ends with 1 where
    not every platform could be asked.
    """
    from core.work.recovery import Plan
    from rung import wiring
    from rung.cli.desk import settings
    from rung.recovered import sentences

    plan = Plan(skip=skip, until=until, pause=timedelta(minutes=pause), wait=timedelta(seconds=wait), anyway=anyway)
    recovery = wiring.recovery(settings())
    try:
        recovered = recovery.recover(plan, lambda what: click.echo(f"{what} ...", err=True))
    finally:
        recovery.database.dispose()
    if as_json:
        print_json(recovered)
    else:
        for line in sentences(recovered, plan.pause):
            click.echo(line)
    return 1 if recovered.behind else 0

"""`rung migrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rung.cli.errors import WARNED
from rung.cli.output import json_option, print_json
from rung.cli.waiting import say, wait_option

if TYPE_CHECKING:
    from core.store.migrating import Plan
    from core.store.schema import Step


@click.command(name="migrate")
@click.option("--check", is_flag=True, help="Change nothing; tell what there is to do.")
@click.option("--to", default="", metavar="REVISION", help="Go to that schema, also back.")
@click.option("--stopped", is_flag=True, help="Also what running roles could not bear: all of them are stopped.")
@wait_option
@json_option
@click.pass_context
def command(ctx: click.Context, check: bool, to: str, stopped: bool, wait: float, as_json: bool) -> None:
    """Bring the database's schema up to date. Safe to be run by many at once, and while everything runs.

    With --check it ends with 0 where there is nothing to do, 4 where there are steps to do, 1 where the schema is too
    new for this Rung.
    """
    from core.store import migrating
    from rung.awaiting import answers, await_database
    from rung.cli.desk import settings

    url = settings().database_url
    await_database(url, wait, answers, say)
    if check:
        ctx.exit(_check(_planned(url, to), as_json))
    done: list[Step] = []
    at = migrating.migrate(url, to=to, stopped=stopped, done=lambda step: _done(step, done, quiet=as_json))
    if as_json:
        print_json({"at": at, "done": done})
    else:
        click.echo(f"The schema is at {at}.")


def _done(step: Step, done: list[Step], *, quiet: bool) -> None:
    done.append(step)
    if not quiet:
        click.echo(f"  {step.revision}  {step.does}")


def _planned(url: str, to: str) -> Plan:
    from core.store.database import connect
    from core.store.migrating import plan

    engine = connect(url, pool_size=1)
    try:
        with engine.connect() as connection:
            return plan(connection, to)
    finally:
        engine.dispose()


def _check(found: Plan, as_json: bool) -> int:
    if as_json:
        print_json(
            {
                "at": found.schema.at,
                "wants": found.schema.wants,
                "steps": found.steps,
                "down": found.is_down,
                "stops": found.stops.revision if found.stops else None,
            }
        )
    else:
        _tell(found)
    return WARNED if found.steps else 0


def _tell(found: Plan) -> None:
    at = found.schema.at or "nothing"
    if not found.steps:
        newer = "" if found.schema.at == found.schema.wants else f", newer than this Rung's {found.schema.wants},"
        click.echo(f"The schema is at {at}{newer} and serves this Rung: there is nothing to do.")
        return
    way = "back " if found.is_down else ""
    click.echo(f"The schema is at {at}; {way}to do:")
    for step in found.steps:
        click.echo(f"  {step.revision}  {step.does}")
    if found.stops:
        click.echo(f"Before {found.stops.revision} every role has to be stopped: `rung migrate --stopped`.")

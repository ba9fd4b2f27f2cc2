"""`rung tickets`."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from rung.cli.group import Lazy
from rung.cli.output import facts, json_option, left, moment, print_json, table
from rung.cli.when import When

if TYPE_CHECKING:
    from core.desk import BoardRow

_STATES = ("new", "in_progress", "on_hold", "resolved", "closed", "canceled")


@click.group(cls=Lazy, name="tickets")
def command() -> None:
    """List, show and acknowledge tickets."""


@command.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only tickets in this state; without it, the open ones.")
@click.option("--limit", type=click.IntRange(1, 10000), default=100, show_default=True)
@json_option
def list_(state: str | None, limit: int, as_json: bool) -> None:
    """List tickets, newest first."""
    from core.model import State
    from rung.cli.desk import desk, now

    rows = desk().tickets(state=State(state) if state else None, limit=limit)
    if as_json:
        print_json(rows)
        return
    at = now()
    headings = ("ID", "SEVERITY", "STATE", "TITLE", "SERVICE", "LEVEL", "OWNER", "NEXT", "PLATFORMS", "KEY")
    nothing = f"No ticket is {state}." if state else "No ticket is open."
    table(headings, (_line(row, at) for row in rows), nothing)


def _line(row: BoardRow, at: datetime) -> tuple[str, ...]:
    what = (str(row.id), row.severity.value, row.state.value, row.title, row.service, row.level)
    step = "exhausted" if row.exhausted else left(row.deadline, at)
    return (*what, row.owner or row.team, step, row.write_back, row.key)


@command.command()
@click.argument("ticket_id", metavar="ID", type=int)
@json_option
def show(ticket_id: int, as_json: bool) -> None:
    """Show one ticket with its timeline and its write-backs."""
    from rung.cli.desk import desk

    page = desk().ticket(ticket_id)
    if as_json:
        entries = [{"sentence": entry.reason.sentence, "entry": entry} for entry in page.entries]
        print_json({"ticket": page.ticket, "row": page.row, "policy": page.policy, "now": page.now,
                    "timeline": entries, "actions": page.actions})  # fmt: skip
        return
    row = page.row
    facts(
        [
            ("Ticket", f"{row.id}  {row.severity.value}  {row.state.value}"),
            ("Mode", "shadowed: Rung decides and records, but writes nothing and tells nobody" if row.shadow else ""),
            ("Title", row.title),
            ("Service", row.service),
            ("Team", row.team),
            ("Owner", row.owner),
            ("Level", f"{row.level} ({left(row.deadline, page.now)})" if row.deadline else row.level),
            ("Acknowledged", row.acknowledged_by),
            ("Opened", moment(row.opened_at)),
            ("Record", f"{row.key}  {row.link}".strip()),
            ("Policy", page.policy),
        ]
    )
    click.echo()
    rows = ((moment(entry.at), entry.by, entry.reason.sentence) for entry in page.entries)
    table(("WHEN", "BY", "WHY"), rows, "Nothing has happened yet.")
    click.echo()
    actions = ((str(one.id), one.status.value, one.target, one.summary, one.error) for one in page.actions)
    table(("ACTION", "STATUS", "WHERE", "WHAT", "ERROR"), actions, "Nothing was written or sent.")


@command.command()
@click.option("--since", type=When(), help="Only tickets opened since then.")
def export(since: datetime | None) -> None:
    """Print recorded tickets as a history for `rung simulate`: a line of JSON for each."""
    from core.store import history as stored
    from core.store.database import connect
    from rung import history
    from rung.cli import given
    from rung.cli.desk import settings

    roster = given.loaded(None).policy.roster
    with connect(settings().database_url).connect() as connection:
        for case in stored.cases(connection, since, roster):
            click.echo(history.write(case))


@command.command()
@click.argument("ticket_id", metavar="ID", type=int)
@click.option("--by", default=getpass.getuser, show_default="your user name", help="Roster id or name of who takes it.")
def acknowledge(ticket_id: int, by: str) -> None:
    """Take responsibility for a ticket: its response clock stops."""
    from core.model import Acknowledge
    from rung.cli.desk import desk

    click.echo(desk().command(ticket_id, Acknowledge(by=by, via="on the command line")))

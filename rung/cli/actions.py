"""`rung actions`."""

from __future__ import annotations

import click

from rung.cli.group import Lazy
from rung.cli.output import facts, json_option, moment, print_json, table

_STATUSES = ("pending", "sent", "done", "confirmed", "superseded", "dead")


@click.group(cls=Lazy, name="actions")
def command() -> None:
    """List, show and replay what was written and sent."""


@command.command("list")
@click.option("--status", type=click.Choice(_STATUSES), help="Only actions that came so far.")
@click.option("--limit", type=click.IntRange(1, 10000), default=100, show_default=True)
@json_option
def list_(status: str | None, limit: int, as_json: bool) -> None:
    """List actions, newest first."""
    from core.model import ActionStatus
    from rung.cli.desk import desk

    rows = desk().actions(status=ActionStatus(status) if status else None, limit=limit)
    if as_json:
        print_json(rows)
        return
    lines = (
        (str(row.id), str(row.ticket_id), row.status.value, row.target, row.summary, str(row.attempts), row.error)
        for row in rows
    )
    table(("ID", "TICKET", "STATUS", "WHERE", "WHAT", "ATTEMPTS", "ERROR"), lines, "Nothing was written or sent.")


@command.command()
@click.argument("action_id", metavar="ID", type=int)
@json_option
def show(action_id: int, as_json: bool) -> None:
    """Show one action."""
    from rung.cli.desk import desk

    row = desk().action(action_id)
    if as_json:
        print_json(row)
        return
    facts(
        [
            ("Action", f"{row.id}  {row.status.value}"),
            ("Ticket", str(row.ticket_id)),
            ("Where", row.target),
            ("What", row.summary),
            ("Why", row.why),
            ("Operation", row.operation_id),
            ("Attempts", str(row.attempts)),
            ("Next attempt", moment(row.next_attempt_at)),
            ("Error", row.error),
        ]
    )


@command.command()
@click.argument("action_ids", metavar="ID...", type=int, nargs=-1, required=True)
def replay(action_ids: tuple[int, ...]) -> None:
    """Try dead actions again; it is looked first whether they were done."""
    from rung.cli.desk import desk

    at = desk()
    for action_id in action_ids:
        at.replay_action(action_id)
        click.echo(f"Action {action_id} will be tried again.")

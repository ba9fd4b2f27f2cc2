"""`rung deliveries`."""

from __future__ import annotations

import click

from rung.cli.group import Lazy
from rung.cli.output import facts, harmless, json_option, moment, print_json, table

_STATUSES = ("received", "applied", "declined", "unmapped", "failed")


@click.group(cls=Lazy, name="deliveries")
def command() -> None:
    """List, show and replay what was received."""


@command.command("list")
@click.option("--status", type=click.Choice(_STATUSES), help="Only deliveries that came so far.")
@click.option("--limit", type=click.IntRange(1, 10000), default=100, show_default=True)
@json_option
def list_(status: str | None, limit: int, as_json: bool) -> None:
    """List deliveries, newest first."""
    from core.model import DeliveryStatus
    from rung.cli.desk import desk

    rows = desk().deliveries(status=DeliveryStatus(status) if status else None, limit=limit)
    if as_json:
        print_json(rows)
        return
    lines = (
        (str(row.id), moment(row.received_at), row.source, row.status.value, str(row.size), row.error or row.summary)
        for row in rows
    )
    table(("ID", "RECEIVED", "SOURCE", "STATUS", "BYTES", "WHAT"), lines, "Nothing was received.")


@command.command()
@click.argument("delivery_id", metavar="ID", type=int)
@json_option
def show(delivery_id: int, as_json: bool) -> None:
    """Show one delivery with its body."""
    from rung.cli.desk import desk

    delivery = desk().delivery(delivery_id)
    if as_json:
        print_json(delivery)
        return
    facts(
        [
            ("Delivery", f"{delivery.id}  {delivery.status.value}"),
            ("Source", delivery.source),
            ("Received", moment(delivery.received_at)),
            ("Key", delivery.key or ""),
            ("Type", delivery.content_type),
            ("Error", delivery.error),
            *((f"Event {number}", str(dict(what))) for number, what in enumerate(delivery.outcome, 1)),
        ]
    )
    click.echo()
    for line in delivery.body.decode(errors="replace").splitlines():
        click.echo(harmless(line))


@command.command()
@click.argument("delivery_ids", metavar="ID...", type=int, nargs=-1, required=True)
def replay(delivery_ids: tuple[int, ...]) -> None:
    """Have unmapped, declined or failed deliveries looked at again."""
    from rung.cli.desk import desk

    at = desk()
    for delivery_id in delivery_ids:
        at.replay_delivery(delivery_id)
        click.echo(f"Delivery {delivery_id} will be looked at again.")

"""`rung vendors`."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from rung.cli.output import json_option, length, print_json, table
from rung.cli.when import When


@click.command(name="vendors")
@click.option("--since", type=When(), help="Only tickets opened since then.")
@json_option
def command(since: datetime | None, as_json: bool) -> None:
    """Show how each vendor kept their contract."""
    from core.store import vendors
    from core.store.database import connect
    from rung.cli import given
    from rung.cli.desk import settings

    with connect(settings().database_url).connect() as connection:
        rows = vendors.figures(connection, since)
    if as_json:
        print_json(rows)
        return
    known = given.loaded(None).policy.vendors
    shown = (
        (
            known[one.vendor].name if one.vendor in known else one.vendor,
            known[one.vendor].contract if one.vendor in known else "",
            str(one.tickets),
            str(one.in_time),
            str(one.late),
            str(one.waiting),
            "" if one.half_within_seconds is None else length(timedelta(seconds=one.half_within_seconds)),
        )
        for one in rows
    )
    headings = ("VENDOR", "CONTRACT", "TICKETS", "IN TIME", "LATE", "NOT YET", "HALF WITHIN")
    table(headings, shown, "No vendor was asked yet.")

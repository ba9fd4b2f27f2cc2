"""`rung drift`."""

from __future__ import annotations

import click

from rung.cli.output import json_option, moment, print_json, table


@click.command(name="drift")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1000), help="Of so many tickets.")
@json_option
def command(limit: int, as_json: bool) -> int:
    """Show the fields of records that do not stand as Rung wrote them.

    Ends with 1 where there are any.
    """
    from rung.cli.desk import desk

    rows = desk().drifts(limit=limit)
    if as_json:
        print_json(rows)
    else:
        shown = (
            (
                str(row.ticket),
                f"{row.platform} {row.key}",
                row.field.replace("_", " "),
                row.stands,
                row.wanted,
                moment(row.since),
                f"{row.tries}, given up" if row.given_up else str(row.tries),
            )
            for row in rows
        )
        headings = ("TICKET", "RECORD", "FIELD", "STANDS THERE", "RUNG WROTE", "KNOWN SINCE", "WRITTEN AGAIN")
        table(headings, shown, "Every record stands as Rung wrote it.")
    return 1 if rows else 0

"""`rung polling`."""

from __future__ import annotations

import click

from rung.cli.output import json_option, length, moment, plain, print_json, table


@click.command(name="polling")
@json_option
def command(as_json: bool) -> int:
    """Show how far each platform was polled, and what polling found that no webhook told.

    Ends with 1 where something is wrong.
    """
    from rung.cli.desk import desk

    rows = desk().polls()
    if as_json:
        print_json([{**plain(row), "found": row.found, "says": row.says} for row in rows])
    else:
        shown = (
            (
                row.platform,
                row.collection,
                moment(row.watermark),
                "never" if row.late is None else f"{length(row.late)} ago",
                f"{row.found_records} / {row.found_comments} / {row.found_deletions}",
                str(row.lately),
                row.says,
            )
            for row in rows
        )
        headings = (
            "PLATFORM",
            "WHERE",
            "LOOKED AT UP TO",
            "LAST ROUND",
            "CHANGES / COMMENTS / DELETIONS",
            "LATELY",
            "",
        )
        table(headings, shown, "No platform is polled.")
    return 1 if any(row.says != "In step." for row in rows) else 0

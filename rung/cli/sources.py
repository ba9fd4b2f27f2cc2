"""`rung sources`."""

from __future__ import annotations

from datetime import datetime

import click

from core.desk import SourceRow
from rung.cli.group import Lazy
from rung.cli.output import json_option, length, moment, print_json, table


@click.group(cls=Lazy, name="sources")
def command() -> None:
    """Show the sources of the documents in force."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List every source: when it was last heard, how often it must be, and what came of it within a day."""
    from rung.cli import desk as at

    rows = at.desk().sources()
    if as_json:
        print_json(rows)
        return
    now = at.now()
    lines = (
        (row.name, row.platform or row.mapping or "signs of life", _heard(row, now), _how(row, now), *_counts(row))
        for row in rows
    )
    columns = ("SOURCE", "OF", "LAST HEARD", "HOW IT STANDS", "IN 24 H", "NOT UNDERSTOOD", "FAILED")
    table(columns, lines, "No source is named in platforms.yaml.")


def _heard(row: SourceRow, now: datetime) -> str:
    return f"{moment(row.heard_at)} ({length(now - row.heard_at)} ago)" if row.heard_at else "never"


def _how(row: SourceRow, now: datetime) -> str:
    if row.every is None:
        return ""
    if row.silent_since:
        return f"SILENT for {length(now - row.silent_since)}, must be heard every {length(row.every)}"
    return f"well, must be heard every {length(row.every)}"


def _counts(row: SourceRow) -> tuple[str, str, str]:
    return str(row.received), str(row.unmapped), str(row.failed)

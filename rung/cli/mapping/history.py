"""`rung mapping history`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rung.cli.output import json_option, moment, print_json, table

if TYPE_CHECKING:
    from core.mapdesk import MappingVersion


@click.command(name="history")
@click.argument("name", metavar="NAME")
@json_option
def command(name: str, as_json: bool) -> None:
    """List a mapping's versions, the newest first: who put it in force, when and why."""
    from rung.cli.desk import mapping_desk

    versions = mapping_desk().mapping(name).versions
    if as_json:
        print_json(versions)
        return
    rows = ((str(one.version), moment(one.at), one.by, _lines(one), one.note) for one in versions)
    table(("VERSION", "SINCE", "BY", "LINES", "WHAT"), rows, f"{name} is the packaged one; nobody has changed it.")


def _lines(one: MappingVersion) -> str:
    return "withdrawn" if one.withdrawn else f"{one.lines}{', in force' if one.in_force else ''}"

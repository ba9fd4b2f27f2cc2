"""`rung mapping rollback`."""

from __future__ import annotations

import click

from rung.cli.mapping.save import by_option, edited_option, note_option, told
from rung.cli.output import json_option


@click.command(name="rollback")
@click.argument("name", metavar="NAME")
@click.argument("version", metavar="VERSION", type=click.IntRange(0))
@by_option
@note_option
@edited_option
@json_option
def command(name: str, version: int, by: str, note: str, edited: int | None, as_json: bool) -> None:
    """Put VERSION of a mapping in force again, as a new version; 0 gives the packaged one its place back."""
    from core.mapdesk import Edit
    from rung.cli.desk import mapping_desk

    saved = mapping_desk().roll_back(name, version, Edit(by=by, note=note, edited=edited))
    told(name, saved, as_json=as_json)

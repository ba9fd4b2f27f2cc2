"""`rung mapping list`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli.mapping.given import ALONE, configured, folder_option
from rung.cli.output import json_option, moment, print_json, table

if TYPE_CHECKING:
    from core.mapdesk import MappingRow


@click.command(name="list")
@folder_option
@json_option
def command(folder: Path | None, as_json: bool) -> None:
    """List all mappings, packaged and own: which one is in force, since when, by whom, and what uses it."""
    rows = _rows(folder)
    if as_json:
        print_json(rows)
        return
    lines = ((one.name, _which(one), moment(one.at), one.by, _used(one)) for one in rows)
    table(("MAPPING", "IN FORCE", "SINCE", "BY", "USED BY"), lines, "There is no mapping.")


def _rows(folder: Path | None) -> Sequence[MappingRow]:
    from rung.cli.desk import mapping_desk
    from rung.runfile import NothingRunsError

    if folder:
        return configured(folder).rows()
    try:
        return mapping_desk().mappings()
    except NothingRunsError:
        from rung.mapping.configured import Configured

        click.echo(ALONE, err=True)
        return Configured.of({}).rows()


def _which(one: MappingRow) -> str:
    if not one.own:
        return "packaged"
    which = f"own, version {one.version}" if one.version else "own"
    if one.extends:
        return f"{which}, extends {'the packaged one' if one.extends == one.name else one.extends}"
    return f"{which}, not the packaged one" if one.replaces else which


def _used(one: MappingRow) -> str:
    return ", ".join(dict.fromkeys([*one.sources, *one.platforms]))

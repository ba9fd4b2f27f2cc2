"""`rung mapping show`."""

from __future__ import annotations

from pathlib import Path

import click

from rung.cli.mapping.given import configured, folder_option
from rung.cli.output import harmless, json_option, print_json


@click.command(name="show")
@click.argument("name", metavar="NAME")
@click.option("--version", type=click.IntRange(0), help="A version that is not in force; 0 is the packaged one.")
@folder_option
@json_option
def command(name: str, version: int | None, folder: Path | None, as_json: bool) -> None:
    """Print a mapping's text as it is in force, to look at or to begin an own one with."""
    text = _text(name, version, folder)
    if as_json:
        print_json({"name": name, "version": version, "text": text})
        return
    for line in text.splitlines():
        click.echo(harmless(line))


def _text(name: str, version: int | None, folder: Path | None) -> str:
    if version is None or folder:
        return configured(folder).text(name)
    if version == 0:
        from rung.mapping.configured import Configured

        return Configured.of({}).text(name)
    from rung.cli.desk import mapping_desk

    return mapping_desk().text(name, version)

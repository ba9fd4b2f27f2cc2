"""`rung apply`."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from rung.cli.output import json_option, print_json, table


@click.command(name="apply")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--by", default=getpass.getuser, show_default="your user name", help="Who is remembered to have done it.")
@click.option("--note", default="", help="Why, kept with the new versions.")
@json_option
def command(folder: Path, by: str, note: str, as_json: bool) -> None:
    """Check the documents in DIR and put those that differ in force, as new versions."""
    from rung import wiring
    from rung.cli.desk import settings

    applied = wiring.apply_documents(settings(), folder, by, note)
    if as_json:
        print_json([{"document": name, "version": version, "new": is_new} for name, version, is_new in applied])
        return
    rows = ((name, str(version), "new" if is_new else "unchanged") for name, version, is_new in applied)
    table(("DOCUMENT", "VERSION", "IS"), rows, f"{folder} holds no document.")

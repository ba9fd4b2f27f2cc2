"""`rung apply`."""

from __future__ import annotations

from pathlib import Path

import click

from rung.cli.output import json_option, print_json, table
from rung.cli.waiting import say, wait_option
from rung.cli.who import user_name


@click.command(name="apply")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--by", default=user_name, show_default="your user name", help="Who is remembered to have done it.")
@click.option("--note", default="", help="Why, kept with the new versions.")
@wait_option
@json_option
def command(folder: Path, by: str, note: str, wait: float, as_json: bool) -> None:
    """Check the documents in DIR and put those that differ in force, as new versions.

    DIR may be a mounted ConfigMap, where mappings are called mapping.NAME.yaml. With --wait the database may still be
    on its way, or its schema. Documents that say what they said before stay as they are.
    """
    from rung import applying, documents
    from rung.awaiting import await_database, schema_fits
    from rung.cli.desk import settings

    found = settings()
    documents.read_folder(folder)  # what cannot be read at all is told before anything is waited for
    await_database(found.database_url, wait, schema_fits, say)
    applied = applying.apply_documents(found, folder, by, note)
    if as_json:
        print_json([{"document": name, "version": version, "new": is_new} for name, version, is_new in applied])
        return
    rows = ((name, str(version), "new" if is_new else "unchanged") for name, version, is_new in applied)
    table(("DOCUMENT", "VERSION", "IS"), rows, f"{folder} holds no document.")

"""`rung apply`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from rung.cli.output import json_option, print_json, table
from rung.cli.waiting import say, wait_option
from rung.cli.who import user_name


@click.command(name="apply")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--by", default=user_name, show_default="your user name", help="Who is remembered to have done it.")
@click.option("--note", default="", help="Why, kept with the new versions.")
@click.option("--dry-run", is_flag=True, help="Tell what would be put in force, or refused, and change nothing.")
@click.option("--if-any", is_flag=True, help="Have nothing to do where DIR holds no document; else that is a mistake.")
@wait_option
@json_option
def command(folder: Path, by: str, note: str, dry_run: bool, if_any: bool, wait: float, as_json: bool) -> None:
    """Check the documents in DIR and put those that differ in force, as new versions.

    DIR may be a mounted ConfigMap, where mappings are called mapping.NAME.yaml. With --wait the database may still be
    on its way, or its schema. Documents that say what they said before stay as they are. With --dry-run what is refused
    is what would be refused, with the documents that are in force beside those in DIR; nothing is stored.
    """
    from rung import applying, documents
    from rung.awaiting import await_database, schema_fits
    from rung.cli.desk import settings

    found = settings()
    if if_any and documents.holds_none(folder):
        _tell([], folder, dry_run, as_json)
        return
    documents.read_folder(folder)  # what cannot be read at all is told before anything is waited for
    await_database(found.database_url, wait, schema_fits, say)
    applied = applying.apply_documents(found, folder, by, note, dry=dry_run)
    _tell(applied, folder, dry_run, as_json)


def _tell(applied: Sequence[tuple[str, int, bool]], folder: Path, dry: bool, as_json: bool) -> None:
    """Each document's name, its version, and whether that is new."""
    if as_json:
        print_json([{"document": name, "version": version, "new": is_new} for name, version, is_new in applied])
        return
    word = "would be new" if dry else "new"
    rows = ((name, str(version), word if is_new else "unchanged") for name, version, is_new in applied)
    table(("DOCUMENT", "VERSION", "IS"), rows, f"{folder} holds no document.")

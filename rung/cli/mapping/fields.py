"""`rung mapping fields`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli.mapping.given import configured, folder_option
from rung.cli.output import json_option, print_json, table
from rung.cli.progress import bar

if TYPE_CHECKING:
    from core.maptrial import FieldRow
    from core.ports import PlatformField

_SHOWN = 8
"""Values of a field that the table shows; --find NAME shows all of one."""


@click.command(name="fields")
@click.argument("platform", metavar="PLATFORM")
@click.option("--table", "table_", help="ServiceNow: the table; the one of platforms.yaml if not given.")
@click.option("--project", help="Jira: the project's key; the one of platforms.yaml if not given.")
@click.option("--type", "issue_type", help="Jira: the issue type; the one of platforms.yaml if not given.")
@click.option("--find", help="Only fields whose name or label holds this, with all their values.")
@folder_option
@json_option
def command(
    platform: str,
    table_: str | None,
    project: str | None,
    issue_type: str | None,
    find: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Ask a platform for its own fields, types and values, and tell which of them its mapping reads and writes."""
    from rung.mapping.described import fields_of

    made = configured(folder)
    known = made.configuration.platforms.platforms.get(platform)
    if issue_type and not project:
        project = known.config.project if known else ""
    collection = table_ or "/".join(part for part in (project, issue_type) if part)
    with bar(f"Asking {platform}", None):
        rows = [row for row in fields_of(made, platform, collection) if not find or _is_meant(row.field, find)]
    if as_json:
        print_json(rows)
        return
    lines = (_line(row, whole=find is not None) for row in rows)
    table(("FIELD", "LABEL", "TYPE", "IS", "MAPPED", "VALUES"), lines, f"{platform} has no such field.")


def _is_meant(field: PlatformField, find: str) -> bool:
    return find.casefold() in f"{field.name} {field.label}".casefold()


def _line(row: FieldRow, *, whole: bool) -> Sequence[str]:
    one = row.field
    kind = f"{one.type} to {one.reference}" if one.type == "reference" else one.type
    flags = ", ".join(word for word, is_so in (("mandatory", one.mandatory), ("read only", one.read_only)) if is_so)
    mapped = " and ".join(word for word, is_so in (("in", row.read), ("out", row.written)) if is_so)
    return one.name, one.label, kind, flags, mapped, _values(one, whole=whole)


def _values(one: PlatformField, *, whole: bool) -> str:
    shown = one.choices if whole else one.choices[:_SHOWN]
    told = [each.value if each.value == each.label else f"{each.value}: {each.label}" for each in shown]
    more = len(one.choices) - len(shown)
    return ", ".join([*told, *([f"and {more} more"] if more else [])])

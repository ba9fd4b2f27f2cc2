"""`rung mapping`: the command line's part of what admins do with mappings; `rung.mapping` does it."""

from __future__ import annotations

import click

from rung.cli.group import Lazy

TABLE = {
    "list": ("rung.cli.mapping.listing", "List all mappings, and which one is in force."),
    "show": ("rung.cli.mapping.show", "Print a mapping's text, or that of a version."),
    "try": ("rung.cli.mapping.try_", "Tell what a body gives, each field with the line that made it."),
    "test": ("rung.cli.mapping.test", "Run the fixtures beside mappings."),
    "diff": ("rung.cli.mapping.diff", "Tell what a new mapping would change of what came last."),
    "unknown": ("rung.cli.mapping.unknown", "List words, people and groups that nothing knows."),
    "fields": ("rung.cli.mapping.fields", "Ask a platform for its fields, types and values."),
    "history": ("rung.cli.mapping.history", "List who changed a mapping, when and why."),
    "save": ("rung.cli.mapping.save", "Put one mapping in force as a new version."),
    "rollback": ("rung.cli.mapping.rollback", "Put an older version in force again."),
}


@click.group(cls=Lazy, table=TABLE, name="mapping")
def command() -> None:
    """Show, try, test and change how deliveries are understood, and what is written back."""

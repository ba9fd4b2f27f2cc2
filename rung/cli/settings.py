"""`rung settings`."""

from __future__ import annotations

import click

from rung.cli.output import json_option, print_json, table
from rung.settings import SETTINGS, Settings
from rung.strays import strays


@click.command(name="settings")
@json_option
def command(as_json: bool) -> None:
    """Show every setting, its value and its meaning, and variables that look like one. Secrets are not shown."""
    shown = Settings.from_environment().shown()
    for sentence in strays().values():
        click.echo(sentence, err=True)
    if as_json:
        print_json([{"name": one.name, "value": shown[one.name], "default": one.default, "meaning": one.meaning}
                    for one in SETTINGS])  # fmt: skip
        return
    table(("NAME", "VALUE", "MEANING"), ((one.name, shown[one.name], one.meaning) for one in SETTINGS), "")

"""`rung mapping save`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli.output import json_option, print_json
from rung.cli.who import user_name

if TYPE_CHECKING:
    from core.mapdesk import Saved

by_option = click.option(
    "--by", default=user_name, show_default="your user name", help="Who is remembered to have done it."
)
note_option = click.option("--note", default="", help="Why, kept with the version.")
edited_option = click.option(
    "--edited",
    type=click.IntRange(0),
    help="Refuse where another version than this is in force: the one that you began from, 0 for the packaged one.",
)


@click.command(name="save")
@click.argument("name", metavar="NAME")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@by_option
@note_option
@edited_option
@json_option
def command(name: str, file: Path, by: str, note: str, edited: int | None, as_json: bool) -> None:
    """Check FILE with all documents in force, and put it in force as the mapping NAME."""
    from core.mapdesk import Edit
    from rung.cli.desk import mapping_desk
    from rung.mapping.files import text_of

    text = text_of(file)
    if not text.strip():
        raise click.UsageError(f"{file} is empty. To have the packaged mapping back: rung mapping rollback {name} 0.")
    told(name, mapping_desk().save(name, text, Edit(by=by, note=note, edited=edited)), as_json=as_json)


def told(name: str, saved: Saved, *, as_json: bool) -> None:
    """Say what is in force now."""
    if as_json:
        print_json({"name": name, "new": saved.new, **_plain(saved)})
    elif not saved.new:
        click.echo(f"{name} says so already: version {saved.version.version} stays in force.")
    elif saved.version.withdrawn:
        click.echo(f"The packaged mapping {name} is in force again.")
    else:
        click.echo(f"Version {saved.version.version} of {name} is in force.")
        click.echo("What was not understood before can be looked at again: rung deliveries list --status unmapped")


def _plain(saved: Saved) -> dict[str, object]:
    from rung.cli.output import plain

    found: dict[str, object] = plain(saved.version)
    return found

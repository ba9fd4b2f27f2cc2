"""What the commands about mappings look at: a folder of documents, what is in force, or the packaged ones alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rung.mapping.configured import Configured

folder_option = click.option(
    "--config", "folder", type=click.Path(path_type=Path), help="Folder of documents to look at, not those in force."
)
ALONE = "Nothing of Rung runs here: these are the packaged mappings alone."


def configured(folder: Path | None) -> Configured:
    """The documents of the folder; without one those in force, and where nothing runs the packaged mappings.

    Raises `DocumentsError` and `MappingDocumentError`.
    """
    from rung.cli import given
    from rung.mapping.configured import Configured
    from rung.runfile import NothingRunsError

    try:
        return Configured.of(given.texts(folder))
    except NothingRunsError:
        click.echo(ALONE, err=True)
        return Configured.of({})

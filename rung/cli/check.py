"""`rung check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from rung.cli.errors import REFUSED
from rung.cli.output import json_option, print_json
from rung.settings import Settings


@click.command(name="check")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
@click.option("--strict", is_flag=True, help="Count warnings as problems: secrets that are not set here, plain http.")
@json_option
@click.pass_context
def command(ctx: click.Context, folder: Path | None, strict: bool, as_json: bool) -> None:
    """Check the documents in DIR (default RUNG_CONFIG, else this folder) without putting them in force."""
    folder = folder or Settings.from_environment().config or Path()
    problems, warnings = _look(folder)
    if as_json:
        print_json({"problems": problems, "warnings": warnings})
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        for warning in warnings:
            click.echo(f"warning: {warning}", err=True)
        click.echo(_verdict(folder, len(problems), len(warnings)))
    if problems or (strict and warnings):
        ctx.exit(REFUSED)


def _look(folder: Path) -> tuple[Sequence[object], Sequence[object]]:
    """The problems and the warnings; each prints as a sentence."""
    from mappings import MappingDocumentError
    from rung import documents, live

    problems: list[object] = []
    warnings: list[object] = []
    texts: dict[str, str] = {}
    try:
        texts = documents.read_folder(folder)
        found = live.try_out(texts)
        warnings += [*found.warnings, *documents.missing(found)]
    except documents.DocumentsError as error:
        problems += [*error.problems, *_of_mappings(texts)]
    except MappingDocumentError as error:
        problems += error.problems
    return problems, warnings


def _of_mappings(texts: Mapping[str, str]) -> Sequence[object]:
    """What is wrong with the mappings, told along with the other documents' mistakes."""
    from mappings import MappingDocumentError
    from rung import live

    try:
        live.own_mappings(texts)
    except MappingDocumentError as error:
        return error.problems
    return ()


def _verdict(folder: Path, problems: int, warnings: int) -> str:
    if problems:
        return f"{problems} {'problem' if problems == 1 else 'problems'} in {folder}."
    more = f", with {warnings} {'warning' if warnings == 1 else 'warnings'}" if warnings else ""
    return f"The documents in {folder} are good{more}."

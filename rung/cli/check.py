"""`rung check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli.errors import REFUSED
from rung.cli.output import json_option, print_json
from rung.settings import Settings

if TYPE_CHECKING:
    from core.policy import Coverage


@click.command(name="check")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
@click.option("--weeks", type=click.IntRange(1, 52), default=8, show_default=True, help="For how long to look ahead.")
@click.option("--strict", is_flag=True, help="Count warnings as problems: nobody on call, secrets not set here.")
@json_option
@click.pass_context
def command(ctx: click.Context, folder: Path | None, weeks: int, strict: bool, as_json: bool) -> None:
    """Check the documents in DIR (default RUNG_CONFIG, else this folder) without putting them in force.

    Somebody must be on call at every moment of the next weeks, at each level, for each service; the gaps are warnings.
    """
    folder = folder or Settings.from_environment().config or Path()
    problems, warnings, coverage = _look(folder, weeks)
    if as_json:
        print_json({"problems": problems, "warnings": warnings, "coverage": coverage})
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        for warning in warnings:
            click.echo(f"warning: {warning}", err=True)
        click.echo(_verdict(folder, len(problems), len(warnings)))
    if problems or (strict and warnings):
        ctx.exit(REFUSED)


def _look(folder: Path, weeks: int) -> tuple[Sequence[object], Sequence[object], Coverage | None]:
    """The problems and the warnings, each of which prints as a sentence; and the warnings of coverage as data."""
    from mappings import MappingDocumentError
    from rung import documents, live
    from rung.cli import coverage

    problems: list[object] = []
    warnings: list[object] = []
    covered: Coverage | None = None
    texts: dict[str, str] = {}
    try:
        texts = documents.read_folder(folder)
        found = live.try_out(texts)
        covered = coverage.look(found, weeks)
        warnings += [*coverage.warnings(found, covered), *found.warnings, *documents.missing(found)]
    except documents.DocumentsError as error:
        problems += [*error.problems, *_of_mappings(texts)]
    except MappingDocumentError as error:
        problems += error.problems
    return problems, warnings, covered


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

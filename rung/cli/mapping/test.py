"""`rung mapping test`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli.errors import REFUSED
from rung.cli.mapping.given import configured
from rung.cli.output import harmless, json_option, print_json
from rung.cli.progress import bar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mappings import Loss
    from rung.mapping.proving import Proof, Proofs

_TOLD = 20
"""Differences of one fixture that are told; --json has all."""


@click.command(name="test")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--folder",
    "--config",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of documents, whose own mappings are tested too.",
)
@json_option
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...], folder: Path | None, as_json: bool) -> None:
    """Run the fixtures beside mappings, packaged ones and those of a folder, all or the named ones.

    Ends with 1 where a mapping makes something else of a body than stands beside it. Where one goes both ways, also
    tells which values do not come back as they went out.
    """
    from rung.mapping import keeping, proving
    from rung.mapping.configured import Configured

    made = configured(folder) if folder else Configured.of({})
    where = proving.folders(made, folder, names)
    with bar("Testing", proving.count(where)) as told:
        proofs = proving.prove(made.catalogue, where, told)
    both_ways = [name for name in where if made.catalogue[name].out is not None]
    lost = {name: keeping.losses_of(name, made.configuration, made.catalogue) for name in both_ways}
    if as_json:
        holds = not _failed(proofs)
        print_json({"holds": holds, "fixtures": proofs.run, "without_fixtures": proofs.bare, "losses": lost})
    else:
        _tell(proofs, len(where))
        _tell_lost(lost)
    ctx.exit(REFUSED if _failed(proofs) else 0)


def _failed(proofs: Proofs) -> list[Proof]:
    return [one for one in proofs.run if not one.holds]


def _tell(proofs: Proofs, mappings: int) -> None:
    failed = _failed(proofs)
    for one in failed:
        click.echo(click.style(f"{one.mapping}: {one.fixture}", bold=True) + f"  {one.file}")
        if one.wrong:
            click.echo(f"  {one.wrong}")
        for each in one.differences[:_TOLD]:
            click.echo(f"  {harmless(each.path or 'the whole')}")
            click.echo(click.style(f"    - {_said(each.before)}", fg="red"))
            click.echo(click.style(f"    + {_said(each.after)}", fg="green"))
        if len(one.differences) > _TOLD:
            click.echo(f"  ... and {len(one.differences) - _TOLD} more; --json tells them all.")
    if proofs.bare:
        click.echo(f"Without fixtures: {', '.join(proofs.bare)}.")
    good = len(proofs.run) - len(failed)
    click.echo(f"{good} of {len(proofs.run)} fixtures of {mappings} mappings give what stands beside them.")
    if failed:
        click.echo("- is what stands beside the body, + what the mapping makes of it.")


def _tell_lost(lost: Mapping[str, Sequence[Loss]]) -> None:
    for name, losses in lost.items():
        for one in losses:
            click.echo(f"{name}: {harmless(str(one))}  {one.file}:{one.line}")
    kept = [name for name, losses in lost.items() if not losses]
    if kept:
        click.echo(f"Every value comes back as it went out: {', '.join(kept)}.")


def _said(value: str | None) -> str:
    return "(nothing)" if value is None else harmless(value)

"""`rung mapping diff`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli.errors import WARNED
from rung.cli.output import harmless, json_option, moment, print_json
from rung.cli.progress import bar

if TYPE_CHECKING:
    from core.maptrial import ChangedDelivery, Comparison, Difference

_WIDE = 34
"""Characters of a value that are shown on a line of 80."""


@click.command(name="diff")
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option("--name", default="", help="The mapping that NEW would be, where the file is not called so.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Deliveries of each source."
)
@click.option("--show", type=click.IntRange(0, 500), default=10, show_default=True, help="Deliveries that are told.")
@json_option
@click.pass_context
def command(ctx: click.Context, new: Path, name: str, limit: int, show: int, as_json: bool) -> None:
    """Send the last stored deliveries through the mappings in force and through those in NEW, a file or a folder.

    Tells only what would change. Nothing is put in force. Ends with 0 where nothing would change, 4 where something
    would, 1 where NEW cannot be used.
    """
    from rung.cli.desk import mapping_desk
    from rung.mapping.files import mappings_in

    texts = mappings_in(new, name)
    with bar("Comparing", None) as told:
        found = mapping_desk().compare(texts, limit=limit, told=told)
    if as_json:
        print_json({"changes": found.changes, "comparison": found})
    else:
        _tell(found, show)
    ctx.exit(WARNED if found.changes else 0)


def _tell(found: Comparison, show: int) -> None:
    if not found.mappings:
        click.echo("NEW says what is in force already.")
        return
    for one in found.deliveries[:show]:
        _tell_one(one)
    untold = len(found.deliveries[show:]) + found.more
    if untold:
        click.echo(f"... and {untold} more deliveries; --show and --json tell more.")
    for source, (looked, changed) in found.sources.items():
        click.echo(f"{source}: {changed} of the last {looked} deliveries would change.")
    if not found.sources:
        click.echo(f"No source uses {', '.join(found.mappings)}.")
    if found.fields:
        click.echo("Would change: " + ", ".join(f"{harmless(field)} ({many})" for field, many in found.fields.items()))
    before, after = found.understood
    if before != after:
        click.echo(f"Understood: {before} now, {after} then.")
    if found.out:
        click.echo(f"The way out would write otherwise: {', '.join(found.out)}.")
    if not found.complete:
        click.echo("The time was up before all were looked at: --limit asks for fewer.")


def _tell_one(one: ChangedDelivery) -> None:
    click.echo(click.style(f"Delivery {one.id}", bold=True) + f"  {one.source}  {moment(one.received_at)}")
    event = ""
    for each in one.differences:
        if each.event != event:
            event = each.event
            click.echo(f"  {harmless(event)[:76]}")
        click.echo(f"    {_line(each)}")


def _line(one: Difference) -> str:
    if one.path:
        return f"{harmless(one.path)}: {_said(one.before)} → {_said(one.after)}"
    return f"would be made: {_said(one.after)}" if one.before is None else f"would not be made: {_said(one.before)}"


def _said(value: str | None) -> str:
    text = "(not said)" if value is None else harmless(value) or '""'
    return text if len(text) <= _WIDE else text[: _WIDE - 1] + "…"

"""`rung mapping unknown`."""

from __future__ import annotations

import click

from rung.cli.output import json_option, moment, print_json, table

_KINDS = ("value", "person", "group")


@click.command(name="unknown")
@click.option("--kind", type=click.Choice(_KINDS), help="Only words of tables, only people, or only groups.")
@click.option("--limit", type=click.IntRange(1, 10000), default=100, show_default=True)
@click.option("--forget", type=int, multiple=True, metavar="ID", help="Forget one that is settled; may be repeated.")
@click.option("--forget-all", is_flag=True, help="Forget all: what is met again is told again.")
@json_option
def command(kind: str | None, limit: int, forget: tuple[int, ...], forget_all: bool, as_json: bool) -> None:
    """List words, people and groups that nothing here knows: where they were met, how often, and what to add where."""
    from core.model import UnknownKind
    from rung.cli.desk import desk

    at = desk()
    if forget or forget_all:
        count = at.forget_unknowns(None if forget_all else list(forget))
        click.echo(f"{count} forgotten. What is met again is told again.")
        return
    rows = at.unknowns(kind=UnknownKind(kind) if kind else None, limit=limit)
    if as_json:
        print_json(rows)
        return
    lines = (
        (str(one.id), one.kind.value, one.name, str(one.count), moment(one.last_at), one.place, one.advice)
        for one in rows
    )
    table(("ID", "KIND", "NAME", "MET", "LAST", "WHERE", "WHAT TO DO"), lines, "Everything that was met is known.")

"""`rung mapping try`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli.errors import REFUSED
from rung.cli.mapping.given import configured, folder_option
from rung.cli.output import harmless, json_option, print_json, table

if TYPE_CHECKING:
    from core.maptrial import Tried, TriedField, TriedItem
    from rung.mapping.configured import Configured

_LARGEST = 16 * 1024 * 1024
_WIDE = 60
"""Characters of a value that are shown; --json has it whole."""


@click.command(name="try")
@click.argument("source", metavar="SOURCE")
@click.argument("file", metavar="[FILE]", type=click.Path(path_type=Path, allow_dash=True), required=False)
@click.option("--headers", type=click.Path(path_type=Path), help="The request's headers: a JSON object, or lines.")
@click.option("--delivery", type=click.IntRange(1), help="Try a stored delivery instead of FILE.")
@folder_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    source: str,
    file: Path | None,
    headers: Path | None,
    delivery: int | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Tell the events that the body in FILE gives, and for each field the line of the mapping that made it.

    SOURCE is a configured source, a mapping's name, or a mapping's file; FILE may be `-`. Nothing is stored or done.
    Ends with 1 where something in the body is not understood.
    """
    from core.maptrial import Trial
    from rung.mapping.trying import try_out

    if (file is None) == (delivery is None):
        raise click.UsageError("Name a FILE with a body, or a stored one with --delivery ID.")
    made, name = _made(source, folder)
    body, said = _stored(delivery) if delivery else _request(file or Path("-"), headers)
    tried = try_out(made, Trial(name=name, body=body, headers=said))
    if as_json:
        print_json({"understood": tried.understood, "tried": tried})
    else:
        _tell(tried)
    ctx.exit(0 if tried.understood else REFUSED)


def _made(source: str, folder: Path | None) -> tuple[Configured, str]:
    """The documents, and the name to try in them: a file's mapping is put into them first."""
    from rung.mapping.files import mappings_in

    made, path = configured(folder), Path(source)
    if path.suffix not in {".yaml", ".yml"} and "/" not in source:
        return made, source
    texts = mappings_in(path)
    if len(texts) != 1:
        raise click.UsageError(f"{source} holds several mappings: {', '.join(texts)}. Name one of them.")
    return made.changed(texts), next(iter(texts))


def _request(file: Path, headers: Path | None) -> tuple[bytes, Mapping[str, str]]:
    """The body, and its headers: as a fixture's stand beside it where none are named."""
    from rung.mapping.files import bytes_of, headers_of

    beside = file.with_suffix(".headers.json")
    named = headers or (beside if str(file) != "-" and beside.exists() else None)
    return bytes_of(file, _LARGEST), headers_of(named) if named else {}


def _stored(delivery: int) -> tuple[bytes, Mapping[str, str]]:
    from rung.cli.desk import desk

    found = desk().delivery(delivery)
    return found.body, {"content-type": found.content_type, **found.headers}


def _tell(tried: Tried) -> None:
    if tried.error:
        click.echo(f"Not understood: {harmless(tried.error)}")
        return
    if not tried.items:
        click.echo("The body holds an empty list: nothing comes of it.")
    for number, item in enumerate(tried.items, 1):
        _tell_item(item, f"Item {number} of {len(tried.items)}" if len(tried.items) > 1 else "The body")
    if tried.delivery_key:
        click.echo(f"All retries of it share {harmless(tried.delivery_key)[:200]}: it is taken once.")


def _tell_item(item: TriedItem, what: str) -> None:
    shape = f"has the shape “{item.shape}” ({_place(item.file, item.line)})" if item.shape else "has no known shape"
    click.echo(click.style(f"{what} {harmless(shape)}.", bold=True))
    if item.declined:
        click.echo(f"Declined: {harmless(item.declined)}")
    if item.error:
        click.echo(f"Not understood: {harmless(item.error)}")
    if item.fields:
        rows = [_row(one) for one in item.fields]
        table(("FIELD", "VALUE", "LINE", "READ FROM"), rows, "")
    for one in item.unknown:
        click.echo(f"Not known: “{harmless(one.name)}” at {harmless(one.place)}. {harmless(one.advice)}".rstrip())
    click.echo()


def _row(one: TriedField) -> Sequence[str]:
    read = "" if one.read == one.value or one.read is None else f" = {_short(one.read)}"
    which = f" ({one.alternative} of {one.alternatives})" if one.alternatives else ""
    return one.name, _short(one.value), _place(one.file, one.line), f"{_short(one.rule)}{read}{which}"


def _place(file: str, line: int) -> str:
    """`mappings/jira/mapping.yaml` as people say it: jira."""
    parts = Path(file).parts
    return f"{parts[-2] if len(parts) > 1 else file}:{line}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _WIDE else text[: _WIDE - 1] + "…"

"""`rung retention`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rung.cli.output import json_option, length, print_json, table

if TYPE_CHECKING:
    from core.work.retention import Due

_UNIT = 1024


@click.command(name="retention")
@click.option("--remove", is_flag=True, help="Remove it now; the clock role does so every hour.")
@json_option
def command(remove: bool, as_json: bool) -> None:
    """Show how long each kind of thing is kept, and how much of it could go now.

    What is open, waits, or is needed to tell a repeat from news is never removed.
    """
    from rung import wiring
    from rung.cli.desk import settings

    keeping = wiring.retention(settings())
    if remove:
        removed = keeping.sweep()
        if as_json:
            print_json(removed)
        else:
            table(("TABLE", "REMOVED"), ((name, str(count)) for name, count in removed.items()), "Nothing was removed.")
        return
    due = keeping.look()
    if as_json:
        print_json(due)
    else:
        table(("TABLE", "KEPT FOR", "COULD GO NOW", "ON DISK"), _lines(due), "")


def _lines(due: Sequence[Due]) -> list[tuple[str, str, str, str]]:
    return [
        (one.table, length(one.kept) if one.kept else "ever", str(one.removable), _size(one.on_disk)) for one in due
    ]


def _size(count: float) -> str:
    """Bytes in the largest unit of which there is one."""
    units = ("B", "KiB", "MiB", "GiB", "TiB")
    for unit in units[:-1]:
        if count < _UNIT:
            return f"{count:.0f} {unit}"
        count /= _UNIT
    return f"{count:.1f} {units[-1]}"

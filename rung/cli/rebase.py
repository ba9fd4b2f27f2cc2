"""`rung tickets rebase`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from rung.cli.output import json_option, print_json, table
from rung.cli.who import user_name

if TYPE_CHECKING:
    from core.desk import Rebased

_MANY = 20
"""From so many on a bar shows how far it has come."""


@click.command(name="rebase")
@click.argument("ids", metavar="[ID]...", type=int, nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every open ticket that runs under an older version.")
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@click.option("--by", default=user_name, show_default="your user name", help="Your roster id or name.")
@json_option
def command(ids: tuple[int, ...], every: bool, dry_run: bool, by: str, as_json: bool) -> None:
    """Move running tickets to the newest version of the policy, and tell what that changes.

    A ticket stays where it stands on its path, and the time that it has waited counts. What comes after goes by the new
    policy.
    """
    if bool(ids) == every:
        raise click.UsageError("Name tickets by their ids, or say --all.")
    moved = list(_rebased(ids, by, dry_run))
    if as_json:
        print_json(moved)
        return
    rows = [row for one in moved for row in _rows(one)]
    table(("TICKET", "WHAT", "BEFORE", "AFTER"), rows, "Every open ticket runs under the newest policy.")
    count = sum(one.moved for one in moved)
    if moved:
        click.echo(f"{count} of {len(moved)} {'would be' if dry_run else 'were'} moved to the newest policy.")


def _rebased(ids: Sequence[int], by: str, dry_run: bool) -> Iterator[Rebased]:
    """Move them one by one, each in a transaction of its own."""
    from rich.console import Console
    from rich.progress import Progress

    from core.model import Rebase
    from rung.cli.desk import desk

    here = desk()
    chosen = ids or here.left_behind()
    command = Rebase(by=by, via="on the command line")
    console = Console(stderr=True)
    hidden = len(chosen) < _MANY or not console.is_terminal
    with Progress(console=console, transient=True, disable=hidden) as progress:
        for one in progress.track(chosen, description="Moving"):
            yield here.rebase(one, command, dry_run=dry_run)


def _rows(one: Rebased) -> Iterator[tuple[str, str, str, str]]:
    if not one.moved:
        yield str(one.ticket), one.sentence, "", ""
    for change in one.changes:
        yield str(one.ticket), change.what, change.before or "none", change.after or "none"

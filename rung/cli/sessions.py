"""`rung sessions`: who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rung.cli.group import Lazy
from rung.cli.output import json_option, moment, print_json, table

if TYPE_CHECKING:
    from core.access import AccessDesk


@click.group(cls=Lazy, name="sessions")
def command() -> None:
    """Show who is signed in, and sign people out."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List everybody who is signed in: role, since when, until when."""
    rows = _desk().sessions()
    if as_json:
        print_json(rows)
        return
    lines = (
        (one.email or one.subject, one.name, one.role.value, moment(one.begun_at), moment(one.expires_at))
        for one in rows
    )
    table(("ADDRESS", "NAME", "ROLE", "SINCE", "UNTIL"), lines, "Nobody is signed in.")


@command.command("end")
@click.argument("email", metavar="ADDRESS", default="")
@click.option("--all", "everybody", is_flag=True, help="Everybody.")
def end(email: str, everybody: bool) -> None:
    """Sign somebody out everywhere, from this moment on; they may sign in again if the issuer lets them.

    ADDRESS is as the list shows it: the issuer's own id of whoever has no address there.
    """
    if bool(email) == everybody:
        raise click.UsageError("Say whose sessions end, by their address, or --all.")
    count = _desk().end_sessions(email)
    click.echo(f"{count} session{'' if count == 1 else 's'} ended.")


def _desk() -> AccessDesk:
    from rung import wiring
    from rung.cli.desk import settings

    return wiring.access_desk(settings())

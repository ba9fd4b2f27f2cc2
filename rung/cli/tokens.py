"""`rung tokens`: what scripts use the API with."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from core.model import Role
from rung.cli.group import Lazy
from rung.cli.output import json_option, moment, print_json, table

if TYPE_CHECKING:
    from core.access import AccessDesk, Token

_LONGEST_DAYS = 3650
_LONGEST_NAME = 80


@click.group(cls=Lazy, name="tokens")
def command() -> None:
    """Make, list and revoke the tokens that scripts use the API with."""


@command.command("create")
@click.argument("name", metavar="NAME")
@click.option("--role", type=click.Choice([one.value for one in Role]), required=True, help="What it may do.")
@click.option("--person", default="", help="The roster id of whoever it decides for about tickets.")
@click.option("--any-person", is_flag=True, help="Each request says for whom it decides; for a chat bot, say.")
@click.option("--days", type=click.IntRange(1, _LONGEST_DAYS), default=90, show_default=True, help="How long it works.")
@click.option("--by", default=getpass.getuser, show_default="your user name", help="Who is remembered to have made it.")
@json_option
def create(name: str, role: str, person: str, any_person: bool, days: int, by: str, as_json: bool) -> None:
    """Make a token and print it, once: it cannot be shown again."""
    from core.access import NewToken

    if not (name.strip() and name.isprintable() and len(name) <= _LONGEST_NAME):
        raise click.BadParameter(f"a name is 1 to {_LONGEST_NAME} characters that can be printed.", param_hint="NAME")
    if person and any_person:
        raise click.UsageError("--person and --any-person exclude each other: it decides for one person or for any.")
    _on_roster(person)
    new = NewToken(
        name=name.strip(), role=Role(role), person=person, any_person=any_person, life=timedelta(days=days), by=by
    )
    made, text = _desk().create_token(new)
    if as_json:
        print_json({"token": text, "id": made.id, "expires_at": made.expires_at})
        return
    click.echo(text)
    click.echo(f"Keep it now: it is not shown again. It works until {moment(made.expires_at)}.", err=True)
    click.echo(f'Send it as "Authorization: Bearer ...". End it: rung tokens revoke {made.id}', err=True)


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List every token: who made it, what it may do, until when it works, when it was last used."""
    rows = _desk().tokens()
    if as_json:
        print_json(rows)
        return
    now = datetime.now(UTC)
    lines = ((one.id, one.name, one.role.value, _acts_for(one), _stands(one, now), *_history(one)) for one in rows)
    table(("ID", "NAME", "ROLE", "ACTS FOR", "WORKS", "LAST USED", "MADE BY"), lines, "There are no tokens.")


@command.command("revoke")
@click.argument("token_id", metavar="ID")
def revoke(token_id: str) -> None:
    """Have a token work no more, from this moment on."""
    gone = _desk().revoke_token(token_id)
    click.echo(f"Token {gone.id} ({gone.name}) works no more.")


def _desk() -> AccessDesk:
    from rung import wiring
    from rung.cli.desk import settings

    return wiring.access_desk(settings())


def _on_roster(person: str) -> None:
    """Raise `click.BadParameter` for somebody whom the roster does not have."""
    from difflib import get_close_matches

    from rung.cli import given

    if not person:
        return
    people = given.made_of(given.texts(None)).policy.roster.people
    if person not in people:
        near = get_close_matches(person, list(people), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise click.BadParameter(f"nobody on the roster has the id {person!r}.{hint}", param_hint="--person")


def _history(one: Token) -> tuple[str, str]:
    return moment(one.used_at) or "never", one.created_by


def _acts_for(one: Token) -> str:
    return "whom it names" if one.any_person else one.person or "nobody"


def _stands(one: Token, now: datetime) -> str:
    if one.revoked_at:
        return f"revoked {moment(one.revoked_at)}"
    return f"{'until' if one.expires_at > now else 'expired'} {moment(one.expires_at)}"

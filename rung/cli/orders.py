"""`rung tickets take` and the others: a person's commands, each of a ticket, all through the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from rung.cli.who import user_name

VIA = "on the command line"

_PARAMS = Callable[[], list[click.Parameter]]


def commands() -> list[click.Command]:
    """One command of click for each command that people can give a ticket."""
    return [
        _made("acknowledge", "Take responsibility for a ticket: its response clock stops."),
        _made("take", "Make a ticket yours, whoever has it."),
        _made("assign", "Give a ticket to somebody, who is told.", _argument("person")),
        _made("escalate", "Ask the next level, or the one named, at once.", _option("--to", "level", "That level.")),
        _made("de-escalate", "Have the level below, or the one named, go on.", _option("--to", "level", "That level.")),
        _made("severity", "Have a ticket as severe as you say, SEV1 to SEV4.", _argument("severity")),
        _made("hand-back", "Let the policy decide again what people have set."),
        _made(
            "hold",
            "Let nothing escalate by itself for a while.",
            _option("--for", "for", "How long, like 4h."),
            _option("--until", "until", "Until when, like 2026-03-07T03:00+01:00; without a zone it is UTC."),
        ),
        _made("resume", "Let automation go on at once, before a hold or a snooze ends."),
        _made("snooze", "Put off the wait for an acknowledgement.", _option("--for", "for", "How long, like 30m.")),
        _made(
            "owner",
            "Name who is asked on a level of a ticket.",
            _argument("level"),
            _argument("person"),
            click.Option(["--backup", "as_"], flag_value="backup", default="", help="Where the owner is away."),
        ),
        _made("link", "Make a ticket part of a major incident, 0 takes it out.", _argument("major")),
        _made("declare", "Make a ticket a major incident; those like it join it."),
        _made("duty", "Say that a duty of a ticket is done: its clock ends.", _argument("duty")),
        _made("vendor", "Tell a vendor's own number for a ticket.", _argument("vendor"), _argument("number")),
        _made(
            "handoff",
            "Tell whoever takes a ticket over what they should know.",
            _option("--tried", "tried", "What was tried."),
            _option("--impact", "impact", "What it means for whom."),
            _option("--links", "links", "Where more is told: addresses with spaces between them."),
            _option("--next-step", "next_step", "What comes next."),
        ),
        _made(
            "note",
            "Note something on a ticket and its records, or tell it an audience's channels.",
            _argument("text"),
            _option("--to", "audience", "Tell it this audience too: internal, customer or executive."),
        ),
    ]


def _argument(name: str) -> click.Parameter:
    return click.Argument([name], metavar=name.upper())


def _option(flag: str, name: str, says: str) -> click.Parameter:
    return click.Option([flag, f"{name}_"], default="", help=says)


def _made(name: str, says: str, *params: click.Parameter) -> click.Command:
    shared: list[click.Parameter] = [
        click.Option(["--by"], default=user_name, show_default="your user name", help="Your roster id or name."),
        click.Option(["--reason"], default="", help="Why; it takes one to overrule the policy."),
    ]
    ticket = click.Argument(["ticket_id"], metavar="ID", type=int)
    return click.Command(name, callback=_sent(name), params=[ticket, *params, *shared], help=says)


def _sent(name: str) -> Callable[..., None]:
    def send(ticket_id: int, by: str, **given: Any) -> None:
        from core.orders import order
        from rung.cli.desk import desk, now
        from rung.cli.output import harmless

        words = {key.rstrip("_"): str(value) for key, value in given.items() if value}
        click.echo(harmless(desk().command(ticket_id, order(name, by, VIA, words, now()))))

    return send

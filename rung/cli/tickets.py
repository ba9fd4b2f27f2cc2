"""`rung tickets`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from rung.cli import orders, rebase
from rung.cli.group import Lazy
from rung.cli.output import facts, inert, json_option, left, moment, print_json, table, worked
from rung.cli.when import When

if TYPE_CHECKING:
    from core.desk import ActionRow, BoardRow, ClockRow, TicketPage
    from core.model import LevelOwner, Ticket

_STATES = ("new", "in_progress", "on_hold", "resolved", "closed", "canceled")


@click.group(cls=Lazy, name="tickets")
def command() -> None:
    """List and show tickets, and decide about them."""


@command.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only tickets in this state; without it, the open ones.")
@click.option("--limit", type=click.IntRange(1, 10000), default=100, show_default=True)
@json_option
def list_(state: str | None, limit: int, as_json: bool) -> None:
    """List tickets, newest first."""
    from core.model import State
    from rung.cli.desk import desk, now

    rows = desk().tickets(state=State(state) if state else None, limit=limit)
    if as_json:
        print_json(rows)
        return
    at = now()
    headings = ("ID", "SEVERITY", "STATE", "TITLE", "SERVICE", "LEVEL", "OWNER", "NEXT", "PLATFORMS", "KEY")
    nothing = f"No ticket is {state}." if state else "No ticket is open."
    table(headings, (_line(row, at) for row in rows), nothing)


def _line(row: BoardRow, at: datetime) -> tuple[str, ...]:
    what = (
        str(row.id),
        row.severity.value,
        row.state.value,
        row.title,
        row.service,
        f"{row.level} {row.answered}".strip(),
    )
    put_off = f"on hold, {left(row.held_until, at)}" if row.held_until else ""
    put_off = put_off or (f"snoozed, {left(row.snoozed_until, at)}" if row.snoozed_until else "")
    due = f"{left(row.deadline, at)} {row.deadline_for}".strip() if row.deadline else ""
    late = f"missed: {', '.join(row.breached)}" if row.breached else ""
    step = "exhausted" if row.exhausted else put_off or late or due
    return (*what, row.owner or row.team, step, row.write_back, row.key)


@command.command()
@click.argument("ticket_id", metavar="ID", type=int)
@json_option
def show(ticket_id: int, as_json: bool) -> None:
    """Show one ticket with its timeline and its write-backs."""
    from rung.cli.desk import desk

    page = desk().ticket(ticket_id)
    if as_json:
        entries = [{"sentence": entry.reason.sentence, "entry": entry} for entry in page.entries]
        print_json({"ticket": page.ticket, "row": page.row, "policy": page.policy, "now": page.now,
                    "parent": page.parent, "children": page.children, "clocks": page.clocks, "updates": page.updates,
                    "timeline": entries, "actions": page.actions})  # fmt: skip
        return
    row = page.row
    facts(
        [
            ("Ticket", f"{row.id}  {row.severity.value}  {row.state.value}"),
            ("Mode", "shadowed: Rung decides and records, but writes nothing and tells nobody" if row.shadow else ""),
            ("Title", row.title),
            ("Service", row.service),
            ("Customer", page.ticket.customer),
            ("Segment", page.ticket.segment),
            ("Team", row.team),
            ("Owner", row.owner),
            ("Level", row.level),
            ("Asked", "; ".join(f"{name}: {how}" for name, how in page.asked)),
            ("Next", f"{left(row.deadline, page.now)} {row.deadline_for}" if row.deadline else ""),
            *((f"Update, {one.audience}", left(one.due_at, page.now)) for one in page.updates),
            ("Believed", _believed(page.ticket.believed_until, page.now)),
            ("Acknowledged", row.acknowledged_by),
            *_overruled(page.ticket),
            *_major(page),
            ("Conflicts", page.ticket.conflict_line),
            ("Opened", moment(row.opened_at)),
            ("Record", f"{row.key}  {row.link}".strip()),
            ("Policy", page.policy),
        ]
    )
    click.echo()
    clocks = [
        (one.what, worked(one.target, one.calendar), worked(one.spent, one.calendar), _clock(one, page.now))
        for one in page.clocks
    ]
    if clocks:
        table(("CLOCK", "TARGET", "SPENT", "HOW IT STANDS"), clocks, "")
        click.echo()
    rows = ((moment(entry.at), entry.by, entry.reason.sentence) for entry in page.entries)
    table(("WHEN", "BY", "WHY"), rows, "Nothing has happened yet.")
    click.echo()
    actions = ((str(one.id), one.status.value, one.target, one.summary, _note(one)) for one in page.actions)
    table(("ACTION", "STATUS", "WHERE", "WHAT", "NOTE"), actions, "Nothing was written or sent.")


def _believed(until: datetime | None, now: datetime) -> str:
    """Until when an alert counts whose source never says that it is over."""
    return f"{left(until, now)}, unless its source reports it again" if until else ""


def _note(one: ActionRow) -> str:
    """What went wrong with an action, or until when it is held back and why."""
    if one.held_until:
        return f"until {moment(one.held_until)}: {one.held_because}"
    return one.error or (f"in the digest {one.digest}" if one.digest else "")


def _major(page: TicketPage) -> list[tuple[str, str]]:
    """The major incident to which it belongs, or what it is itself."""
    told = []
    if page.parent:
        word = "gathered under" if page.ticket.gathered else "was gathered under"
        told.append(("Major incident", f"{word} {page.parent.id}: {page.parent.title}"))
    if page.ticket.major:
        told += [("Bridge", page.ticket.major.bridge), ("Contact", page.ticket.major.contact)]
        told.append(("Gathers", ", ".join(f"{one.id} ({one.state.value})" for one in page.children) or "nothing yet"))
    return told


def _clock(one: ClockRow, now: datetime) -> str:
    """How a clock stands, in a few words."""
    if one.met_at:
        return f"missed, over since {moment(one.met_at)}" if one.breached_at else f"met at {moment(one.met_at)}"
    if one.paused:
        return f"stands still because {one.paused}" + (", missed" if one.breached_at else "")
    if one.breached_at:
        return f"missed at {moment(one.breached_at)}"
    return left(one.due_at, now) + (", warned" if one.warned else "")


def _overruled(ticket: Ticket) -> list[tuple[str, str]]:
    """What people have decided about it, each with who and why."""
    told = []
    if ticket.severity_override:
        told.append(("Severity", f"set by {ticket.severity_override.by}: {ticket.severity_override.reason}"))
        if ticket.policy_severity and ticket.policy_severity is not ticket.severity:
            told.append(("By policy", ticket.policy_severity.value))
    if ticket.hold:
        told.append(("On hold", f"until {moment(ticket.hold.until)} by {ticket.hold.by}: {ticket.hold.reason}"))
    if ticket.snooze and ticket.snoozed_until:
        told.append(("Snoozed", f"until {moment(ticket.snoozed_until)} by {ticket.snooze.by}"))
    return [*told, *((one.level, _named(one)) for one in ticket.owners)]


def _named(one: LevelOwner) -> str:
    return f"named: {one.owner or 'who is on call'}" + (f", backup {one.backup}" if one.backup else "")


@command.command()
def retell() -> None:
    """Have tickets told after all what they could not be told by others."""
    from rung.cli.desk import desk

    count = desk().retell()
    click.echo(
        f"{count} messages between tickets wait to be taken in." if count else "Every ticket was told everything."
    )


@command.command()
@click.argument("key", required=False)
@click.option("--since", type=When(), help="Only tickets opened since then.")
def export(key: str | None, since: datetime | None) -> None:
    """Print everything about a ticket, by its number or a record's key; without one, a history for `rung simulate`.

    A history is recorded tickets, a line of JSON for each.
    """
    if key is None:
        _history(since)
    elif since:
        raise click.UsageError("--since is for the history of all tickets.")
    else:
        _everything(key)


def _everything(key: str) -> None:
    from core.store.database import connect
    from rung import export
    from rung.cli.desk import settings

    engine = connect(settings().database_url, pool_size=1)
    try:
        print_json(export.ticket(engine, key))
    finally:
        engine.dispose()


def _history(since: datetime | None) -> None:
    from core.store import history as stored
    from core.store.database import connect
    from rung import history
    from rung.cli import given
    from rung.cli.desk import settings

    roster = given.loaded(None).policy.roster
    with connect(settings().database_url).connect() as connection:
        for case in stored.cases(connection, since, roster):
            click.echo(inert(history.write(case)))


for _order in (*orders.commands(), rebase.command):
    command.add_command(_order)

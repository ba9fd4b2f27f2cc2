"""`rung explain`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli import given
from rung.cli.output import json_option, moment, print_json, table
from rung.cli.when import When

if TYPE_CHECKING:
    from core.engine.forecast import Moment
    from core.model import Delivery, Surroundings
    from core.policy import Policy, Roster
    from rung.loaded import Loaded


@click.command(name="explain")
@click.argument("what", metavar="TICKET|FILE")
@click.option("--source", help="The source that would send FILE; needed for a file.")
@click.option("--at", type=When(), help="When FILE would arrive; now if not given.")
@click.option(
    "--config", type=click.Path(path_type=Path), help="Folder of documents to explain by, not those in force."
)
@json_option
def command(what: str, source: str | None, at: datetime | None, config: Path | None, as_json: bool) -> None:
    """Tell what would happen from now on if nobody did anything, to a ticket or to a webhook's body in FILE."""
    loaded, moments = _ticket(int(what)) if what.isdigit() else _payload(Path(what), source, at, config)
    if as_json:
        print_json([{"moment": one, "sentences": [reason.sentence for reason in one.reasons]} for one in moments])
        return
    if any(one.shadow for one in moments):
        click.echo("Shadowed: Rung would decide and record this, but write nothing and tell nobody.")
    roster = loaded.policy.roster
    rows = [_row(one, roster) for one in moments]
    table(
        ("WHEN", "LEVEL", "WHO IS TOLD", "WHOSE IT IS", "WRITTEN TO", "WHY"),
        rows,
        "Nothing more would happen by itself.",
    )


def _row(one: Moment, roster: Roster) -> Sequence[str]:
    told = ", ".join(map(roster.name, one.told))
    why = " ".join(reason.sentence for reason in one.reasons)
    return moment(one.at), one.level, told, roster.name(one.owner), ", ".join(one.writes), why


def _ticket(ticket_id: int) -> tuple[Loaded, Sequence[Moment]]:
    from core.engine.forecast import forecast_ticket
    from rung import wiring
    from rung.cli.desk import settings_with_redis

    app = wiring.build(settings_with_redis())
    ticket = app.desk.ticket(ticket_id).ticket
    loaded = app.parts.loaded()
    policy = loaded.at_version(ticket.policy_version)
    return loaded, forecast_ticket(ticket, policy, _around(policy, ticket_id))


def _payload(
    path: Path, source: str | None, at: datetime | None, config: Path | None
) -> tuple[Loaded, Sequence[Moment]]:
    from core.engine.forecast import forecast_event
    from core.model import ALONE

    loaded = given.loaded(config)
    if source is None or source not in loaded.sources:
        raise click.UsageError(f"Name the source with --source; there are: {', '.join(loaded.sources) or 'none'}.")
    # Documents alone know nobody's work; those in force come with it.
    around = ALONE if config else _around(loaded.policy, 0)
    moments: list[Moment] = []
    for event in loaded.mappings.events(_delivery(path, source)).events:
        moments += forecast_event(event, loaded.policy, at or datetime.now(UTC), around)
    return loaded, moments


def _around(policy: Policy, ticket_id: int) -> Surroundings:
    """Everybody's work and turns as they are now, where the policy chooses by them."""
    from core.model import ALONE
    from core.store.database import connect
    from core.work.workload import known
    from rung.cli.desk import settings

    with connect(settings().database_url).connect() as connection:
        return known(ALONE, connection, ticket_id, policy)


def _delivery(path: Path, source: str) -> Delivery:
    """The file as if the source had just sent it."""
    from core.model import Delivery

    kind = "application/json"
    headers = {"content-type": kind}
    return Delivery(0, source, None, datetime.now(UTC), kind, headers, path.read_bytes())

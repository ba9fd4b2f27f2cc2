"""`rung oncall`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rung.cli import given
from rung.cli.output import json_option, moment, print_json, table
from rung.cli.when import When, local

if TYPE_CHECKING:
    from core.policy import Roster, Shift, Team


@click.command(name="oncall")
@click.argument("team", required=False)
@click.option("--at", type=When(), help="From when; now if not given.")
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True, help="For how long.")
@click.option("--config", type=click.Path(path_type=Path), help="Folder of documents to look into, not those in force.")
@json_option
def command(team: str | None, at: datetime | None, days: int, config: Path | None, as_json: bool) -> None:
    """Show who is on call, and the coming shifts, for TEAM (its id) or for all teams."""
    roster = given.loaded(config).policy.roster
    start = at or _now(config)
    end = start + timedelta(days=days)
    duties = [(one, level, _shifts(one, level, roster, start, end)) for one, level in _duties(roster, team)]
    if as_json:
        shown = [_plain(*duty, roster) for duty in duties]
        print_json({"at": start, "until": end, "duties": shown, "off": list(_off(duties, roster, start, end))})
        return
    click.echo(f"From {moment(start)}, for {days} {'day' if days == 1 else 'days'}:")
    first = "then" if at else "now"
    rows = (row for duty in duties for row in _rows(*duty, roster, first))
    columns = ("TEAM", "LEVEL", "FROM", "UNTIL", "ON CALL", "WHY")
    table(columns, rows, "No duty is named: give the teams an on_call in roster.yaml.")
    away = [(one["name"], local(one["from"], one["time_zone"]), local(one["until"], one["time_zone"]), _BY[one["by"]])
            for one in _off(duties, roster, start, end)]  # fmt: skip
    if away:
        click.echo("\nOff in that time:")
        table(("WHO", "FROM", "UNTIL", "BY"), away, "")


_BY = {"calendar": "their own calendar", "roster": "the roster"}


def _off(
    duties: Sequence[tuple[Team, str, Sequence[Shift]]], roster: Roster, start: datetime, end: datetime
) -> Iterator[dict[str, Any]]:
    """When those who may come to have these duties are off, in the order of time, and who says so."""
    people = dict.fromkeys(person for team, level, _ in duties for person in team.on_call[level].everybody)
    found = [
        (part.start, part.end, person, "calendar" if span in roster.by_calendar.get(person, ()) else "roster")
        for person in people
        for span in roster.time_off.get(person, ())
        if (part := span.within(start, end))
    ]
    for since, until, person, by in sorted(found):
        zone = roster.people[person].time_zone
        yield {"person": person, "name": roster.name(person), "from": since, "until": until, "time_zone": zone,
               "by": by}  # fmt: skip


def _now(config: Path | None) -> datetime:
    from rung import timesource
    from rung.cli import desk
    from rung.settings import Settings

    return timesource.clock(Settings.from_environment())() if config else desk.now()


def _duties(roster: Roster, team: str | None) -> Iterable[tuple[Team, str]]:
    from rung.documents.problems import choice

    if team is not None and team not in roster.teams:
        raise click.UsageError(f"There is no team “{team}”. {choice(team, roster.teams)}")
    teams = [roster.teams[team]] if team is not None else roster.teams.values()
    return [(one, level) for one in teams for level in one.on_call]


def _shifts(team: Team, level: str, roster: Roster, start: datetime, end: datetime) -> Sequence[Shift]:
    from core.policy import shifts

    return shifts(team.on_call[level], start, end, roster.time_off)


def _rows(team: Team, level: str, found: Sequence[Shift], roster: Roster, first: str) -> Iterator[Sequence[str]]:
    """A line for each shift, in the duty's zone; where it goes on beyond what was asked for, until "later"."""
    zone = team.on_call[level].time_zone
    for shift in found:
        since = first if shift is found[0] else local(shift.start, zone)
        until = "later" if shift is found[-1] else local(shift.end, zone)
        yield team.name, level, since, until, roster.name(shift.person) or "nobody", shift.why.sentence(roster.name)


def _plain(team: Team, level: str, found: Sequence[Shift], roster: Roster) -> Mapping[str, object]:
    told = [
        {
            "from": shift.start,
            "until": shift.end,
            "person": shift.person,
            "name": roster.name(shift.person),
            "why": shift.why.sentence(roster.name),
        }
        for shift in found
    ]
    return {"team": team.id, "name": team.name, "level": level, "time_zone": team.on_call[level].time_zone,
            "shifts": told}  # fmt: skip

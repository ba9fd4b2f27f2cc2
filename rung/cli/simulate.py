"""`rung simulate`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rung.cli import given
from rung.cli.output import json_option, length, print_json, table
from rung.cli.progress import bar
from rung.cli.when import When

if TYPE_CHECKING:
    from core.engine.simulation import Assumption, Band, Case, Tally
    from rung.simulation import Line

_PEOPLE = 20
"""People shown in the table, those with the most calls first."""


@click.command(name="simulate")
@click.option("--policy", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The policy to try.")
@click.option("--since", type=When(), help="Only tickets opened since then.")
@click.option(
    "--history",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Read the tickets from a file (rung tickets export), not from the database.",
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="Folder of documents to compare with, not those in force."
)
@click.option("--reaction", help="Assume that whoever is asked acknowledges after so long, such as 10m.")
@click.option("--nobody", is_flag=True, help="Assume that nobody ever acknowledges.")
@click.option("--alone", is_flag=True, help="Do not play the policy in force beside it, in half the time.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Cores to use; all if not given.")
@json_option
def command(
    policy: Path,
    since: datetime | None,
    history: Path | None,
    config: Path | None,
    reaction: str | None,
    nobody: bool,
    alone: bool,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Play recorded tickets again under another policy, and set it beside what was and the policy in force."""
    from rung.simulation import Question, simulate

    assumption = _assumption(reaction, nobody=nobody)
    texts = given.texts(config)
    tried = {**texts, "policy.yaml": policy.read_text(encoding="utf-8")}
    given.made_of(tried)
    question = Question(in_force=texts, tried=tried, assumption=assumption, until=datetime.now(UTC), beside=not alone)
    with _cases(history, since, config) as (cases, total), bar("Simulating", total) as told:
        answer = simulate(cases, question, jobs or os.cpu_count() or 1, told)
    sides = {"was": answer.was, **({} if alone else {"in_force": answer.in_force}), "tried": answer.tried}
    if as_json:
        print_json({"assumption": assumption.sentence, **{name: _counts(one) for name, one in sides.items()}})
    else:
        _show(sides, assumption)


def _assumption(reaction: str | None, *, nobody: bool) -> Assumption:
    from marshmallow import ValidationError

    from core.engine.simulation import Assumption
    from rung.documents.fields import Duration

    if nobody and reaction:
        raise click.UsageError("--nobody and --reaction exclude each other.")
    if nobody:
        return Assumption("nobody")
    if reaction is None:
        return Assumption()
    try:
        return Assumption("reaction", Duration().deserialize(reaction))
    except ValidationError:
        raise click.UsageError(f"--reaction {reaction!r} is no length of time: write it like 10m or 1h30m.") from None


@contextmanager
def _cases(
    file: Path | None, since: datetime | None, config: Path | None
) -> Iterator[tuple[Iterable[Case | Line], int]]:
    """The recorded tickets, and how many there are."""
    from core.store import history as stored
    from core.store.database import connect
    from rung import history
    from rung.cli.desk import settings
    from rung.simulation import Line

    if file is not None:
        if since is not None:
            raise click.UsageError("--since is for the database: choose when you export the file.")
        yield (
            (Line(f"{file}:{number}", text) for number, text in history.lines(file)),
            sum(1 for _ in history.lines(file)),
        )
        return
    roster = given.loaded(config).policy.roster
    with connect(settings().database_url).connect() as connection:
        yield stored.cases(connection, since, roster), stored.count(connection, since)


def _show(named: Mapping[str, Tally], assumption: Assumption) -> None:
    from core.engine.simulation import Band

    sides = tuple(named.values())
    headings = ("", *(name.replace("_", " ").upper() for name in named))
    rows = [
        ("tickets", *(str(one.tickets) for one in sides)),
        ("escalations", *(str(one.escalations) for one in sides)),
        ("breaches", *(str(one.breaches) for one in sides)),
        ("paths exhausted", *(str(one.exhausted) for one in sides)),
        ("calls", *(str(one.called()) for one in sides)),
        *((f"  {band.value} hours", *(str(one.called(band)) for one in sides)) for band in Band),
        ("acknowledged", *(str(len(one.waits)) for one in sides)),
        ("  half within", *(_wait(one, 0.5) for one in sides)),
        ("  nine of ten within", *(_wait(one, 0.9) for one in sides)),
    ]
    table(headings, rows, "")
    click.echo()
    called = {who: max(one.called(person=who) for one in sides) for side in sides for who, _ in side.calls}
    people = sorted(called, key=lambda who: (-called[who], who))
    shown = [(who, *(_bands(one, who, tuple(Band)) for one in sides)) for who in people[:_PEOPLE]]
    table(("CALLS (business, evening, sleeping)", *headings[1:]), shown, "Nobody was called or would be.")
    if len(people) > _PEOPLE:
        click.echo(f"and {len(people) - _PEOPLE} more people; --json has all.")
    click.echo(f"\n{assumption.sentence} Every message is taken to arrive.")
    click.echo("WAS is what was recorded; what stands beside it is simulated.")


def _bands(tally: Tally, who: str, bands: tuple[Band, ...]) -> str:
    return ", ".join(str(tally.calls[who, band]) for band in bands)


def _wait(tally: Tally, share: float) -> str:
    found = tally.wait(share)
    return length(found) if found is not None else ""


def _counts(tally: Tally) -> dict[str, object]:
    from core.engine.simulation import Band

    half, most = tally.wait(0.5), tally.wait(0.9)
    people = sorted({who for who, _ in tally.calls})
    return {
        "tickets": tally.tickets,
        "escalations": tally.escalations,
        "breaches": tally.breaches,
        "exhausted": tally.exhausted,
        "acknowledged": len(tally.waits),
        "acknowledged_half_within_seconds": _seconds(half),
        "acknowledged_nine_of_ten_within_seconds": _seconds(most),
        "calls": {band.value: tally.called(band) for band in Band},
        "calls_by_person": {who: {band.value: tally.calls[who, band] for band in Band} for who in people},
    }


def _seconds(length_: timedelta | None) -> float | None:
    return length_.total_seconds() if length_ is not None else None

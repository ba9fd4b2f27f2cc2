"""`python -m tests.hostile`: attack Rung for so many seconds, and print what was tried and what came of it."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
import structlog

from core.store.database import migrate
from rung.embedded import Place, Postgres, Redis, running
from tests.hostile.attacks import ATTACKS, Ground, Tally
from tests.hostile.prey import Prey


@click.command()
@click.option("--seconds", default=300.0, show_default=True, help="How long in all, about.")
@click.option("--seed", default=1, show_default=True, help="The dice: the same ones make the same input.")
@click.option("--only", multiple=True, type=click.Choice(sorted(ATTACKS)), help="These attacks alone.")
def main(seconds: float, seed: int, only: tuple[str, ...]) -> None:
    """Attack Rung's real processes, its API, and everything that takes foreign bytes."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    folder = Path(tempfile.mkdtemp(prefix="rung-hostile-"))
    folder.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        place = Place.under(folder)
        postgres, redis = Postgres(place, durable=False), Redis(place, durable=False)
        stack.enter_context(running(postgres))
        stack.enter_context(running(redis))
        url = postgres.make_database("prey")
        migrate(url)
        (folder / "home").mkdir()
        prey = Prey(folder / "home", url, redis.url())
        prey.apply()
        stack.callback(prey.end)
        prey.start("web", "worker")
        chosen = only or tuple(ATTACKS)
        tallies = [_attacked(name, Ground(prey, folder, seed, seconds / len(chosen))) for name in chosen]
    sys.stdout.flush()
    os._exit(1 if any(one.findings for one in tallies) else 0)


def _attacked(name: str, ground: Ground) -> Tally:
    """Play one attack and say what came of it."""
    before = ground.prey.memory()
    tally = ATTACKS[name](ground)
    grown = (ground.prey.memory() - before) / 1024**2
    answers = ", ".join(f"{answer}: {many}" for answer, many in sorted(tally.answers.items(), key=str)[:12])
    click.echo(f"{name:<12} {tally.tried:>8} tried  {len(tally.findings):>2} findings  {grown:+6.0f} MiB  {answers}")
    for finding in tally.findings[:10]:
        click.echo(f"    {finding}")
    return tally


if __name__ == "__main__":
    main()

"""What can happen in the middle of a statement, to names and to clocks: more entries for the faults that are drawn."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.store.database import connect
from tests.chaos.ground import Ground
from tests.chaos.instrumented import control
from tests.integration.core.expanding import expand

Later = tuple[float, Callable[[], object]]
_POINTS = 60
"""At the last of so many points at most it dies: about as many as a batch of work has."""
_HEARD_SECONDS = 20.0
_MINUTES = (-10, -3, 3, 10)


def die_at_a_point(name: str, ground: Ground, dice: random.Random) -> Later | None:
    """Have a process die between two of its next statements; None where it has not yet obeyed the last time."""
    told = _folder(ground) / f"{name}.die"
    if told.exists():
        return None
    _write(told, str(dice.randint(1, _POINTS)))
    return _HEARD_SECONDS, partial(told.unlink, missing_ok=True)


def lose_names(ground: Ground, dice: random.Random) -> Later:
    """No process can resolve a name for some seconds."""
    told = _folder(ground) / "names"
    _write(told, "")
    return dice.uniform(0.5, 5), partial(told.unlink, missing_ok=True)


def step_clocks(ground: Ground, dice: random.Random) -> Later:
    """The clock of every process is wrong by minutes for some seconds, as on a machine that is set right late."""
    told = _folder(ground) / "clock"
    _write(told, str(60 * dice.choice(_MINUTES)))
    return dice.uniform(1, 8), partial(told.unlink, missing_ok=True)


def fill_disk(ground: Ground, dice: random.Random) -> Later | None:
    """PostgreSQL finds no room for another byte for some seconds; None where its disk is not ours to fill."""
    if not ground.disk.mounted:
        return None
    ground.disk.fill()
    return dice.uniform(0.5, 4), ground.disk.free


def expand_schema(ground: Ground, dice: random.Random) -> bool:
    """A newer version migrates while this one runs, as an upgrade begins: once in a run."""
    del dice
    engine = connect(ground.database_url, pool_size=1)
    try:
        return expand(engine)
    finally:
        engine.dispose()


def _folder(ground: Ground) -> Path:
    folder = control(ground.folder / "home")
    folder.mkdir(exist_ok=True)
    return folder


def _write(told: Path, what: str) -> None:
    """All at once: a process reads it whole or not at all."""
    fresh = told.with_name(f".{told.name}")
    fresh.write_text(what)
    fresh.replace(told)

"""A folder for each test, and the certainty that no process of it is left behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.land import Land
from tests.e2e.processes import belonging_to, end_all

MakeLand = Callable[..., Land]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path that the embedded servers' own user can enter, unlike pytest's.

    Whatever still names it at the end is ended, and the test has failed.
    """
    made = Path(tempfile.mkdtemp(prefix="rung-e2e-"))
    made.chmod(0o711)
    yield made
    late = end_all(belonging_to(made), patience=5)
    shutil.rmtree(made)
    assert not late, f"these were left behind: {late}"


@pytest.fixture
def make_land(folder: Path) -> Iterator[MakeLand]:
    """Starts a sandbox and a `rung up`; both are ended when the test is over, whatever became of it."""
    made: list[Land] = []

    def make(speed: float = 1.0, **settings: str) -> Land:
        land = Land(folder, speed, settings)
        made.append(land)
        land.start()
        return land

    yield make
    for land in made:
        try:
            if land.rung.is_alive():
                assert land.rung.stop() == 0, land.rung.said()[-4000:]
            if land.sandbox.is_alive():
                assert land.sandbox.stop() == 0, land.sandbox.said()[-4000:]
        finally:
            land.rung.end()
            land.sandbox.end()

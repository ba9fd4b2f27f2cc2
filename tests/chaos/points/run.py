"""A run over stories: each is played in quiet, then once for each of its points, and judged."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from rung.embedded import Postgres
from tests.chaos.points.judge import judge
from tests.chaos.points.play import Played, Point, Stage, crew
from tests.chaos.points.sample import drawn
from tests.chaos.points.stories import STORIES
from tests.integration.world import World

_DATABASE = "points"


@dataclass(frozen=True, slots=True)
class Found:
    """A promise that broke: in which story, at which point, and how."""

    story: str
    point: str
    wrong: str


@dataclass
class Result:
    """What came of a run: deaths by story, of how many points, messages that came twice, and what is wrong."""

    points: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)
    unreached: Counter[str] = field(default_factory=Counter)
    repeats: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    seconds: float = 0.0


@contextmanager
def stage(server: Postgres, folder: Path) -> Iterator[Stage]:
    """Where to play, over a server that has a database "migrated"."""

    def fresh() -> str:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
        return server.make_database(_DATABASE, template="migrated")

    world = World(fresh(), folder)
    try:
        with crew() as workers:
            yield Stage(world, workers, folder, fresh)
    finally:
        world.close()


@dataclass
class Run:
    """Plays stories until the time is over. `most` bounds the points of each story, None for all of them."""

    here: Stage
    seed: int
    seconds: float
    most: int | None = None
    say: Callable[[str], None] = lambda _: None
    result: Result = field(default_factory=Result)

    def play(self, stories: Sequence[str] = tuple(STORIES)) -> Result:
        """Play them in turn, so that a run which is cut off has looked at all of them."""
        began = time.monotonic()
        waiting = [self._begun(name) for name in stories]
        for played in itertools.chain.from_iterable(itertools.zip_longest(*waiting)):
            if time.monotonic() - began > self.seconds:
                break
            if played is not None:
                self._die(*played)
        self.here.world.box.assert_nothing_unexpected()
        self.result.seconds = time.monotonic() - began
        return self.result

    def _begun(self, name: str) -> Iterator[tuple[str, Played, Point]]:
        """The story played in quiet, and its points in the order in which they are to be played."""
        self.here.play(name, rehearsal=True)
        quiet = self.here.play(name, record=True)
        points = sorted(set(quiet.points))
        self.result.points[name], self.result.names[name] = len(points), len({one.name for one in points})
        chosen = drawn(points, self.most or len(points), random.Random(f"{self.seed} {name}"))
        return ((name, quiet, point) for point in chosen)

    def _die(self, name: str, quiet: Played, point: Point) -> None:
        played = self.here.play(name, point)
        verdict = judge(quiet, played)
        (self.result.deaths if played.died else self.result.unreached)[name] += 1
        self.result.repeats[name] += verdict.repeats
        self.result.found += (Found(name, point.sentence, one) for one in verdict.wrong)
        self.say(f"{name}: {point.sentence}{'' if played.died else ' (not reached)'}")
        for one in verdict.wrong:
            self.say(f"  {one}")

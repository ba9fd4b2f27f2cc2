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
from tests.chaos.points.play import Played, Point, Stage, Trouble, crew
from tests.chaos.points.sample import drawn, troubles
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
    """What came of a run, by story: points, deaths, bad answers, messages that came twice; and what is wrong."""

    points: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
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
    """Plays stories until the time is over. `most` bounds the points of each story, None for all of them.

    `platforms` has platforms answer badly instead of workers dying.
    """

    here: Stage
    seed: int
    seconds: float
    most: int | None = None
    platforms: bool = False
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
                self._meet(*played)
        self.here.world.box.assert_nothing_unexpected()
        self.result.seconds = time.monotonic() - began
        return self.result

    def _begun(self, name: str) -> Iterator[tuple[str, Played, Point | Trouble]]:
        """The story played in quiet, and what happens to it, one thing each time that it is played."""
        self.here.play(name, rehearsal=True)
        quiet = self.here.play(name, record=True)
        dice = random.Random(f"{self.seed} {name}")
        points = sorted(set(quiet.points))
        self.result.points[name], self.result.names[name] = len(points), len({one.name for one in points})
        if self.platforms:
            return ((name, quiet, trouble) for trouble in troubles(quiet.calls, dice)[: self.most])
        return ((name, quiet, point) for point in drawn(points, self.most or len(points), dice))

    def _meet(self, name: str, quiet: Played, what: Point | Trouble) -> None:
        if isinstance(what, Trouble):
            played = self.here.play(name, trouble=what)
            self.result.troubles[name] += 1
        else:
            played = self.here.play(name, what)
            (self.result.deaths if played.died else self.result.unreached)[name] += 1
        verdict = judge(quiet, played)
        self.result.repeats[name] += verdict.repeats
        self.result.found += (Found(name, what.sentence, one) for one in verdict.wrong)
        self.say(f"{name}: {what.sentence}")
        for one in verdict.wrong:
            self.say(f"  {one}")

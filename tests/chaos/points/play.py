"""One story, played once: its acts happen, workers are sent until nothing waits, and one of them may die on the way."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from tests.chaos.crashpoints import ROOT
from tests.chaos.points.picture import Picture, picture
from tests.chaos.points.stories import STORIES, Act
from tests.chaos.points.worker import Job
from tests.integration.world import BEGIN, World

KILLED = -9
_MOST_WORKERS = 20
_PAUSES_RUN_OUT = """
    UPDATE deliveries SET attempt_at = clock_timestamp() WHERE status = 'received';
    UPDATE actions SET attempt_at = clock_timestamp() WHERE status IN ('pending', 'sent');
    UPDATE signals SET attempt_at = clock_timestamp() WHERE status = 'waiting';
    UPDATE watermarks SET attempt_at = clock_timestamp();
    UPDATE breakers SET open_until = clock_timestamp() WHERE open_until IS NOT NULL
"""
"""Time passes: leases, pauses between attempts, and breakers' pauses run out."""
_WAITING = """
    SELECT (SELECT count(*) FROM deliveries WHERE status = 'received')
         + (SELECT count(*) FROM actions WHERE status IN ('pending', 'sent'))
         + (SELECT count(*) FROM signals WHERE status = 'waiting')
         + (SELECT count(*) FROM shift_changes)
         + (SELECT count(*) FROM timers WHERE due_at <= :now)
"""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A place in a story: in which act, in which of its workers, where, and the how manyth time there."""

    act: int
    worker: int
    name: str
    nth: int

    @property
    def sentence(self) -> str:
        """For people."""
        again = f", time {self.nth}" if self.nth > 1 else ""
        return f"act {self.act + 1}, worker {self.worker + 1}: {self.name}{again}"


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a platform: which one of its, and what it asks."""

    platform: str
    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A platform answers one request as the fault says (see `sandbox.faults`)."""

    call: Call
    fault: Mapping[str, object]

    @property
    def sentence(self) -> str:
        """For people."""
        said = " ".join(str(one) for name, one in self.fault.items() if name != "seconds")
        return f"request {self.call.number + 1} of {self.call.platform}, {self.call.what}: {said}"


@dataclass(frozen=True, slots=True)
class Played:
    """What came of playing a story: how things stand, its points where they were recorded, the requests it made."""

    picture: Picture
    points: tuple[Point, ...] = ()
    died: bool = False
    calls: tuple[Call, ...] = ()


class Crew:
    """Sends workers, one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def send(self, job: Job) -> int:
        """Have a worker do it; returns its exit status, `KILLED` where it died at its point."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(asdict(job))}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def crew() -> Iterator[Crew]:
    """The process from which workers are forked."""
    command = (sys.executable, "-m", "tests.chaos.points.worker")
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Crew(process)
        finally:
            process.kill()


@dataclass
class Stage:
    """Where stories are played, each over a fresh database in a world that is as new."""

    world: World
    crew: Crew
    folder: Path
    fresh_database: Callable[[], str]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def play(
        self,
        name: str,
        death: Point | None = None,
        *,
        trouble: Trouble | None = None,
        record: bool = False,
        rehearsal: bool = False,
    ) -> Played:
        """Play a story, in which a worker dies at that point, or a platform answers one request badly.

        `record` tells the points that it has.
        """
        run = _Run(self, name, next(self._numbers), record, rehearsal)
        self.world.box.heal()
        self.world.box.reset()
        self.world.now = BEGIN
        self.world.tell_time()
        run.database = self.fresh_database()
        self.world.moves_to(run.database)
        if trouble:
            self.world.box.fault(trouble.call.platform, after=trouble.call.number, **trouble.fault)
            run.troubled = True
        for number, act in enumerate(STORIES[name].acts):
            run.act(number, act, death if death and death.act == number else None)
        return Played(picture(self.world, run.messages), tuple(run.points), run.died, tuple(self._calls()))

    def _calls(self) -> Iterator[Call]:
        for platform in ("servicenow", "jira"):
            for number, one in enumerate(self.world.box.calls(platform)):
                yield Call(platform, number, f"{one['method']} {one['path']}")


@dataclass
class _Run:
    stage: Stage
    story: str
    number: int
    record: bool
    rehearsal: bool
    database: str = ""
    points: list[Point] = field(default_factory=list)
    died: bool = False
    troubled: bool = False

    @property
    def messages(self) -> Path:
        return self.stage.folder / f"messages-{self.number}"

    def act(self, number: int, act: Act, death: Point | None) -> None:
        """One act, and workers until nothing waits. Who gave a command that broke off gives it again."""
        world = self.stage.world
        world.now += timedelta(minutes=act.minutes)
        world.tell_time()
        act.happens(world)
        fallen = True
        for worker in range(_MOST_WORKERS):
            world.box.settle()
            if not fallen and not self._waits():
                return
            fallen = self._send(number, worker, death, commands=fallen)
        raise AssertionError(f"{self.story}: act {number + 1} does not come to rest")

    def _send(self, act: int, worker: int, death: Point | None, *, commands: bool) -> bool:
        """Send a worker; returns whether it died."""
        world = self.stage.world
        here = death if death and death.worker == worker else None
        points = self.stage.folder / f"points-{self.number}-{act}-{worker}"
        job = Job(
            story=self.story,
            act=act,
            now=world.now.isoformat(),
            database=self.database,
            servicenow=world.box.servicenow_url,
            jira=world.box.jira_url,
            messages=str(self.messages),
            points=str(points) if self.record else "",
            commands=commands,
            rehearsal=self.rehearsal,
            point=here.name if here else "",
            nth=here.nth if here else 0,
        )
        status = self.stage.crew.send(job)
        if status not in (0, KILLED) or (status == KILLED and here is None):
            raise AssertionError(f"{self.story}: a worker of act {act + 1} ended with {status}")
        self.died = self.died or status == KILLED
        if status == KILLED or self.troubled:
            self._execute(_PAUSES_RUN_OUT)
        if self.record and points.exists():
            self.points += (Point(act, worker, *json.loads(line)) for line in points.read_text().splitlines())
        return status == KILLED

    def _waits(self) -> bool:
        with self.stage.world.database.begin() as connection:
            return bool(connection.execute(text(_WAITING), {"now": self.stage.world.now}).scalar_one())

    def _execute(self, statements: str) -> None:
        with self.stage.world.database.begin() as connection:
            for one in filter(str.strip, statements.split(";")):
                connection.execute(text(one))

"""The workers that die: each is forked from a process that has everything loaded, works, and is killed at its point.

A fork shares nothing with the others but what is on disk: no connection, no thread, no lock.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import traceback
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NoReturn

import structlog
from sqlalchemy import Engine, text

from console import AcknowledgeLinks
from core.model import Notice, Person
from core.store.database import connect
from rung.live import packaged
from rung.parts import App, Parts
from rung.wiring import compose
from tests.chaos.crashpoints import Watch
from tests.chaos.points.stories import STORIES, Act
from tests.integration.world import SECRET, SilentBell, a_policy, loaded

LONGEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Job:
    """What one worker is to do, and at which point it dies: the `nth` time that it is at `point`, "" for not at all.

    A `rehearsal` is done by the process that forks the others: what it has learnt by that (statements compiled, forms
    of the model known) they need not learn again.
    """

    story: str
    act: int
    now: str
    database: str
    servicenow: str
    jira: str
    messages: str
    points: str
    commands: bool
    rehearsal: bool = False
    point: str = ""
    nth: int = 0


class Letters:
    """A notifier that keeps what it sent where a killed process leaves it: in a file, one line each."""

    def __init__(self, path: str, watch: Watch) -> None:
        self._path, self._watch = path, watch

    def notify(self, person: Person, notice: Notice, acknowledge_link: str) -> None:
        """Send it."""
        del acknowledge_link
        told = {"to": person.id, "headline": notice.headline, "way": notice.way, "ask": notice.ask}
        self._watch.at("before message")
        _append(self._path, json.dumps(told))
        self._watch.at("message sent")


class Death:
    """Writes down each place, and ends the process at the one that was chosen."""

    def __init__(self, job: Job) -> None:
        self._job, self._lock, self._times = job, threading.Lock(), Counter[str]()

    def __call__(self, point: str) -> None:
        """A place was reached."""
        with self._lock:
            self._times[point] += 1
            if (point, self._times[point]) == (self._job.point, self._job.nth):
                os.kill(os.getpid(), signal.SIGKILL)
            if self._job.points:
                _append(self._job.points, json.dumps([point, self._times[point]]))


def _append(path: str, line: str) -> None:
    there = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(there, f"{line}\n".encode())
    finally:
        os.close(there)


@cache
def _engine(database: str) -> Engine:
    return connect(database)


def work(job: Job) -> None:
    """One act's work, as all roles of Rung would do it: the command, what is due, what came in, what is to go out."""
    story = STORIES[job.story]
    watch = Watch(Death(job))
    engine = _engine(job.database)
    policy = story.policy(a_policy(cloud=True))
    # The stand-in's search does not lag, and a worker that is forked anew each time could not wait for one that does.
    documents = loaded(policy, "cloud", job.servicenow, job.jira, {"search_settles": "0"})
    now = datetime.fromisoformat(job.now)
    app = compose(
        Parts(
            database=engine,
            loaded=lambda: documents,
            clock=lambda: now,
            bell=SilentBell(),
            notifier=Letters(job.messages, watch),
            links=AcknowledgeLinks(SECRET, "http://rung.example"),
            threads=1,
        )
    )
    watch.put_on()
    try:
        _act(app, story.acts[job.act], commands=job.commands)
    finally:
        watch.take_off()
        engine.dispose()


def _act(app: App, act: Act, *, commands: bool) -> None:
    if commands and act.command is not None:
        app.desk.command(1, act.command)
    app.sweeper.sweep()
    if act.poll and commands:
        with app.parts.database.begin() as connection:
            connection.execute(text("UPDATE watermarks SET attempt_at = clock_timestamp()"))
        app.reconciler.drain()
    while app.intake.drain() + app.deliverer.drain():
        pass


def main() -> None:
    """Fork a worker for each job that is read, and answer with how it ended."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    packaged()
    loaded(a_policy(cloud=True), "cloud", "http://127.0.0.1:1", "http://127.0.0.1:1")
    for line in sys.stdin:
        sys.stdout.write(f"{_done(Job(**json.loads(line)))}\n")
        sys.stdout.flush()


def _done(job: Job) -> int:
    """Have it done; returns the worker's exit status."""
    if job.rehearsal:
        work(job)
        return 0
    child = os.fork()
    if not child:
        _live(job)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _live(job: Job) -> NoReturn:
    """The life of a worker; one that takes too long is ended by the kernel."""
    signal.alarm(LONGEST_SECONDS)
    status = 1
    try:
        work(job)
        status = 0
    except Exception:  # noqa: BLE001 - whatever it was, the one that sent it is told, and this process must not go on
        traceback.print_exc()
    os._exit(status)


if __name__ == "__main__":
    main()

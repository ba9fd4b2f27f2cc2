"""A simulation over many cases, on as many cores as it is given."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from core.engine.simulation import Assumption, Case, Tally, play, stage
from core.policy import Policy
from rung import history

_AT_ONCE = 400
"""Cases that a core is given at a time."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a history file that is still to be understood; `where` is the file and the line's number."""

    where: str
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is simulated: two sets of documents, what is assumed of people, and when the history ends (UTC).

    Without `beside` the documents in force are not played, which takes half the time.
    """

    in_force: Mapping[str, str]
    tried: Mapping[str, str]
    assumption: Assumption
    until: datetime
    beside: bool = True


@dataclass(slots=True)
class Answer:
    """What was, what the policy in force would give by the same assumption, and what the other one would."""

    was: Tally = field(default_factory=Tally)
    in_force: Tally = field(default_factory=Tally)
    tried: Tally = field(default_factory=Tally)

    def join(self, other: Answer) -> None:
        """Count what another has counted, too."""
        self.was.join(other.was)
        self.in_force.join(other.in_force)
        self.tried.join(other.tried)


def simulate(
    cases: Iterable[Case | Line], question: Question, jobs: int, told: Callable[[int], None] = lambda _: None
) -> Answer:
    """Play all cases; `told` hears how many have been played so far. Raises `HistoryError` for a bad line."""
    answer = Answer()
    for part in _played(iter(cases), question, jobs):
        answer.join(part)
        told(answer.was.tickets)
    return answer


def _played(cases: Iterator[Case | Line], question: Question, jobs: int) -> Iterator[Answer]:
    if jobs == 1:
        player = _Player(question)
        while chunk := list(islice(cases, _AT_ONCE)):
            yield player.play(chunk)
        return
    # Processes that are started anew hold nothing of this one's connections and threads.
    started = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=started, initializer=_begin, initargs=(question,)) as pool:
        yield from _spread(pool, cases, jobs)


def _spread(pool: ProcessPoolExecutor, cases: Iterator[Case | Line], jobs: int) -> Iterator[Answer]:
    """Each process has one chunk at work and one waiting: a long history is never held in memory as a whole."""
    waiting: list[Future[Answer]] = []
    while chunk := list(islice(cases, _AT_ONCE)):
        waiting.append(pool.submit(_play, chunk))
        if len(waiting) >= 2 * jobs:
            yield waiting.pop(0).result()
    for one in waiting:
        yield one.result()


class _Player:
    """One process's own policies, made once."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._in_force, self._tried = _staged(question.in_force), _staged(question.tried)

    def play(self, chunk: list[Case | Line]) -> Answer:
        answer = Answer()
        asked, until = self._question.assumption, self._question.until
        for one in chunk:
            case = history.read(one.text, one.where) if isinstance(one, Line) else one
            answer.was.add(case.was, self._in_force.roster)
            if self._question.beside:
                answer.in_force.add(play(case, self._in_force, asked, until), self._in_force.roster)
            answer.tried.add(play(case, self._tried, asked, until), self._tried.roster)
        return answer


_players: list[_Player] = []
"""In a process of the pool: its one player."""


def _begin(question: Question) -> None:
    _players.append(_Player(question))


def _play(chunk: list[Case | Line]) -> Answer:
    return _players[0].play(chunk)


def _staged(documents: Mapping[str, str]) -> Policy:
    from rung.cli import given

    return stage(given.made_of(documents).policy)

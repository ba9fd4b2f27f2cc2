"""Doing for many at once what each asks for by itself.

There is no thread for it and no waiting for more to come: whoever asks while nobody is at it does it at once, for
itself alone. Those who ask meanwhile wait, and the first of them does it next, for all who wait by then. So a single
request is as quick as without this, and the more there are, the larger the groups become.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class UnansweredError(Exception):
    """Too many wait already, the answer did not come in time, or the work broke off. It may have been done anyhow."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Asked, Answer]):
    """One who waits. `turn` is let go when there is an answer, or when it `leads`: when the work is its to do."""

    asked: Asked
    turn: threading.Lock = field(default_factory=threading.Lock)
    leads: bool = False
    answer: Answer | Exception | None = None

    def __post_init__(self) -> None:
        self.turn.acquire()


@dataclass(slots=True)
class Together(Generic[Asked, Answer]):
    """Safe to be used by many threads. `work` is handed what several ask for, in the order in which they came, and
    returns an answer to each, an error for whom it failed. `afterwards` is called with the answers once the others have
    theirs and the next group is begun; one of those who asked still waits for it.

    A group has at most `most` members whose sizes (by `size`) add up to at most `largest`, but always one. At most
    `crowd` may wait, none for longer than `patience` seconds.
    """

    work: Callable[[Sequence[Asked]], Sequence[Answer | Exception]]
    size: Callable[[Asked], int]
    afterwards: Callable[[Sequence[Answer | Exception]], None]
    most: int = 256
    largest: int = 4 * 1024 * 1024
    crowd: int = 2048
    patience: float = 20.0
    _queue: deque[_Waiting[Asked, Answer]] = field(default_factory=deque, init=False)
    _door: threading.Lock = field(default_factory=threading.Lock, init=False)
    _busy: bool = field(default=False, init=False)

    def do(self, asked: Asked) -> Answer:
        """The answer; raises the error that is the answer, or `UnansweredError`."""
        mine: _Waiting[Asked, Answer] = _Waiting(asked)
        with self._door:
            if len(self._queue) >= self.crowd:
                raise UnansweredError("too many wait")
            self._queue.append(mine)
            mine.leads, self._busy = not self._busy, True
        if not mine.leads:
            self._wait(mine)
        if mine.leads:
            self._lead(mine)
        if isinstance(mine.answer, Exception):
            raise mine.answer
        return mine.answer  # type: ignore[return-value] # whoever is let go without leading has an answer

    def _wait(self, mine: _Waiting[Asked, Answer]) -> None:
        if mine.turn.acquire(timeout=self.patience):
            return
        with self._door:
            if mine.leads or mine.answer is not None:
                return  # it came in the very last moment
            if mine in self._queue:
                self._queue.remove(mine)
        raise UnansweredError("no answer in time")

    def _lead(self, mine: _Waiting[Asked, Answer]) -> None:
        """Do the work for all who wait; the next one leads before anybody is told, so that the work goes on."""
        with self._door:
            group = self._group()
        answers: Sequence[Answer | Exception] = [UnansweredError("the work broke off")] * len(group)
        try:
            answers = self.work([one.asked for one in group])
        finally:
            self._hand_over()
            for one, answer in zip(group, answers, strict=True):
                one.answer = answer
                if one is not mine:
                    one.turn.release()
        self.afterwards(answers)

    def _group(self) -> list[_Waiting[Asked, Answer]]:
        """The first of those who wait, taken from the queue."""
        count, room = 0, self.largest
        for one in islice(self._queue, self.most):
            room -= self.size(one.asked)
            if count and room < 0:
                break
            count += 1
        return [self._queue.popleft() for _ in range(count)]

    def _hand_over(self) -> None:
        with self._door:
            self._busy = bool(self._queue)
            if self._busy:
                self._queue[0].leads = True
                self._queue[0].turn.release()

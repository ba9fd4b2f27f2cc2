"""A role works only on a schema that serves its code: before the migration it waits, left behind by one it stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import ParamSpec

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.store import schema

log = structlog.get_logger()

_P = ParamSpec("_P")
_KEPT_SECONDS = 5.0
_SHUT_SECONDS = 0.5


class SchemaGate:
    """Lets rounds of work through while the schema fits; asks every five seconds, and twice a second while it does not.

    It says once that it is shut and why, and once that work goes on. A database that is away does not shut it: the
    round itself tells of that.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._problem: str | None = None
        self._asked = float("-inf")

    def guards(self, work: Callable[_P, int]) -> Callable[_P, int]:
        """The same work, which does nothing (0) while the gate is shut."""

        def guarded(*args: _P.args, **kwargs: _P.kwargs) -> int:
            return 0 if self.problem() else work(*args, **kwargs)

        return guarded

    def problem(self) -> str | None:
        """Why it is shut, None while it is open."""
        with self._lock:
            kept = _SHUT_SECONDS if self._problem else _KEPT_SECONDS
            if time.monotonic() - self._asked >= kept:
                self._turn(self._look())
                self._asked = time.monotonic()
            return self._problem

    def _look(self) -> str | None:
        try:
            with self._database.begin() as connection:
                return schema.look(connection).problem
        except (DBAPIError, PoolTimeout):
            return self._problem

    def _turn(self, problem: str | None) -> None:
        if problem and problem != self._problem:
            log.warning("no work is taken until the schema fits", reason=problem)
        elif self._problem and not problem:
            log.info("the schema fits; work is taken")
        self._problem = problem

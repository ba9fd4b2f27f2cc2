"""The bell: RQ tells the workers that there is work. What the work is stands in PostgreSQL."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import redis
import structlog
from rq import Queue, SimpleWorker
from rq.exceptions import InvalidJobOperation, NoSuchJobError, StopRequested
from rq.job import Job

from rung import redisurl

log = structlog.get_logger()

Work = Literal["intake", "delivery"]
WORK: tuple[Work, ...] = ("intake", "delivery")


class Hand(Protocol):
    """Somebody who does one kind of work."""

    def call(self) -> None:
        """Have them set to; returns at once."""
        ...


_GATHER_SECONDS = 5
"""A ring that was announced but never heard (its Redis or worker died) silences the others for no longer than this."""
_KEEP_SECONDS = 60
_AWAY_SECONDS = 1.0
_FORGOTTEN = (InvalidJobOperation, NoSuchJobError)
"""What RQ raises over a ring that Redis lost while it was being answered. The hand was called all the same."""


def connect(url: str) -> redis.Redis:
    """A client that gives up soon: a bell that does not ring must not hold up the one who rings it."""
    return redisurl.client(url, socket_connect_timeout=1, socket_timeout=None, health_check_interval=30)


def queue(connection: redis.Redis, work: Work) -> Queue:
    """The queue of one kind of work."""
    return Queue(f"rung-{work}", connection=connection)


class RqBell:
    """`core.ports.Bell` over RQ. Rings are gathered: while one waits to be heard, no other is sent.

    One enqueue costs half a millisecond and some fifty Redis commands, so a ring for each event would be the
    bottleneck; one ring drains all rows that wait.
    """

    def __init__(self, url: str, patience: float = 2.0) -> None:
        self._connection = redisurl.client(url, socket_connect_timeout=1, socket_timeout=patience)
        self._away_until = float("-inf")

    def ring(self, work: Work) -> None:
        """Ring unless a ring waits already. When Redis is away nothing is rung, and the next sweep finds the rows.

        It is not tried again for a second then: one that hangs instead of refusing holds up whoever rings.
        """
        if time.monotonic() < self._away_until:
            return
        try:
            if self._connection.set(_gathering(work), "1", nx=True, ex=_GATHER_SECONDS):
                queue(self._connection, work).enqueue_call(
                    answer, args=(work,), result_ttl=0, failure_ttl=_KEEP_SECONDS, ttl=_KEEP_SECONDS, timeout=600
                )
        except redis.RedisError as error:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            log.warning("the bell could not be rung; the next sweep will find the work", reason=type(error).__name__)


def _gathering(work: str) -> str:
    return f"rung:ring:{work}"


_hands: Mapping[Work, Hand] = {}
_connection: redis.Redis | None = None


def answer(work: Work) -> None:
    """The job that RQ runs: from here on a new ring is heard again, and the hand for this work sets to."""
    if _connection is None:
        raise RuntimeError("the bell was heard by a process that is no Rung worker")
    with contextlib.suppress(redis.RedisError):  # then no ring is sent for some seconds, and the sweep finds the rows
        _connection.delete(_gathering(work))
    _hands[work].call()


def is_forgotten(error: BaseException | None) -> bool:
    """Whether RQ raised it over a ring that Redis lost meanwhile; for a lost execution it has no word of its own."""
    lost = isinstance(error, ValueError) and str(error).startswith("Execution ") and str(error).endswith(" in Redis")
    return lost or isinstance(error, _FORGOTTEN)


class _Listener(SimpleWorker):
    """RQ's worker within our process, which takes the signals; it says when it was asked to stop."""

    stopping: threading.Event
    listening = False

    def handle_warm_shutdown_request(self) -> None:
        """Asked to stop, not interrupted by a Redis that went away."""
        self.stopping.set()
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call] # RQ leaves it untyped

    def _shutdown(self) -> None:
        """Called by the signal, wherever we are just then: what it raises is raised there.

        So it is only raised where RQ waits for it, and not that Redis, which RQ would tell, is away.
        """
        if self.listening:
            try:
                super()._shutdown()  # type: ignore[no-untyped-call] # RQ leaves it untyped
            except redis.RedisError:
                raise StopRequested from None

    def listen(self) -> None:
        """Answer rings until asked to stop; raises `redis.RedisError` where Redis went away."""
        self.listening = True
        try:
            self.work(logging_level="WARNING")
        finally:
            self.listening = False

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Tell of a ring that broke off; that Redis went away meanwhile is told by `listen`."""
        if is_forgotten(exc_info[1]):
            log.warning("Redis forgot a ring while it was answered; nothing is lost")
        elif not isinstance(exc_info[1], redis.RedisError):
            super().handle_exception(job, *exc_info)


def in_a_sentence(record: logging.LogRecord) -> bool:
    """A logging filter: that Redis went away is told in RQ's sentence, without the way through three libraries."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, redis.RedisError) or is_forgotten(error):
        record.exc_info = None
        record.msg, record.args = "%s Redis went away: %s", (record.getMessage(), type(error).__name__)
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def listen(url: str, hands: Mapping[Work, Hand], stopping: threading.Event) -> None:
    """Answer rings until asked to stop (SIGINT, SIGTERM); a Redis that is away is waited for."""
    global _hands, _connection  # RQ calls a plain function: what it needs has to be found from there
    _hands, _connection = {**hands}, connect(url)
    for number in (signal.SIGINT, signal.SIGTERM):  # RQ takes them only once it has reached Redis
        signal.signal(number, lambda *_: stopping.set())
    logging.getLogger("rq.worker").addFilter(in_a_sentence)
    while not stopping.is_set():
        try:
            listener = _Listener([queue(_connection, work) for work in hands], connection=_connection)
            listener.stopping = stopping
            listener.max_connection_wait_time = 2
            listener.log_job_description = False
            listener.listen()
        except StopRequested:
            break  # asked to stop while RQ was already leaving
        except redis.RedisError as error:
            log.warning("Redis is away; the sweep finds the work meanwhile", reason=type(error).__name__)
            stopping.wait(1)

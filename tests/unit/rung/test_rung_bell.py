"""The bell's own words; how it rings is tested where Redis is real."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys

import pytest
import redis

from rung.bell import RqBell, in_a_sentence


def _record(error: Exception) -> logging.LogRecord:
    try:
        raise error
    except type(error):
        told = "Worker %s: found an unhandled exception, quitting..."
        return logging.LogRecord("rq.worker", logging.ERROR, __file__, 1, told, ("one",), sys.exc_info())


def test_that_redis_went_away_is_told_in_a_sentence() -> None:
    record = _record(redis.ConnectionError("Connection refused"))
    assert in_a_sentence(record)
    said = logging.Formatter("%(levelname)s %(message)s").format(record)
    assert said == "WARNING Worker one: found an unhandled exception, quitting... Redis went away: ConnectionError"


@pytest.mark.parametrize("error", [ValueError("a defect"), TypeError("another")])
def test_every_other_error_of_rqs_keeps_its_traceback(error: Exception) -> None:
    record = _record(error)
    assert in_a_sentence(record)
    assert "Traceback" in logging.Formatter().format(record)


def test_a_redis_that_hangs_holds_up_one_who_rings_and_not_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        bell = RqBell(f"redis://127.0.0.1:{server.getsockname()[1]}", patience=0.02)
        bell.ring("intake")
        reached = waiting_at(server)
        bell.ring("delivery")
        assert (reached > 0, waiting_at(server)) == (True, 0)


def waiting_at(server: socket.socket) -> int:
    server.setblocking(False)
    connections = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            connections += 1
    return connections

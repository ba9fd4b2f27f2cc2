"""The bell's own words; how it rings is tested where Redis is real."""

from __future__ import annotations

import logging
import sys

import pytest
import redis

from rung.bell import in_a_sentence


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

"""The whole way: from a webhook to the write-back's arrival at a stand-in, one at a time, through real processes."""

from __future__ import annotations

import http.client
import queue
import time

from bench.alerts import Requests, signature
from bench.figures import Figure
from bench.ground import Ground, GroundError, rung, watched
from bench.sender import LoadError
from bench.standin import StandIn
from bench.timing import percentile

SAMPLES = 100
_WARM = 5
_QUIET = 0.08
"""Seconds between two samples, in which the answer is taken into the ticket and the notice is sent."""
_LONGEST = 10.0
_PATH = "/webhooks/written"


def measure(ground: Ground) -> list[Figure]:
    """p50 and p99 of the answer and of the arrival."""
    with StandIn() as stand_in, rung(ground, stand_in, workers=1) as running:
        return watched(running, lambda: _sampled(running.settings.port, stand_in))


def _sampled(port: int, stand_in: StandIn) -> list[Figure]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LONGEST)
    try:
        pairs = [_one(connection, stand_in, number) for number in range(_WARM + SAMPLES)][_WARM:]
    finally:
        connection.close()
    answered, arrived = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    note = f"{SAMPLES} new alerts, one at a time; create of the incident at a lean stand-in"
    return [
        Figure(name="answered 202, p50", value=percentile(answered, 50), unit="ms"),
        Figure(name="answered 202, p99", value=percentile(answered, 99), unit="ms"),
        Figure(name="write-back arrived, p50", value=percentile(arrived, 50), unit="ms", note=note),
        Figure(name="write-back arrived, p99", value=percentile(arrived, 99), unit="ms"),
    ]


def _one(connection: http.client.HTTPConnection, stand_in: StandIn, number: int) -> tuple[float, float]:
    """Milliseconds from sending until the answer, and until the write-back's arrival."""
    body = Requests(_PATH).body(number)
    headers = {"Content-Type": "application/json", "X-Hub-Signature": signature(body)}
    began = time.monotonic()
    connection.request("POST", _PATH, body, headers)
    answer = connection.getresponse()
    answer.read()
    answered = time.monotonic()
    if answer.status != 202:
        raise LoadError(f"{_PATH} answered {answer.status}, not 202")
    try:
        arrived, told = stand_in.arrivals.get(timeout=_LONGEST)
    except queue.Empty:
        raise GroundError(f"no write-back arrived within {_LONGEST:.0f} seconds") from None
    if not told.endswith(f"pay-{number}"):
        raise GroundError(f"a write-back arrived that belongs to another alert: {told}")
    time.sleep(_QUIET)
    return (answered - began) * 1000, (arrived - began) * 1000

"""What people and their tools look at while many tickets are open: from the real web role, one request at a time."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Iterator

from bench.figures import Figure
from bench.ground import GroundError
from bench.scene import Scene
from bench.timing import percentile

_TIMES = 30
_LONGEST = 60.0

# The first one is asked for anew each time: what is shown has changed, so that no copy of it can be answered from.
_LOOKS = {
    "the board's first page": "/",
    "a ticket's page": "/tickets/{number}",
    "the API's list of open tickets": "/api/v1/tickets?limit=100",
    "the API's list of actions": "/api/v1/actions?limit=100",
    "a search on the board": "/?q=pay-{number}",
    "the status": "/api/v1/status",
}


def measure(stage: Scene, size: int) -> list[Figure]:
    """Half of the looks were answered within so many milliseconds, and 99 of 100; /metrics is asked once anew."""
    chosen = random.Random(11)
    with stage.role("web") as settings:
        connection = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=_LONGEST)
        try:
            _asked(connection, "/")
            found = [_asked(connection, "/metrics")]
            figures = [Figure(name="/metrics, asked anew", value=found[0], unit="ms", size=size)]
            for name, path in _LOOKS.items():
                figures += _looked(connection, stage, size, name, path, chosen)
        finally:
            connection.close()
    return figures


def _looked(
    connection: http.client.HTTPConnection, stage: Scene, size: int, name: str, path: str, chosen: random.Random
) -> Iterator[Figure]:
    took = [_asked(connection, path.format(number=chosen.choice(chosen.choice(stage.crowd)))) for _ in range(_TIMES)]
    yield Figure(name=name, value=percentile(took, 50), unit="ms", size=size, note=f"p50 of {_TIMES}")
    yield Figure(name=f"{name}, p99", value=percentile(took, 99), unit="ms", size=size)


def _asked(connection: http.client.HTTPConnection, path: str) -> float:
    """Milliseconds until the answer was there whole."""
    began = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise GroundError(f"{path} answered {answer.status}")
    return (time.perf_counter() - began) * 1000

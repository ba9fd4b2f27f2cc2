"""Running the load generator and reading what it found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

_SECONDS = 60.0
"""The longest that any load may take."""


class LoadError(Exception):
    """The load was not answered as it should have been."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of one load: requests answered, in how many seconds, latencies in ms, own CPU per request in µs.

    It `began` at that moment of the monotonic clock; `statuses` counts the answers.
    """

    requests: int
    seconds: float
    p50: float
    p99: float
    cpu: float
    began: float
    statuses: Mapping[str, int]

    @property
    def per_second(self) -> float:
        """Requests answered per second."""
        return self.requests / self.seconds


def load(port: int, path: str, expected: str = "202", /, **options: float | str) -> Load:
    """Send a load (see the options of `bench.load`); raises `LoadError` unless every answer has that status."""
    done = send(port, path, **options)
    if set(done.statuses) != {expected}:
        raise LoadError(f"{path} answered {done.statuses or 'nothing'}, not {expected} alone")
    return done


def send(port: int, path: str, /, **options: float | str) -> Load:
    """Send a load, whatever is answered; raises `LoadError` where nothing could be sent."""
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "bench.load", "--port", str(port), "--path", path, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        raise LoadError(f"the load generator failed: {done.stderr.strip().splitlines()[-1:]}")
    return Load(**json.loads(done.stdout))
